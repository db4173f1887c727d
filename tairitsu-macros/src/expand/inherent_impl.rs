//! `#[guest]` and `#[host]` on an `impl` without a trait: the trait's impl, which calls the functions of the block.

use super::{future, signatures};
use crate::model::Interface;
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

/// The impl of the trait for the type. `<Type>::function` names the block's function, since rustc prefers it to the
/// trait's.
pub(super) fn delegation(interface: &Interface, ty: &Type, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let functions = interface.functions.iter().map(|function| {
        let (head, method) = (signatures::head(function), &function.ident);
        let idents = signatures::param_idents(function);
        let call = quote!(<#ty>::#method(self #(, #idents)*));
        if function.is_async {
            let (blocking, future) = (future::blocking(interface, function, paths), future::head(function, paths));
            let krate = &paths.krate;
            return quote! {
                #blocking
                #future { #krate::future(#call) }
            };
        }
        quote! {
            #[inline]
            #head { #call }
        }
    });
    quote! {
        #[allow(clippy::all, deprecated)]
        impl #ident for #ty {
            #(#functions)*
        }
    }
}
