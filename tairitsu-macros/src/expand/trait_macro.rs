//! The macro of a trait's name, which the attribute on an impl of the trait invokes.

use crate::model::Interface;
use crate::side::Side;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::hash::{DefaultHasher, Hash, Hasher};
use syn::Visibility;

/// The macro of the trait's name, from its arms. `#[macro_export]` puts a macro at the root of its crate. So the macro has
/// a name that no other macro has, and a `use` beside the trait renames it.
pub(super) fn export_macro(interface: &Interface, arms: &TokenStream) -> TokenStream {
    let (ident, vis) = (&interface.item.ident, &interface.item.vis);
    let mut hasher = DefaultHasher::new();
    interface.place.hash(&mut hasher);
    let name = format_ident!("__tairitsu_{}_{:016x}", ident.to_string().trim_start_matches("r#"), hasher.finish());
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

/// The macro of a trait that has errors. It takes any tokens and expands to none.
pub(super) fn stub_macro(interface: &Interface) -> TokenStream {
    export_macro(interface, &quote!(($($any:tt)*) => {};))
}

/// The arms for the attributes of the other side and of resources, which are errors.
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
    // A guest's trait has an arm of its own for `export!`.
    let exported = (interface.side == Side::Host).then(|| {
        let message = format!(
            "`{ident}` is a `#[tairitsu::host]` trait: the host provides it, and no guest exports it\n\
             help: export the impl of a `#[tairitsu::guest]` trait"
        );
        quote!((exported $($any:tt)*) => { ::core::compile_error! { #message } };)
    });
    let no_resource = format!(
        "`{ident}` is an interface of functions, and not a resource\nhelp: write `{}` on this impl",
        interface.side.attribute()
    );
    quote! {
        (#role $($any:tt)*) => { ::core::compile_error! { #message } };
        #exported
        (resource $($any:tt)*) => { ::core::compile_error! { #no_resource } };
    }
}
