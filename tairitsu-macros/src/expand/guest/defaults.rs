//! The default bodies of a trait, which run on the host where a guest lacks the function.

use crate::expand::{shared, signatures};
use crate::model::Interface;
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The name of the type that the default body of function `index` runs on.
fn default_ident(interface: &Ident, index: usize) -> Ident {
    format_ident!("__Tairitsu{}Default{index}", interface.to_string().trim_start_matches("r#"))
}

/// Whether a type that implements the trait is `Send`, `Sync` or `'static`. The type that a default body runs on must be all
/// of it then.
fn is_static(interface: &Interface) -> bool {
    !interface.item.supertraits.is_empty()
}

/// The lifetimes of the type that a default body runs on.
fn lifetimes(interface: &Interface) -> Option<TokenStream> {
    (!is_static(interface)).then(|| quote!(<'_, '_>))
}

/// The run of the default body of function `index`, by a reference to the client.
pub(super) fn run(
    interface: &Interface,
    index: usize,
    client: &TokenStream,
    args: &[impl quote::ToTokens],
    paths: &Paths,
) -> TokenStream {
    let (ident, private, method) = (&interface.item.ident, &paths.private, &interface.functions[index].ident);
    let (default, lifetimes) = (default_ident(ident, index), lifetimes(interface));
    let defaults = match is_static(interface) {
        // SAFETY: the body has a reference to the value, and returns before the client is used again.
        true => quote!(unsafe { #private::Defaults::into_static(__tairitsu_defaults) }),
        false => quote!(__tairitsu_defaults),
    };
    quote! {
        #private::Defaults::run(#client, |__tairitsu_defaults| {
            <#default #lifetimes as #ident>::#method(&mut #default(#defaults) #(, #args)*)
        })
    }
}

/// The type that the default body of function `index` runs on. It implements the trait by calls to the guest, except for
/// function `index`, which keeps the trait's own body.
pub(super) fn default_type(interface: &Interface, index: usize, paths: &Paths) -> TokenStream {
    let (trait_ident, private) = (&interface.item.ident, &paths.private);
    let ident = default_ident(trait_ident, index);
    let lifetimes = lifetimes(interface);
    let defaults = if is_static(interface) { format_ident!("StaticDefaults") } else { format_ident!("Defaults") };
    let others = interface.functions.iter().enumerate().filter(|(i, _)| *i != index);
    let functions = others.map(|(i, function)| {
        let (head, method, place) = (signatures::head(function), &function.ident, shared::index(i));
        let idents = signatures::param_idents(function);
        let typed = signatures::typed(interface, i, &signatures::carried_types(function), paths);
        let args = signatures::carry(function, &idents);
        let call = quote!(unsafe { #typed::call_in_default(__tairitsu_client, #place, (#(#args,)*)) });
        let call = match &function.adapted_result {
            Some(_) => signatures::on_ok(&call, &signatures::carried_out(function, quote!(value))),
            None => call,
        };
        let default = function.has_default.then(|| {
            let other = default_ident(trait_ident, i);
            quote! {
                if !#private::#defaults::has(&self.0, #place) {
                    return <#other #lifetimes as #trait_ident>::#method(
                        &mut #other(::core::clone::Clone::clone(&self.0)) #(, #idents)*
                    );
                }
            }
        });
        quote! {
            #head {
                #default
                #private::#defaults::call(&self.0, |__tairitsu_client| {
                    // SAFETY: `resolve` below checks the function of this index with these types.
                    #call
                })
            }
        }
    });
    let declaration = match is_static(interface) {
        true => quote!(struct #ident(#private::StaticDefaults);),
        false => quote!(struct #ident<'__a, '__c>(#private::Defaults<'__a, '__c>);),
    };
    quote! {
        #[allow(non_camel_case_types)]
        #declaration

        #[allow(clippy::all, deprecated)]
        impl #trait_ident for #ident #lifetimes {
            #(#functions)*
        }
    }
}
