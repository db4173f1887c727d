//! The code that the interfaces of both sides have: the constant schema, its section, and the spans of errors.

use super::looks;
use crate::attr::Docs;
use crate::model::{Function, Interface, ParamKind};
use crate::paths::Paths;
use crate::side::Side;
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};

/// The constant schema of the interface, and the constant of the trait's name, which gives access to the schema.
pub(super) fn descriptor(interface: &Interface, paths: &Paths) -> TokenStream {
    let Interface { item, id, docs, uses, .. } = interface;
    // The doc comment of a resource's trait documents the resource.
    let docs = if interface.resource.is_some() { &Docs::default() } else { docs };
    let uses = uses.iter().map(|path| used(path, paths));
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
        let Function { name, docs, has_default, since, .. } = function;
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
        let since = self::since(since.as_ref());
        quote! {
            #schema::Function::__new(#name, #docs, &[#(#params),*], #result, #optional) #since
        }
    });
    let functions: Vec<_> = functions.collect();
    let len = index(types.len());
    let types = (!types.is_empty()).then(|| quote!(const __TAIRITSU_TYPES: [#schema::Type; #len] = [#(#types),*];));
    let resource = match &interface.resource {
        Some(_) => quote!(::core::option::Option::Some(<dyn #ident as #private::Resource>::RESOURCE)),
        None => quote!(::core::option::Option::None),
    };
    // Its evaluation finds names that collide. A guest evaluates `SIZE` for the section. Natively nothing names `SIZE`, so that
    // rustc reports the constant that is wrong, and not those that name it.
    let checked = on_ident(
        ident,
        quote!(#schema::check(<dyn #ident as #private::HasInterface>::INTERFACE, #schema::Role::#role)),
    );
    let (if_guest, if_native) = (&paths.if_guest, &paths.if_native);
    quote! {
        #[doc = #generated_docs]
        #[allow(dead_code, non_upper_case_globals, deprecated)]
        #vis const #ident: #krate::Descriptor<dyn #ident> = #krate::Descriptor::new();

        #[allow(deprecated)]
        impl #private::HasInterface for dyn #ident {
            const INTERFACE: &'static #schema::Interface = {
                #types
                &#schema::Interface::__new(#id, #docs, &[#(#uses),*], &[], #resource, &[#(#functions),*])
            };
            const SIGNATURES: &'static [#schema::Signature] = &#schema::Interface::signatures::<#count>(Self::INTERFACE);
            const ROLE: #schema::Role = #schema::Role::#role;
            #[allow(long_running_const_eval)]
            const SIZE: usize = #schema::measure(Self::INTERFACE, #schema::Role::#role);
        }

        #if_guest! {
            #[allow(deprecated)]
            const _: usize = <dyn #ident as #private::HasInterface>::SIZE;
        }

        #if_native! {
            #[allow(long_running_const_eval, deprecated)]
            const _: () = #checked;
        }
    }
}

/// Gives the first and the last token the span of an identifier, so that rustc shows an error about the tokens there.
pub(super) fn on_ident(ident: &Ident, tokens: TokenStream) -> TokenStream {
    let ty = syn::parse_quote!(#ident);
    cover(&ty, tokens)
}

/// The schema of an interface in `uses`: the constant in a module of types, or that of a resource. An error about it is
/// shown on the path.
pub(super) fn used(path: &syn::Path, paths: &Paths) -> TokenStream {
    let is_trait = path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase));
    if is_trait {
        let private = &paths.private;
        let ty = syn::parse_quote!(#path);
        return cover(&ty, quote_spanned!(path.span()=> <dyn #path as #private::HasInterface>::INTERFACE));
    }
    let span = path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let constant = format_ident!("{MODULE_INTERFACE}", span = span);
    quote!(#path::#constant)
}

/// The constant in a module of types that is the interface. rustc names it if a module in `uses` has no such constant.
pub(super) const MODULE_INTERFACE: &str = "ATTRIBUTE_TAIRITSU_WIT_ON_THIS_MODULE";

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
    let (wit_type, named) = (&paths.wit_type, with_hints(ty, paths));
    cover(ty, quote!(<#named as #wit_type>::TYPE))
}

/// The type, with each part that looks like a type of a well-known crate behind a trait that holds for
/// every WIT type. If the part is no WIT type, rustc shows the trait's text, which says what to do about that type.
pub(super) fn with_hints(ty: &syn::Type, paths: &Paths) -> syn::Type {
    struct Hints<'a>(&'a Paths);

    impl VisitMut for Hints<'_> {
        fn visit_type_mut(&mut self, ty: &mut syn::Type) {
            let Some(hint) = looks::hint(ty) else { return visit_mut::visit_type_mut(self, ty) };
            let (hint, hints) = (format_ident!("{hint}"), &self.0.hints);
            let hinted = cover(ty, quote!(<#hints::Boundary as #hints::#hint<#ty>>::Itself));
            *ty = syn::Type::Verbatim(hinted);
        }
    }

    let mut ty = ty.clone();
    Hints(paths).visit_type_mut(&mut ty);
    ty
}

/// Gives the first and the last token the spans of the type's first and last token. So rustc shows an error about the
/// tokens on the type, and shows equal errors at that place once.
pub(super) fn cover(ty: &syn::Type, tokens: TokenStream) -> TokenStream {
    cover_tokens(ty, tokens)
}

/// Does the same for other tokens than those of a type.
pub(super) fn cover_tokens(at: &impl ToTokens, tokens: TokenStream) -> TokenStream {
    let mut type_tokens = at.to_token_stream().into_iter();
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
pub(super) fn section(link_section: &impl ToTokens, interface: &TokenStream, private: &TokenStream) -> TokenStream {
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

/// The call that adds the version to an item of the schema. `None` if the item has no version.
pub(super) fn since(since: Option<&syn::LitStr>) -> Option<TokenStream> {
    since.map(|since| quote!(.__since(#since)))
}
