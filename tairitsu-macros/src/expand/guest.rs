//! `#[guest]` on a trait: export glue for the guest, the typed client for the host.

use super::shared;
use crate::model::{Function, Interface, ParamKind};
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn expand(interface: &Interface, paths: &Paths) -> TokenStream {
    let item = &interface.item;
    let descriptor = shared::descriptor(interface, paths);
    let dispatch = dispatch(interface, paths);
    let client = client(interface, paths);
    let (kind, wrong_arms) = match &interface.resource {
        Some(resource) => {
            (Some(super::resource::kind(interface, resource, paths)), super::resource::wrong_arms(interface))
        }
        None => (None, shared::wrong_side(interface)),
    };
    let arms = [export_arm(interface), wrong_arms].into_iter().collect();
    let export = shared::export_macro(interface, &arms);
    quote! {
        #item
        #descriptor
        #kind
        #dispatch
        #client
        #export
    }
}

/// On wasm32, beside the trait: for each function, one that lifts the arguments, calls an implementation and
/// lowers the result. The types of the signature are in scope here, and not where the implementation is.
fn dispatch(interface: &Interface, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let Paths { schema, rt, codec, use_codec, if_guest, .. } = paths;
    let functions = interface.functions.iter().map(|function| {
        let (call, post, place) = names(function);
        let take = function.params.iter().enumerate().map(|(i, param)| {
            let (ident, ty) = (shared::param_ident(param, i), shared::owned(param, paths));
            quote!(let #ident = #codec::<#ty>::take(&mut __tairitsu_args);)
        });
        let implementor = format_ident!("__TairitsuGuest");
        let called = shared::call(interface, function, &implementor, &quote!(__tairitsu_state()));
        let state =
            interface.resource.is_none().then(|| quote!(__tairitsu_state: fn() -> &'static mut __TairitsuGuest,));
        let (lower, post) = match &function.result {
            None => (
                quote!({
                    let () = __tairitsu_result;
                    0
                }),
                None,
            ),
            Some(ty) => {
                let returned = quote!(#rt::Return<#ty, { #codec::<#ty>::SIZE }>);
                let lower = quote! {
                    #codec::<#ty>::give(Self::#place(), __tairitsu_result)
                };
                let post = quote! {
                    #[inline(always)]
                    fn #place() -> &'static #returned {
                        static __TAIRITSU_RETURN: #returned = #rt::Return::new();
                        &__TAIRITSU_RETURN
                    }

                    #[doc(hidden)]
                    #[inline]
                    pub unsafe fn #post() {
                        // SAFETY: only post-return calls this.
                        unsafe { #codec::<#ty>::clear(Self::#place()) }
                    }
                };
                (lower, Some(post))
            }
        };
        quote! {
            #[doc(hidden)]
            #[inline]
            pub fn #call<__TairitsuGuest: #ident, const __TAIRITSU_INDIRECT: bool>(
                __tairitsu_flat: &[u64; 16],
                __tairitsu_layout: #schema::Layout,
                #state
            ) -> u64 {
                let mut __tairitsu_args = #rt::Args::<__TAIRITSU_INDIRECT>::new(__tairitsu_flat);
                #(#take)*
                __tairitsu_args.finish(__tairitsu_layout);
                let __tairitsu_result = #called;
                #lower
            }

            #post
        }
    });
    quote! {
        #if_guest! {
            const _: () = {
                #use_codec

                #[allow(non_snake_case, clippy::all)]
                impl dyn #ident {
                    #(#functions)*
                }
            };
        }
    }
}

/// The names of the dispatch function, its post-return, and the place of its result.
fn names(function: &Function) -> (proc_macro2::Ident, proc_macro2::Ident, proc_macro2::Ident) {
    let name = function.ident.to_string();
    let name = name.trim_start_matches("r#");
    (
        format_ident!("__tairitsu_call_{name}"),
        format_ident!("__tairitsu_post_{name}"),
        format_ident!("__tairitsu_place_{name}"),
    )
}

/// The arm of the trait's macro that `#[guest] impl` invokes: the exports, by literal name, and the section. It
/// expands in the crate of the implementation, so it names the trait and the `tairitsu` crate by the paths
/// that crate uses.
fn export_arm(interface: &Interface) -> TokenStream {
    let private = quote!($($tairitsu)*::__private);
    let target = quote!(dyn $($path)*);
    let state = interface.resource.is_none().then(|| quote!(state,));
    let section_name = format!("component-type:tairitsu:export:{}", interface.id);
    let section = shared::section(&section_name, &target, &private);
    let functions = interface.functions.iter().enumerate().map(|(i, function)| {
        let (call, post, _) = names(function);
        let export_name = format!("{}#{}", interface.id, function.name);
        let count = shared::most_slots(function);
        let params: Vec<_> = (0..count).map(|i| format_ident!("a{i}")).collect();
        let slots = (0..count).map(|i| {
            let i = shared::index(i);
            quote!(#private::rt::Slot<{ SIGNATURE.params[#i] as u8 }>)
        });
        let (slots, core) = (slots.collect::<Vec<_>>(), quote!(#private::rt::CoreType));
        let (count, zeros) = (shared::index(count), (count..16).map(|_| quote!(0)));
        let signature = shared::signature(&target, i, &private);
        let result = quote!(#private::rt::Slot<{ SIGNATURE.result as u8 }>);
        // What is one core value has nothing to be dropped, and the host would call the function after each call.
        let post = function.result.as_ref().map(|ty| {
            if shared::slots_by_looks(ty) == 1 {
                return quote! {
                    const _: () = ::core::assert!(!SIGNATURE.result_indirect, "the name of a scalar stands for another type");
                };
            }
            let post_name = format!("cabi_post_{export_name}");
            quote! {
                #[allow(improper_ctypes_definitions)]
                #[unsafe(export_name = #post_name)]
                extern "C" fn post_return(_: <#result as #core>::Repr) {
                    if SIGNATURE.result_indirect {
                        // SAFETY: this is post-return.
                        unsafe { <#target>::#post() }
                    }
                }
            }
        });
        quote! {
            const _: () = {
                const SIGNATURE: &#private::schema::Signature = &#signature;
                const _: () = ::core::assert!(SIGNATURE.params_len <= #count, "the name of a type stands for another one");

                #[allow(improper_ctypes_definitions)]
                #[unsafe(export_name = #export_name)]
                extern "C" fn export(#(#params: <#slots as #core>::Repr),*) -> <#result as #core>::Repr {
                    #private::rt::run_ctors_once();
                    let flat = [#(#private::rt::CoreValue::bits(#params),)* #(#zeros),*];
                    #private::rt::CoreValue::of(<#target>::#call::<$ty, { SIGNATURE.params_indirect }>(
                        &flat,
                        SIGNATURE.params_layout,
                        #state
                    ))
                }

                #post
            };
        }
    });
    let functions = quote!(#(#functions)*);
    if let Some(resource) = &interface.resource {
        let from_value = super::resource::from_value();
        let dtor = format!("{}#[dtor]{}", interface.id, resource.name);
        return quote! {
            (resource [$($tairitsu:tt)*] [$($path:tt)*] [$ty:ty]) => {
                #from_value

                #private::if_guest! {
                    const _: () = {
                        #section

                        #[unsafe(export_name = #dtor)]
                        extern "C" fn dtor(address: usize) {
                            #private::rt::drop_value::<#target>(address);
                        }

                        #functions
                    };
                }
            };
        };
    }
    quote! {
        (guest [$($tairitsu:tt)*] [$($path:tt)*] [$ty:ty]) => {
            const _: () = {
                // Where no state is made, it is known all the same whether it could be. An error about it is one, on the type.
                #private::if_native! {
                    const _: fn() -> $ty = #private::guest_state::<$ty>();
                }

                #private::if_runtime! {
                    impl #private::Exports<#target> for $ty {
                        fn as_interface(&mut self) -> &mut (#target + 'static) {
                            self
                        }
                    }

                    #private::submit! { #private::NativeExport::new::<$ty, #target>() }
                }

                #private::if_guest! {
                    static STATE: #private::rt::State<$ty> = #private::rt::State::new();

                    fn state() -> &'static mut $ty {
                        // SAFETY: only the exports below call it, once each, and the reference ends with them:
                        // the canonical ABI lets no export in while another one runs.
                        unsafe { #private::rt::State::get(&STATE) }
                    }

                    #section

                    #functions
                }
            };
        };
    }
}

/// Where the runtime is, beside the trait: `GreeterClient`.
fn client(interface: &Interface, paths: &Paths) -> TokenStream {
    let (ident, vis) = (&interface.item.ident, &interface.item.vis);
    let Paths { private, krate, wit_type, use_typed, if_runtime, if_async, .. } = paths;
    let (name, async_name) = (&interface.client, &interface.async_client);
    let async_docs = format!("Calls the guest's [`{ident}`], in futures. Made by `AsyncContainer::guest`.");
    let mut async_methods = TokenStream::new();
    let docs = format!("Calls the guest's [`{ident}`]. Made by `Container::guest`.");
    let mut methods = TokenStream::new();
    let mut resolve = TokenStream::new();
    let mut defaults = TokenStream::new();
    let mut forward = TokenStream::new();
    for (i, function) in interface.functions.iter().enumerate() {
        let (method, index, docs) = (&function.ident, shared::index(i), &function.docs);
        let docs = if docs.is_empty() { format!("Calls the guest's `{method}`.") } else { docs.clone() };
        let idents: Vec<_> = function.params.iter().map(|param| &param.ident).collect();
        let types: Vec<_> = function.params.iter().map(shared::param_type).collect();
        let fixed = function.params.iter().map(|param| {
            let ty = &param.ty;
            match param.kind {
                ParamKind::Owned => quote!(#ty),
                ParamKind::Reference => quote!(&'static #ty),
            }
        });
        let (results, output) = match &function.result {
            None => (quote!(()), quote!(::core::result::Result<(), #krate::CallError>)),
            Some(ty) => {
                let output = match result_parts(ty) {
                    Some((ok, err)) => quote!(::core::result::Result<#ok, #krate::CallError<#err>>),
                    None if is_plain(ty) => quote!(::core::result::Result<#ty, #krate::CallError>),
                    // Behind a name there may be a `Result`.
                    None => {
                        let ok = shared::cover(ty, quote!(<#ty as #wit_type>::Ok));
                        let err = shared::cover(ty, quote!(<#ty as #wit_type>::Err));
                        let err = shared::cover(ty, quote!(#krate::CallError<#err>));
                        shared::cover(ty, quote!(::core::result::Result<#ok, #err>))
                    }
                };
                (quote!((#ty,)), output)
            }
        };
        let (n, m) = shared::slots(ident, i, paths);
        let typed = quote!(#private::Typed::<(#(#types,)*), #results, #n, #m>);
        let call = quote!(#typed::call);
        let args = quote!((&mut self.__tairitsu_client, #index, (#(#idents,)*)));
        // rustc looks at the result's type again for the body and for the call, and has the same error to report.
        let cover = |tokens| match &function.result {
            Some(ty) => shared::cover(ty, tokens),
            None => tokens,
        };
        let (call, args) = (cover(call), cover(args));
        let block = cover(quote!({ #call #args }));
        let body = cover(quote! {{
            // SAFETY: `resolve` below checks the function of this index with these types.
            unsafe #block
        }});
        let default = function.has_default.then(|| {
            let defaults = defaults_ident(ident, i);
            quote! {
                if !self.__tairitsu_client.has(#index) {
                    return #typed::settle(#private::Defaults::run(&mut self.__tairitsu_client, |__tairitsu_defaults| {
                        <#defaults<'_, '_> as #ident>::#method(&mut #defaults(__tairitsu_defaults) #(, #idents)*)
                    }));
                }
            }
        });
        if default.is_some() {
            defaults.extend(self::defaults(interface, i, paths));
        }
        // A guest without wasm has its resources as they are, and does not export them.
        let native = interface.resource.is_none().then(|| {
            quote! {
                if self.__tairitsu_client.is_native() {
                    return #typed::settle(self.__tairitsu_client.call_native::<dyn #ident, _>(#index, |__tairitsu_guest| {
                        <dyn #ident as #ident>::#method(__tairitsu_guest #(, #idents)*)
                    }));
                }
            }
        });
        let body = quote! {{
            #native
            #default
            #body
        }};
        methods.extend(quote! {
            #[doc = #docs]
            pub fn #method(&mut self #(, #idents: #types)*) -> #output #body
        });
        methods.extend(in_place(interface, i, paths));
        let call = cover(quote!(#typed::call_async));
        let block = cover(quote!({ #call #args }));
        let body = cover(quote! {{
            // SAFETY: `resolve` below checks the function of this index with these types.
            unsafe #block
        }});
        let lent = function.params.iter().map(|param| {
            let ty = &param.ty;
            match param.kind {
                ParamKind::Owned => quote!(#ty),
                ParamKind::Reference => quote!(&'__tairitsu #ty),
            }
        });
        let calling = cover(quote!(#private::Calling<'__tairitsu, #output>));
        async_methods.extend(quote! {
            #[doc = #docs]
            pub fn #method<'__tairitsu>(&'__tairitsu mut self #(, #idents: #lent)*) -> #calling #body
        });
        let owned: Vec<_> = function.params.iter().map(|param| shared::owned(param, paths)).collect();
        let held: Vec<_> = function.params.iter().enumerate().map(|(i, param)| shared::param_ident(param, i)).collect();
        let pass = shared::pass_owned(&function.params);
        let (wrapped, unwrapped) = match &function.result {
            Some(_) => (quote!((__tairitsu_result,)), quote!(__tairitsu_result)),
            None => (quote!(()), quote!(())),
        };
        let default = function.has_default.then(|| {
            let defaults = defaults_ident(ident, i);
            quote! {
                if !__tairitsu_client.has(#index) {
                    return match #private::Defaults::run(__tairitsu_client, |__tairitsu_defaults| {
                        <#defaults<'_, '_> as #ident>::#method(&mut #defaults(__tairitsu_defaults), #pass)
                    }) {
                        ::core::result::Result::Ok(#unwrapped) => ::core::result::Result::Ok(#wrapped),
                        ::core::result::Result::Err(fault) => ::core::result::Result::Err(fault),
                    };
                }
            }
        });
        let native = interface.resource.is_none().then(|| {
            quote! {
                if __tairitsu_client.is_native() {
                    return match __tairitsu_client.call_native::<dyn #ident, _>(#index, |__tairitsu_guest| {
                        <dyn #ident as #ident>::#method(__tairitsu_guest, #pass)
                    }) {
                        ::core::result::Result::Ok(#unwrapped) => ::core::result::Result::Ok(#wrapped),
                        ::core::result::Result::Err(fault) => ::core::result::Result::Err(fault),
                    };
                }
            }
        });
        forward.extend(quote! {
            #private::Provided::<(#(#owned,)*), #results, #n, #m>::forward::<dyn #ident, _>(
                __tairitsu_linker,
                #index,
                |__tairitsu_client: &mut #private::Client<'_>, (#(#held,)*): (#(#owned,)*)| {
                    #native
                    #default
                    // SAFETY: `resolve` checks the function of this index with these types.
                    match unsafe { #typed::call_raw(__tairitsu_client, #index, (#pass)) } {
                        ::core::result::Result::Ok(#unwrapped) => ::core::result::Result::Ok(#wrapped),
                        ::core::result::Result::Err(fault) => ::core::result::Result::Err(fault),
                    }
                },
            )?;
        });
        resolve.extend(quote! {
            #private::Typed::<(#(#fixed,)*), #results, #n, #m>::resolve(__tairitsu_resolver, #index)?;
        });
    }
    quote! {
        #if_runtime! {
            #[doc = #docs]
            #[derive(::core::fmt::Debug)]
            #vis struct #name<'__tairitsu> {
                __tairitsu_client: #private::Client<'__tairitsu>,
            }

            #if_async! {
                #[doc = #async_docs]
                #[derive(::core::fmt::Debug)]
                #vis struct #async_name<'__tairitsu> {
                    __tairitsu_client: #private::Client<'__tairitsu>,
                }
            }

            const _: () = {
                #use_typed

                #[allow(clippy::all, unused_braces)]
                impl #name<'_> {
                    #methods
                }

                #if_async! {
                    #[allow(clippy::all, unused_braces)]
                    impl #async_name<'_> {
                        #async_methods
                    }

                    #[allow(clippy::all)]
                    impl #private::AsyncGuestInterface for dyn #ident {
                        type AsyncClient<'__tairitsu> = #async_name<'__tairitsu>;

                        fn async_client(__tairitsu_client: #private::Client<'_>) -> #async_name<'_> {
                            #async_name { __tairitsu_client }
                        }
                    }
                }

                #defaults

                #[allow(clippy::all)]
                impl #private::GuestInterface for dyn #ident {
                    type Client<'__tairitsu> = #name<'__tairitsu>;

                    fn resolve(
                        __tairitsu_resolver: &mut #private::Resolver<'_>,
                    ) -> ::core::result::Result<(), #private::ResolveError> {
                        #resolve
                        ::core::result::Result::Ok(())
                    }

                    fn client(__tairitsu_client: #private::Client<'_>) -> #name<'_> {
                        #name { __tairitsu_client }
                    }

                    fn forward<__TairitsuPeer: #private::IsPeer>(
                        __tairitsu_linker: &mut #private::ProviderLinker<'_, __TairitsuPeer>,
                    ) -> ::core::result::Result<(), #private::LinkError> {
                        #forward
                        ::core::result::Result::Ok(())
                    }
                }
            };
        }
    }
}

/// The client's function that looks at a result where it is, if by its looks it is one that can be looked at. What is
/// copied anyway is taken by reference.
fn in_place(interface: &Interface, index: usize, paths: &Paths) -> Option<TokenStream> {
    let (ident, function) = (&interface.item.ident, &interface.functions[index]);
    let result = function.result.as_ref()?;
    let (seen, error) = match result_parts(result) {
        Some((ok, err)) => (shared::seen(&syn::parse2(ok).ok()?)?, quote!(<#err>)),
        None => (shared::seen(result)?, quote!()),
    };
    let method = &function.ident;
    let name = format_ident!("{}_with", method.to_string().trim_start_matches("r#"), span = method.span());
    if interface.functions.iter().any(|function| function.ident == name) {
        return None;
    }
    let Paths { private, krate, .. } = paths;
    let idents: Vec<_> = function.params.iter().map(|param| &param.ident).collect();
    let types: Vec<_> = function.params.iter().map(shared::seen_type).collect();
    let owned = function.params.iter().zip(&idents).map(|(param, ident)| {
        if param.kind == ParamKind::Owned && shared::seen(&param.ty).is_some() {
            return quote!(::std::borrow::ToOwned::to_owned(#ident));
        }
        quote!(#ident)
    });
    let owned: Vec<_> = owned.collect();
    let (place, (n, m)) = (shared::index(index), shared::slots(ident, index, paths));
    let typed = quote!(#private::Typed::<(#(#types,)*), (#result,), #n, #m>);
    let native = interface.resource.is_none().then(|| {
        quote! {
            if self.__tairitsu_client.is_native() {
                return #typed::look_at(
                    self.__tairitsu_client.call_native::<dyn #ident, _>(#place, |__tairitsu_guest| {
                        <dyn #ident as #ident>::#method(__tairitsu_guest #(, #owned)*)
                    }),
                    __tairitsu_see,
                );
            }
        }
    });
    let default = function.has_default.then(|| {
        let defaults = defaults_ident(ident, index);
        quote! {
            if !self.__tairitsu_client.has(#place) {
                return #typed::look_at(
                    #private::Defaults::run(&mut self.__tairitsu_client, |__tairitsu_defaults| {
                        <#defaults<'_, '_> as #ident>::#method(&mut #defaults(__tairitsu_defaults) #(, #owned)*)
                    }),
                    __tairitsu_see,
                );
            }
        }
    });
    let docs =
        format!("[`Self::{method}`] of references. A function is shown the result where it is, in the guest's memory.");
    Some(quote! {
        #[doc = #docs]
        pub fn #name<__TairitsuMade>(
            &mut self,
            #(#idents: #types,)*
            __tairitsu_see: impl ::core::ops::FnOnce(&#seen) -> __TairitsuMade,
        ) -> ::core::result::Result<__TairitsuMade, #krate::CallError #error> {
            #native
            #default
            // SAFETY: `resolve` below checks the function of this index with types that are the same in WIT.
            unsafe { #typed::look(&mut self.__tairitsu_client, #place, (#(#idents,)*), __tairitsu_see) }
        }
    })
}

fn defaults_ident(interface: &proc_macro2::Ident, index: usize) -> proc_macro2::Ident {
    format_ident!("__Tairitsu{}Default{index}", interface.to_string().trim_start_matches("r#"))
}

/// What function `index` runs on where the guest lacks it: a type that implements the trait by calls to the guest, but for
/// that one function, which is the trait's own.
fn defaults(interface: &Interface, index: usize, paths: &Paths) -> TokenStream {
    let (trait_ident, private) = (&interface.item.ident, &paths.private);
    let ident = defaults_ident(trait_ident, index);
    let others = interface.functions.iter().enumerate().filter(|(i, _)| *i != index);
    let functions = others.map(|(i, function)| {
        let (head, method, place) = (shared::head(function), &function.ident, shared::index(i));
        let idents: Vec<_> =
            function.params.iter().enumerate().map(|(i, param)| shared::param_ident(param, i)).collect();
        let types = function.params.iter().map(shared::param_type);
        let results = match &function.result {
            Some(ty) => quote!((#ty,)),
            None => quote!(()),
        };
        let (n, m) = shared::slots(trait_ident, i, paths);
        let default = function.has_default.then(|| {
            let other = defaults_ident(trait_ident, i);
            quote! {
                if !self.0.has(#place) {
                    return <#other<'_, '_> as #trait_ident>::#method(&mut #other(self.0.clone()) #(, #idents)*);
                }
            }
        });
        quote! {
            #head {
                #default
                self.0.call(|__tairitsu_client| {
                    // SAFETY: `resolve` below checks the function of this index with these types.
                    unsafe {
                        #private::Typed::<(#(#types,)*), #results, #n, #m>::call_raw(
                            __tairitsu_client,
                            #place,
                            (#(#idents,)*),
                        )
                    }
                })
            }
        }
    });
    quote! {
        #[allow(non_camel_case_types)]
        struct #ident<'__a, '__c>(#private::Defaults<'__a, '__c>);

        #[allow(clippy::all)]
        impl #trait_ident for #ident<'_, '_> {
            #(#functions)*
        }
    }
}

/// Whether a type is by its looks no alias of a `Result`.
fn is_plain(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Tuple(_) | syn::Type::Array(_) => true,
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| ["Vec", "Option", "Box", "String"].iter().any(|plain| last.ident == plain)),
        _ => false,
    }
}

/// Whether a result is a `Result` of two types: those two.
fn result_parts(ty: &syn::Type) -> Option<(TokenStream, TokenStream)> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    if last.ident != "Result" || args.args.len() != 2 {
        return None;
    }
    let (ok, err) = (&args.args[0], &args.args[1]);
    Some((quote!(#ok), quote!(#err)))
}
