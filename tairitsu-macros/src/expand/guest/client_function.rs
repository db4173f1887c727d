//! The code that the clients have for one function of an interface.

use super::defaults;
use crate::expand::{looks, shared, signatures};
use crate::model::{Function, Interface, ParamKind};
use crate::paths::Paths;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

pub(super) struct ClientFunction<'a> {
    interface: &'a Interface,
    function: &'a Function,
    index: usize,
    paths: &'a Paths,
    /// The index, as code.
    place: Literal,
    /// The parameters, by the names that the user gave them.
    idents: Vec<&'a Ident>,
}

/// The parts of a function that is forwarded to another container.
struct Forwarded {
    types: Vec<TokenStream>,
    idents: Vec<TokenStream>,
    args: Vec<TokenStream>,
    /// The generic arguments of `ForwardedFunction`.
    generics: TokenStream,
}

/// How a function of generated code holds its client.
struct ClientPlace {
    /// A `&` reference to the client.
    shared: TokenStream,
    /// A `&mut` reference to the client.
    reference: TokenStream,
}

impl<'a> ClientFunction<'a> {
    pub(super) fn new(interface: &'a Interface, index: usize, paths: &'a Paths) -> Self {
        let function = &interface.functions[index];
        let idents = function.params.iter().map(|param| &param.ident).collect();
        Self { interface, function, index, paths, place: shared::index(index), idents }
    }

    /// The method of the client.
    pub(super) fn method(&self) -> TokenStream {
        let (method, idents, types) = (&self.function.ident, &self.idents, signatures::param_types(self.function));
        let (attributes, output, call, typed) =
            (self.attributes(), self.output(), self.call(&quote!(call)), self.typed());
        let without_guest = self.without_guest(&client_of_self(), idents, |result| self.settle(&typed, result));
        let call = self.carried_out(call);
        quote! {
            #attributes
            pub fn #method(&mut self #(, #idents: #types)*) -> #output {
                #without_guest
                #call
            }
        }
    }

    /// The method of the client whose calls are futures.
    pub(super) fn async_method(&self) -> TokenStream {
        let (private, method, idents) = (&self.paths.private, &self.function.ident, &self.idents);
        let (attributes, output, call) = (self.attributes(), self.output(), self.call(&quote!(call_async)));
        let types = self.function.params.iter().map(|param| signatures::param_type_for(param, "'__tairitsu"));
        let calling = self.on_result(quote!(#private::Calling<'__tairitsu, #output>));
        let default = self.function.has_default.then(|| {
            let place = &self.place;
            let typed = self.typed();
            let body = self.default_body(&client_of_self(), idents, |result| self.settle(&typed, result));
            quote! {
                if !#private::Client::has(&self.__tairitsu_client, #place) {
                    return ::std::boxed::Box::pin(async move { #body });
                }
            }
        });
        let call = match &self.function.adapted_result {
            Some(_) => {
                let awaited = self.carried_out(quote!(__tairitsu_calling.await));
                quote! {
                    let __tairitsu_calling = #call;
                    ::std::boxed::Box::pin(async move { #awaited })
                }
            }
            None => call,
        };
        quote! {
            #attributes
            pub fn #method<'__tairitsu>(&'__tairitsu mut self #(, #idents: #types)*) -> #calling {
                #default
                #call
            }
        }
    }

    /// The method that shows a result in the guest's memory to a function: `greet_with`. `None` if the result looks like
    /// a type that cannot be shown there.
    pub(super) fn view_method(&self) -> Option<TokenStream> {
        let Self { interface, function, place, idents, .. } = self;
        let result = function.result.as_ref().filter(|_| function.adapted_result.is_none())?;
        let (shown, error) = match looks::result_parts(result) {
            Some((ok, err)) => (ok, quote!(<#err>)),
            None => (quote!(#result), quote!()),
        };
        let view = looks::view(&syn::parse2(shown.clone()).ok()?)?;
        let method = &function.ident;
        let name = format_ident!("{}_with", method.to_string().trim_start_matches("r#"), span = method.span());
        if interface.functions.iter().any(|function| function.ident == name) {
            return None;
        }
        let Paths { krate, private, .. } = self.paths;
        // A type that only looks like a string or a list has no such bound, and no call of the method compiles.
        let mut bounds = vec![quote!(#shown: #private::ShownAs<#view, __TairitsuMade>)];
        let (mut types, mut carried, mut owned) = (Vec::new(), Vec::new(), Vec::new());
        for param in &function.params {
            let (ident, ty) = (&param.ident, &param.ty);
            let is_copied = matches!(param.kind, ParamKind::Owned) && param.adapted.is_none();
            match looks::view(ty).filter(|_| is_copied) {
                // The guest copies the value anyway.
                Some(view) => {
                    types.push(quote!(&#view));
                    carried.push(quote!(&#view));
                    owned.push(quote!(<#ty as #private::ShownAs<#view, __TairitsuMade>>::owned(#ident)));
                    bounds.push(quote!(#ty: #private::ShownAs<#view, __TairitsuMade>));
                }
                None => {
                    types.push(signatures::param_type(param));
                    carried.push(signatures::carried_type(param).unwrap_or_else(|| signatures::param_type(param)));
                    owned.push(quote!(#ident));
                }
            }
        }
        let args = signatures::carry(function, idents);
        let typed = signatures::typed(interface, self.index, &carried, self.paths);
        let without_guest =
            self.without_guest(&client_of_self(), &owned, |result| quote!(#typed::look_at(#result, __tairitsu_see)));
        let docs = format!(
            "[`Self::{method}`] by references. Passes the result to a function as it lies in the guest's memory, without a copy."
        );
        let deprecated = &function.deprecated;
        Some(quote! {
            #[doc = #docs]
            #deprecated
            pub fn #name<__TairitsuMade>(
                &mut self,
                #(#idents: #types,)*
                __tairitsu_see: impl ::core::ops::FnOnce(&#view) -> __TairitsuMade,
            ) -> ::core::result::Result<__TairitsuMade, #krate::CallError #error>
            where
                #(#bounds,)*
            {
                #without_guest
                // SAFETY: `resolve` below checks the function of this index with types that are the same in WIT, as
                // `ShownAs` says.
                unsafe { #typed::look(&mut self.__tairitsu_client, #place, (#(#args,)*), __tairitsu_see) }
            }
        })
    }

    /// Looks the function up, and checks its types.
    pub(super) fn resolve(&self) -> TokenStream {
        let place = &self.place;
        let ty =
            |param| signatures::carried_type(param).unwrap_or_else(|| signatures::param_type_for(param, "'static"));
        let types: Vec<_> = self.function.params.iter().map(ty).collect();
        let typed = signatures::typed(self.interface, self.index, &types, self.paths);
        quote!(#typed::resolve(__tairitsu_resolver, #place)?;)
    }

    /// Provides the function to another container by a call to this one.
    pub(super) fn forward(&self) -> TokenStream {
        let Self { interface, place, .. } = self;
        let (ident, private) = (&interface.item.ident, &self.paths.private);
        let typed = self.typed();
        let Forwarded { types, idents, args, generics } = self.forwarded();
        let references = signatures::collect_references(self.function, self.paths);
        let wrap = |result: &TokenStream| self.wrap_result(result);
        let without_guest = self.without_guest(&client_of_argument(), &args, |result| wrap(&self.carry_value(result)));
        let args = signatures::carry(self.function, &args);
        let call = wrap(&quote!(unsafe { #typed::call_raw(__tairitsu_client, #place, (#(#args,)*)) }));
        quote! {
            #private::ForwardedFunction::<#generics>::link::<dyn #ident, _>(
                __tairitsu_linker,
                #place,
                |__tairitsu_client: &mut #private::Client<'_>, (#(#idents,)*): (#(#types,)*)| {
                    #references
                    #without_guest
                    // SAFETY: `resolve` checks the function of this index with these types.
                    #call
                },
            )?;
        }
    }

    /// The same, by a future.
    pub(super) fn forward_async(&self) -> TokenStream {
        let Self { interface, function, place, .. } = self;
        let (ident, private) = (&interface.item.ident, &self.paths.private);
        let typed = self.typed();
        let Forwarded { types, idents, args, generics } = self.forwarded();
        let references = signatures::collect_references(function, self.paths);
        let wrap = |result: &TokenStream| self.wrap_result(result);
        let default = function.has_default.then(|| {
            let body = self.default_body(&client_of_argument(), &args, |result| wrap(&self.carry_value(result)));
            quote! {
                if !#private::Client::has(__tairitsu_client, #place) {
                    return #body;
                }
            }
        });
        let args = signatures::carry(function, &args);
        let call = wrap(&quote!(unsafe { #typed::call_raw_async(__tairitsu_client, #place, (#(#args,)*)) }.await));
        quote! {
            #private::ForwardedFunction::<#generics>::link_async::<dyn #ident, _>(
                __tairitsu_linker,
                #place,
                |__tairitsu_client, (#(#idents,)*): (#(#types,)*)| {
                    let __tairitsu_call = async move {
                        #references
                        #default
                        // SAFETY: `resolve` checks the function of this index with these types.
                        let __tairitsu_called = #call;
                        __tairitsu_called
                    };
                    // SAFETY: the call waits once. Until then it holds the client, the arguments and references to them.
                    unsafe { #private::forwarded(__tairitsu_call) }
                },
            )?;
        }
    }

    fn forwarded(&self) -> Forwarded {
        let Self { interface, function, .. } = self;
        let types: Vec<_> = function.params.iter().map(|param| signatures::owned(param, self.paths)).collect();
        let results = signatures::results(function);
        let (n, m) = signatures::slots(&interface.item.ident, self.index, self.paths);
        Forwarded {
            idents: signatures::param_idents(function).into_iter().map(|ident| quote!(#ident)).collect(),
            args: signatures::pass_owned(&function.params).into_iter().map(|arg| quote!(#arg)).collect(),
            generics: quote!((#(#types,)*), #results, #n, #m),
            types,
        }
    }

    /// Wraps the result of a call: the other container takes a tuple of results, and a call has the result itself.
    fn wrap_result(&self, result: &TokenStream) -> TokenStream {
        let (wrapped, unwrapped) = match &self.function.result {
            Some(_) => (quote!((__tairitsu_result,)), quote!(__tairitsu_result)),
            None => (quote!(()), quote!(())),
        };
        quote! {
            match #result {
                ::core::result::Result::Ok(#unwrapped) => ::core::result::Result::Ok(#wrapped),
                ::core::result::Result::Err(fault) => ::core::result::Result::Err(fault),
            }
        }
    }

    /// The block that calls the guest, by the function `by` of `Typed`.
    fn call(&self, by: &TokenStream) -> TokenStream {
        let (place, typed) = (&self.place, self.typed());
        let args = signatures::carry(self.function, &self.idents);
        let call = self.on_result(quote!(#typed::#by));
        let args = self.on_result(quote!((&mut self.__tairitsu_client, #place, (#(#args,)*))));
        let block = self.on_result(quote!({ #call #args }));
        self.on_result(quote! {{
            // SAFETY: `resolve` below checks the function of this index with these types.
            unsafe #block
        }})
    }

    /// Returns without a call of the guest's export, in two cases. For a guest without wasm, the trait's function is called
    /// on the guest's state. For a guest that lacks the function, its default body runs. `finish` turns the result, whose
    /// error is a fault, into the value to return.
    fn without_guest(
        &self,
        place_of_client: &ClientPlace,
        args: &[impl quote::ToTokens],
        finish: impl Fn(&TokenStream) -> TokenStream,
    ) -> TokenStream {
        let (shared, reference, private) = (&place_of_client.shared, &place_of_client.reference, &self.paths.private);
        let Self { interface, function, place, .. } = self;
        let (ident, method) = (&interface.item.ident, &function.ident);
        // A guest without wasm exports no resources, since the host has the values themselves.
        let native = interface.resource.is_none().then(|| {
            let result = finish(&quote! {
                #private::Client::call_native::<dyn #ident, _>(#reference, #place, |__tairitsu_guest| {
                    <dyn #ident as #ident>::#method(__tairitsu_guest #(, #args)*)
                })
            });
            quote! {
                if #private::Client::is_native(#shared) {
                    return #result;
                }
            }
        });
        let default = function.has_default.then(|| {
            let body = self.default_body(place_of_client, args, finish);
            quote! {
                if !#private::Client::has(#shared, #place) {
                    return #body;
                }
            }
        });
        quote!(#native #default)
    }

    /// Runs the function's default body.
    fn default_body(
        &self,
        ClientPlace { reference, .. }: &ClientPlace,
        args: &[impl quote::ToTokens],
        finish: impl Fn(&TokenStream) -> TokenStream,
    ) -> TokenStream {
        finish(&defaults::run(self.interface, self.index, reference, args, self.paths))
    }

    /// The client's result, of a result of the trait's function whose error is a fault.
    fn settle(&self, typed: &TokenStream, result: &TokenStream) -> TokenStream {
        let result = self.carry_value(result);
        self.carried_out(quote!(#typed::settle(#result)))
    }

    /// A result of the trait's function, whose error is a fault, with an adapted value in its carrier.
    fn carry_value(&self, result: &TokenStream) -> TokenStream {
        match &self.function.adapted_result {
            Some(_) => signatures::on_ok(result, &signatures::carry_result(self.function, quote!(value))),
            None => result.clone(),
        }
    }

    /// The client's result, with an adapted value out of its carrier.
    fn carried_out(&self, result: TokenStream) -> TokenStream {
        match &self.function.adapted_result {
            Some(_) => signatures::on_ok(&result, &quote!(value.0)),
            None => result,
        }
    }

    /// `Typed` of the function, with the parameters' types as the trait has them.
    fn typed(&self) -> TokenStream {
        signatures::typed(self.interface, self.index, &signatures::carried_types(self.function), self.paths)
    }

    /// The type that the client's method returns.
    fn output(&self) -> TokenStream {
        let Paths { krate, .. } = self.paths;
        let Some(ty) = &self.function.result else {
            return quote!(::core::result::Result<(), #krate::CallError>);
        };
        match looks::result_parts(ty) {
            Some((ok, err)) => quote!(::core::result::Result<#ok, #krate::CallError<#err>>),
            // An alias of a `Result`, whose value is no WIT type.
            None if self.function.adapted_result.as_ref().is_some_and(|adapted| adapted.in_result) => {
                let private = &self.paths.private;
                quote!(::core::result::Result<<#ty as #private::Parts>::Ok, #krate::CallError<<#ty as #private::Parts>::Err>>)
            }
            None if looks::is_no_result(ty) || self.function.adapted_result.is_some() => {
                quote!(::core::result::Result<#ty, #krate::CallError>)
            }
            // The name may be an alias of a `Result`.
            None => {
                let named = shared::with_hints(ty, self.paths);
                shared::cover(ty, quote!(#krate::Called<#named>))
            }
        }
    }

    /// The doc comment of the trait's function, and whether the function is deprecated.
    fn attributes(&self) -> TokenStream {
        let Function { ident, docs, deprecated, .. } = self.function;
        match docs.is_empty() {
            true => {
                let docs = format!("Calls the guest's `{ident}`.");
                quote!(#[doc = #docs] #deprecated)
            }
            false => quote!(#[doc = #docs] #deprecated),
        }
    }

    /// Puts tokens on the result's type. rustc looks at that type again for the body of a method and for the call in it,
    /// and finds the same error. rustc shows equal errors at one place once.
    fn on_result(&self, tokens: TokenStream) -> TokenStream {
        match &self.function.result {
            Some(ty) => shared::cover(ty, tokens),
            None => tokens,
        }
    }
}

/// The client that a method of `GreeterClient` has in `self`.
fn client_of_self() -> ClientPlace {
    ClientPlace { shared: quote!(&self.__tairitsu_client), reference: quote!(&mut self.__tairitsu_client) }
}

/// The client that a forwarding closure has as its argument.
fn client_of_argument() -> ClientPlace {
    ClientPlace { shared: quote!(__tairitsu_client), reference: quote!(__tairitsu_client) }
}
