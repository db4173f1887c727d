//! `#[wit]` on a module: the interface that declares the module's types.

use super::{shared, types};
use crate::attr;
use crate::model::TypesModule;
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{DeriveInput, Item, ItemMod};

pub(super) fn expand(module: &TypesModule, paths: &Paths) -> TokenStream {
    let TypesModule { item, id, docs, uses, types, .. } = module;
    let (ident, vis, schema, wit_type) = (&item.ident, &item.vis, &paths.schema, &paths.wit_type);
    let uses = uses.iter().map(|path| shared::used(path, paths));
    let mut item = item.clone();
    let doc = format!("The interface `{id}`, which declares the types of the module.");
    // A constant by the module's own name would be taken for a pattern where a parameter has the name.
    let interface = format_ident!("__TAIRITSU_INTERFACE_{}", ident.to_string().trim_start_matches("r#"));
    let constant = format_ident!("{}", shared::MODULE_INTERFACE);
    let constants = quote! {
        #[doc(hidden)]
        pub const __TAIRITSU_TYPES: &[#schema::Type] = &[#(#schema::Type::__declared(<#types as #wit_type>::TYPE)),*];

        #[doc(hidden)]
        pub const #constant: &#schema::Interface = super::#interface;

        #[doc = #doc]
        pub const INTERFACE: &#schema::Interface = super::#interface;
    };
    if let Some((_, items)) = &mut item.content {
        items.push(syn::Item::Verbatim(constants));
    }
    let checked = shared::on_ident(ident, quote!(#schema::check(#interface, #schema::Role::Import)));
    quote! {
        #item

        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        #vis const #interface: &#schema::Interface = &#schema::Interface::__new(
            #id,
            #docs,
            &[#(#uses),*],
            #ident::__TAIRITSU_TYPES,
            ::core::option::Option::None,
            &[],
        );

        #[allow(long_running_const_eval)]
        const _: () = #checked;
    }
}

/// The module with stub impls for its types, so that uses of the types are no further errors.
pub(super) fn stubs(mut item: ItemMod, paths: &Paths) -> TokenStream {
    for item in item.content.iter_mut().flat_map(|content| &mut content.1) {
        let Ok(mut input) = syn::parse2::<DeriveInput>(item.to_token_stream()) else { continue };
        if !input.attrs.iter().any(attr::is_wit) {
            continue;
        }
        input.attrs.retain(|attr| !attr::is_wit(attr));
        types::strip_helpers(&mut input);
        let stub = types::stub(&input.ident, &input.generics, paths);
        *item = Item::Verbatim(quote!(#input #stub));
    }
    item.into_token_stream()
}
