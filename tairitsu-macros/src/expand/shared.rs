//! What both sides' interfaces have.

use crate::model::{Function, Interface, Makes, Param, ParamKind, Receiver, Side};
use crate::paths::Paths;
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Visibility;
use syn::spanned::Spanned;

/// The constant that describes the interface, and the one of the trait's name that hands it over.
pub(super) fn descriptor(interface: &Interface, paths: &Paths) -> TokenStream {
    let Interface { item, id, docs, uses, .. } = interface;
    // What is said of a trait is said of the resource, if it declares one.
    let docs = if interface.resource.is_some() { "" } else { docs };
    let uses = uses.iter().map(used);
    let (ident, vis, generated_docs) = (&item.ident, &item.vis, format!("Names the interface `{id}`."));
    let (private, schema, krate) = (&paths.private, &paths.schema, &paths.krate);
    let role = role(interface.side);
    let count = index(interface.functions.len());
    // All types are in one array: rustc reports equal errors in it once, and equal errors in several calls each time.
    let mut types = Vec::new();
    let mut ty_of = |ty: &syn::Type| {
        let index = index(types.len());
        types.push(wit_const(ty, paths));
        cover(ty, quote!(__TAIRITSU_TYPES[#index]))
    };
    let functions = interface.functions.iter().map(|function| {
        let Function { name, docs, has_default, .. } = function;
        // A provider has it in any case.
        let optional = *has_default && interface.side == Side::Guest;
        let params = function.params.iter().map(|param| {
            let (name, mut ty) = (&param.name, ty_of(&param.ty));
            if param.kind == ParamKind::Reference {
                ty.extend(quote!(.lent()));
            }
            quote!(#schema::Param::__new(#name, #ty))
        });
        let params: Vec<_> = params.collect();
        let result = match &function.result {
            Some(ty) => ty_of(ty),
            None => quote!(#schema::Type::Unit),
        };
        quote! {
            #schema::Function::__new(#name, #docs, &[#(#params),*], #result, #optional)
        }
    });
    let functions: Vec<_> = functions.collect();
    let len = index(types.len());
    let types = (!types.is_empty()).then(|| quote!(const __TAIRITSU_TYPES: [#schema::Type; #len] = [#(#types),*];));
    let resource = match &interface.resource {
        Some(_) => quote!(::core::option::Option::Some(<dyn #ident as #private::Resource>::RESOURCE)),
        None => quote!(::core::option::Option::None),
    };
    let span = ident.span().resolved_at(proc_macro2::Span::call_site());
    let check = quote_spanned! {span=>
        #[allow(long_running_const_eval)]
        const SIZE: usize = #schema::measure(Self::INTERFACE, #schema::Role::#role);
    };
    quote! {
        #[doc = #generated_docs]
        #[allow(non_upper_case_globals)]
        #vis const #ident: #krate::Descriptor<dyn #ident> = #krate::Descriptor::new();

        impl #private::HasInterface for dyn #ident {
            const INTERFACE: &'static #schema::Interface = {
                #types
                &#schema::Interface::__new(#id, #docs, &[#(#uses),*], &[], #resource, &[#(#functions),*])
            };
            const SIGNATURES: &'static [#schema::Signature] = &#schema::Interface::signatures::<#count>(Self::INTERFACE);
            const ROLE: #schema::Role = #schema::Role::#role;
            #check
        }

        // Evaluated on every target, since it is where names that collide are found.
        const _: usize = <dyn #ident as #private::HasInterface>::SIZE;
    }
}

/// The constant that a module of types has, or the one that names a resource. An error about it is on the path.
pub(super) fn used(path: &syn::Path) -> TokenStream {
    let is_trait = path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase));
    if is_trait {
        let function = format_ident!("interface", span = path.span());
        return quote!(#path.#function());
    }
    let constant = format_ident!("__TAIRITSU_INTERFACE", span = path.span());
    quote!(#path::#constant)
}

/// The side's role in the schema.
pub(super) fn role(side: Side) -> Ident {
    match side {
        Side::Guest => format_ident!("Export"),
        Side::Host => format_ident!("Import"),
    }
}

/// The schema's constant of a type. Together with the results that a client returns, this is the one mention that
/// is an error for a type that is no WIT type: all others go by `Wire`, which every type has.
pub(super) fn wit_const(ty: &syn::Type, paths: &Paths) -> TokenStream {
    let wit_type = &paths.wit_type;
    cover(ty, quote!(<#ty as #wit_type>::TYPE))
}

/// Gives the first and the last token the spans of the type's first and last: an error about the tokens is then on
/// the type, and rustc shows equal errors at equal places once.
pub(super) fn cover(ty: &syn::Type, tokens: TokenStream) -> TokenStream {
    let mut type_tokens = ty.to_token_stream().into_iter();
    let Some(first) = type_tokens.next().map(|token| token.span()) else { return tokens };
    let last = type_tokens.last().map_or(first, |token| token.span());
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    // A leading `::` is two tokens here, and one to rustc.
    let leading = tokens.iter().take_while(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ':')).count();
    for token in tokens.iter_mut().take(leading.max(1)) {
        token.set_span(first);
    }
    if let Some(token) = tokens.last_mut() {
        token.set_span(last);
    }
    tokens.into_iter().collect()
}

/// The type that is lifted where a parameter is declared so.
pub(super) fn owned(param: &Param, paths: &Paths) -> TokenStream {
    let (ty, private) = (&param.ty, &paths.private);
    match param.kind {
        ParamKind::Owned => quote!(#ty),
        ParamKind::Reference => quote!(<#ty as #private::Borrowed>::Owned),
    }
}

/// How many flat values a function's parameters and its result are, as const arguments.
pub(super) fn slots(ident: &Ident, function: usize, paths: &Paths) -> (TokenStream, TokenStream) {
    let signature = signature(&quote!(dyn #ident), function, &paths.private);
    (quote!({ #signature.param_slots() }), quote!({ #signature.result_slots }))
}

/// The constant signature of a function of the interface that `target`, the trait's object type, names.
pub(super) fn signature(target: &TokenStream, function: usize, private: &TokenStream) -> TokenStream {
    let index = index(function);
    quote!(<#target as #private::HasInterface>::SIGNATURES[#index])
}

/// An upper bound of the flat values of the parameters, known by the looks of their types. The fewer slots a shim has,
/// the fewer constants the compiler evaluates. That it is one is asserted where it is used: a name may stand for another
/// type than it looks like.
pub(super) fn most_slots(function: &Function) -> usize {
    let slots = function.params.iter().map(|param| slots_by_looks(&param.ty)).sum::<usize>();
    slots.clamp(1, 16)
}

/// The same for one type: 1 only for what is one core value.
pub(super) fn slots_by_looks(ty: &syn::Type) -> usize {
    const SCALARS: [&str; 12] = ["bool", "char", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"];
    match ty {
        syn::Type::Path(path) if SCALARS.iter().any(|scalar| path.path.is_ident(scalar)) => 1,
        syn::Type::Path(path) if path.path.is_ident("str") || path.path.is_ident("String") => 2,
        syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Vec") => 2,
        syn::Type::Slice(_) => 2,
        syn::Type::Tuple(tuple) => tuple.elems.iter().map(slots_by_looks).sum(),
        syn::Type::Group(group) => slots_by_looks(&group.elem),
        syn::Type::Paren(paren) => slots_by_looks(&paren.elem),
        _ => 16,
    }
}

/// The parameter's name in generated code, with the span of the user's.
pub(super) fn param_ident(param: &Param, index: usize) -> Ident {
    format_ident!("__tairitsu_{index}", span = param.ident.span())
}

/// The head of one of the trait's functions, with parameter names of our own.
pub(super) fn head(function: &Function) -> TokenStream {
    let method = &function.ident;
    let (receiver, skip) = match function.receiver {
        Receiver::State { mutable: true } => (quote!(&mut self,), 0),
        Receiver::State { mutable: false } => (quote!(&self,), 0),
        Receiver::Handle => (quote!(&self,), 1),
        Receiver::None => (quote!(), 0),
    };
    let params = function.params.iter().enumerate().skip(skip).map(|(i, param)| {
        let (ident, ty) = (param_ident(param, i), param_type(param));
        quote!(#ident: #ty)
    });
    let output = function.result.as_ref().map(|ty| quote!(-> #ty));
    quote!(fn #method(#receiver #(#params),*) #output)
}

/// The call of a trait's function with lifted arguments: on the state, of the type that implements the trait, or on
/// what a handle refers to. What a resource's function makes of that type becomes an `Own`.
pub(super) fn call(
    interface: &Interface,
    function: &Function,
    implementor: &Ident,
    state: &TokenStream,
) -> TokenStream {
    let (ident, method) = (&interface.item.ident, &function.ident);
    let pass = pass_owned(&function.params);
    let call = match function.receiver {
        Receiver::State { .. } => quote!(<#implementor as #ident>::#method(#state, #pass)),
        Receiver::Handle => {
            let this = param_ident(&function.params[0], 0);
            let rest = pass_after(&function.params, 1);
            quote!(<dyn #ident as #ident>::#method(&*#this.value(), #rest))
        }
        Receiver::None => quote!(<#implementor as #ident>::#method(#pass)),
    };
    let Some(own) = interface.resource.as_ref().map(|resource| &resource.own) else { return call };
    let made = |value| {
        quote! {
            <#own as ::core::convert::From<::std::sync::Arc<dyn #ident>>>::from(::std::sync::Arc::new(#value))
        }
    };
    match function.makes {
        None => call,
        Some(Makes::Itself) => made(call),
        Some(Makes::Ok) => {
            let made = made(quote!(value));
            quote! {
                match #call {
                    ::core::result::Result::Ok(value) => ::core::result::Result::Ok(#made),
                    ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
                }
            }
        }
    }
}

/// The parameter's type as the trait has it.
pub(super) fn param_type(param: &Param) -> TokenStream {
    let ty = &param.ty;
    match param.kind {
        ParamKind::Owned => quote!(#ty),
        ParamKind::Reference => quote!(&#ty),
    }
}

/// What may be seen of a type without a copy, known by its looks: `str` of a `String`, and `[T]` of a list of numbers.
pub(super) fn seen(ty: &syn::Type) -> Option<TokenStream> {
    const NUMBERS: [&str; 10] = ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"];
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident == "String" && last.arguments.is_empty() {
        return Some(quote!(str));
    }
    let syn::PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    match (last.ident == "Vec", list.args.first()?, list.args.len()) {
        (true, syn::GenericArgument::Type(item @ syn::Type::Path(path)), 1)
            if NUMBERS.iter().any(|number| path.path.is_ident(number)) =>
        {
            Some(quote!([#item]))
        }
        _ => None,
    }
}

/// The parameter's type, by reference where that is as good.
pub(super) fn seen_type(param: &Param) -> TokenStream {
    match (param.kind, seen(&param.ty)) {
        (ParamKind::Owned, Some(seen)) => quote!(&#seen),
        _ => param_type(param),
    }
}

/// Passes lifted arguments on to the trait's function.
pub(super) fn pass_owned(params: &[Param]) -> TokenStream {
    pass_after(params, 0)
}

/// Passes all but so many of the first.
fn pass_after(params: &[Param], skip: usize) -> TokenStream {
    params
        .iter()
        .enumerate()
        .skip(skip)
        .map(|(i, param)| {
            let ident = param_ident(param, i);
            match param.kind {
                ParamKind::Owned => quote!(#ident,),
                ParamKind::Reference => quote!(&#ident,),
            }
        })
        .collect()
}

/// The `component-type` section, as a static of the crate and module that it is emitted in. On wasm such a static is in the
/// module twice, as the section and as data; the data goes where nothing refers to it, so nothing is to keep it.
pub(super) fn section(link_section: &str, interface: &TokenStream, private: &TokenStream) -> TokenStream {
    quote! {
        #[unsafe(link_section = #link_section)]
        #[allow(long_running_const_eval)]
        static __TAIRITSU_SECTION: [u8; <#interface as #private::HasInterface>::SIZE] =
            #private::schema::encode::<{ <#interface as #private::HasInterface>::SIZE }>(
                <#interface as #private::HasInterface>::INTERFACE,
                <#interface as #private::HasInterface>::ROLE,
            );
    }
}

/// `0usize`, `1usize` and so on without a suffix.
pub(super) fn index(i: usize) -> Literal {
    Literal::usize_unsuffixed(i)
}

/// The macro of the trait's name, from its arms. Every trait's macro is exported under a name of its own, and
/// goes by the trait's name where the trait does.
pub(super) fn export_macro(interface: &Interface, arms: &TokenStream) -> TokenStream {
    let (ident, vis) = (&interface.item.ident, &interface.item.vis);
    let id: String = interface.id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = format_ident!("__tairitsu_{}_{id}", ident.to_string().trim_start_matches("r#"));
    let export = matches!(vis, Visibility::Public(_)).then(|| quote!(#[macro_export]));
    quote! {
        #export
        #[doc(hidden)]
        #[allow(unused_macros, non_local_definitions)]
        macro_rules! #name { #arms }

        #[doc(hidden)]
        #[allow(unused_imports)]
        #vis use #name as #ident;
    }
}

/// The macro of a trait that has errors: it takes everything and is nothing.
pub(super) fn stub_macro(interface: &Interface) -> TokenStream {
    export_macro(interface, &quote!(($($any:tt)*) => {};))
}

/// The arm for the attribute of the other side.
pub(super) fn wrong_side(interface: &Interface) -> TokenStream {
    let ident = &interface.item.ident;
    let (role, message) = match interface.side {
        Side::Guest => (
            quote!(host),
            format!(
                "`{ident}` is a `#[tairitsu::guest]` trait: the guest implements it, and the host calls it\n\
                 help: write `#[tairitsu::guest]` on this impl, or `#[tairitsu::host]` on the trait"
            ),
        ),
        Side::Host => (
            quote!(guest),
            format!(
                "`{ident}` is a `#[tairitsu::host]` trait: the host implements it, and the guest calls it\n\
                 help: write `#[tairitsu::host]` on this impl, or `#[tairitsu::guest]` on the trait"
            ),
        ),
    };
    let no_resource = format!(
        "`{ident}` is an interface of functions, and no resource\nhelp: write `{}` on this impl",
        interface.side.attribute()
    );
    quote! {
        (#role $($any:tt)*) => { ::core::compile_error! { #message } };
        (resource $($any:tt)*) => { ::core::compile_error! { #no_resource } };
    }
}
