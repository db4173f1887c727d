//! The code that the interfaces of both sides have: the constant schema, its section, and the spans of errors.

use crate::model::{Function, Interface, ParamKind};
use crate::paths::Paths;
use crate::side::Side;
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// The constant schema of the interface, and the constant of the trait's name, which gives access to the schema.
pub(super) fn descriptor(interface: &Interface, paths: &Paths) -> TokenStream {
    let Interface { item, id, docs, uses, .. } = interface;
    // The doc comment of a resource's trait documents the resource.
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
        // A provider always has the function.
        let optional = *has_default && interface.side == Side::Guest;
        let params = function.params.iter().map(|param| {
            let (name, mut ty) = (&param.name, ty_of(param.wit_type()));
            if matches!(param.kind, ParamKind::Reference) && param.adapted.is_none() {
                ty.extend(quote!(.lent()));
            }
            quote!(#schema::Param::__new(#name, #ty))
        });
        let params: Vec<_> = params.collect();
        let result = match &function.wit_result() {
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

        // Its evaluation finds names that collide, so every target evaluates the constant.
        const _: usize = <dyn #ident as #private::HasInterface>::SIZE;
    }
}

/// The schema of an interface in `uses`: the constant in a module of types, or the one that names a resource. An error
/// about it is shown on the path.
pub(super) fn used(path: &syn::Path) -> TokenStream {
    let is_trait = path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase));
    if is_trait {
        let function = format_ident!("interface", span = path.span());
        return quote!(#path.#function());
    }
    let constant = format_ident!("__TAIRITSU_INTERFACE", span = path.span());
    quote!(#path::#constant)
}

/// The role in the schema of an interface of this side.
pub(super) fn role(side: Side) -> Ident {
    match side {
        Side::Guest => format_ident!("Export"),
        Side::Host => format_ident!("Import"),
    }
}

/// The schema of a type. A type that is no WIT type is an error here, and in the results that a client returns. Everywhere
/// else generated code names `Codec`, which every type has.
pub(super) fn wit_const(ty: &syn::Type, paths: &Paths) -> TokenStream {
    let wit_type = &paths.wit_type;
    cover(ty, quote!(<#ty as #wit_type>::TYPE))
}

/// Gives the first and the last token the spans of the type's first and last token. So rustc shows an error about the
/// tokens on the type, and shows equal errors at that place once.
pub(super) fn cover(ty: &syn::Type, tokens: TokenStream) -> TokenStream {
    let mut type_tokens = ty.to_token_stream().into_iter();
    let Some(first) = type_tokens.next().map(|token| token.span()) else { return tokens };
    let last = type_tokens.last().map_or(first, |token| token.span());
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    // A leading `::` is two tokens here, and one token to rustc.
    let leading = tokens.iter().take_while(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ':')).count();
    for token in tokens.iter_mut().take(leading.max(1)) {
        token.set_span(first);
    }
    if let Some(token) = tokens.last_mut() {
        token.set_span(last);
    }
    tokens.into_iter().collect()
}

/// The `component-type` section, as a static. On wasm32 the compiler emits such a static twice, as the section and as data.
/// The linker drops the data if nothing refers to it, so no code may refer to the static.
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

/// A number as a literal without a suffix.
pub(super) fn index(i: usize) -> Literal {
    Literal::usize_unsuffixed(i)
}
