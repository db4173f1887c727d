//! `#[guest]` and `#[host]` on an `impl` without a trait: what the trait of its functions does is call them.

use super::{future, shared};
use crate::model::Interface;
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

/// The impl of the trait for the type. A path to a function of the type finds the block's before the trait's.
pub(super) fn delegation(interface: &Interface, ty: &Type, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let functions = interface.functions.iter().map(|function| {
        let (head, method) = (shared::head(function), &function.ident);
        let idents = shared::param_idents(function);
        let call = quote!(<#ty>::#method(self #(, #idents)*));
        if function.is_async {
            let (waited, future) = (future::waited(function, paths), future::head(function, paths));
            let private = &paths.private;
            return quote! {
                #waited
                #future { #private::future(#call) }
            };
        }
        quote! {
            #[inline]
            #head { #call }
        }
    });
    quote! {
        #[allow(clippy::all)]
        impl #ident for #ty {
            #(#functions)*
        }
    }
}
