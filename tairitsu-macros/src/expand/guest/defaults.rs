//! The default bodies of a trait, which run on the host where a guest lacks the function.

use crate::expand::{shared, signatures};
use crate::model::Interface;
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The name of the type that the default body of function `index` runs on.
pub(super) fn default_ident(interface: &Ident, index: usize) -> Ident {
    format_ident!("__Tairitsu{}Default{index}", interface.to_string().trim_start_matches("r#"))
}

/// The type that the default body of function `index` runs on. It implements the trait by calls to the guest, except for
/// function `index`, which keeps the trait's own body.
pub(super) fn default_type(interface: &Interface, index: usize, paths: &Paths) -> TokenStream {
    let (trait_ident, private) = (&interface.item.ident, &paths.private);
    let ident = default_ident(trait_ident, index);
    let others = interface.functions.iter().enumerate().filter(|(i, _)| *i != index);
    let functions = others.map(|(i, function)| {
        let (head, method, place) = (signatures::head(function), &function.ident, shared::index(i));
        let idents = signatures::param_idents(function);
        let typed = signatures::typed(interface, i, &signatures::param_types(function), paths);
        let default = function.has_default.then(|| {
            let other = default_ident(trait_ident, i);
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
                        #typed::call_in_default(__tairitsu_client, #place, (#(#idents,)*))
                    }
                })
            }
        }
    });
    quote! {
        #[allow(non_camel_case_types)]
        struct #ident<'__a, '__c>(#private::Defaults<'__a, '__c>);

        #[allow(clippy::all, deprecated)]
        impl #trait_ident for #ident<'_, '_> {
            #(#functions)*
        }
    }
}
