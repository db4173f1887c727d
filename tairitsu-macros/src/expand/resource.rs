//! `#[resource]`: the code that a resource has beside that of an interface.

use super::emit::{self, Section};
use super::{shared, signatures};
use crate::model::{Interface, Receiver, Resource};
use crate::paths::Paths;
use crate::side::Side;
use proc_macro2::TokenStream;
use quote::quote;

/// The impl of `Resource` for the trait's object type. On wasm32 it has the intrinsics that a guest imports. Each of them
/// is out of line: a guest that calls one links the object file with the section beside it.
pub(super) fn resource_impl(interface: &Interface, resource: &Resource, paths: &Paths) -> TokenStream {
    let (ident, id, docs) = (&interface.item.ident, &interface.id, &interface.docs);
    let Paths { private, schema, if_guest, if_native, .. } = paths;
    let (name, role) = (&resource.name, shared::role(interface.side));
    let module = match interface.side {
        Side::Guest => format!("[export]{id}"),
        Side::Host => id.clone(),
    };
    let intrinsic = |function: &str, head: TokenStream, core: TokenStream, is_imported: bool| {
        let link_name = format!("[resource-{function}]{name}");
        let body = match is_imported {
            true => quote! {
                #[link(wasm_import_module = #module)]
                unsafe extern "C" {
                    #[link_name = #link_name]
                    fn intrinsic #core;
                }
                // SAFETY: the canonical ABI gives every resource this function, of this type.
                unsafe { intrinsic(number as _) as _ }
            },
            // A guest has this intrinsic for its own resources only, and nothing calls it for others.
            false => quote! {
                let _ = number;
                ::core::unreachable!()
            },
        };
        quote! {
            #[inline(never)]
            #head { #body }
        }
    };
    let own = interface.side == Side::Guest;
    let intrinsics = [
        intrinsic("new", quote!(unsafe fn new_handle(number: usize) -> u32), quote!((_: usize) -> u32), own),
        intrinsic("rep", quote!(fn address(number: u32) -> usize), quote!((_: u32) -> usize), own),
        intrinsic("drop", quote!(fn drop_handle(number: u32)), quote!((_: u32)), true),
    ];
    let common = quote! {
        const RESOURCE: &'static #schema::Resource =
            &#schema::Resource::__new(#name, #docs, #id, #schema::Role::#role);

        fn any(
            this: ::std::sync::Arc<Self>,
        ) -> ::std::sync::Arc<dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync> {
            this
        }
    };
    let section = (interface.side == Side::Host).then(|| {
        let section_name = emit::section(Section::Import, &interface.place);
        shared::section(&section_name, &quote!(dyn #ident), private)
    });
    quote! {
        #if_guest! {
            #[allow(deprecated)]
            const _: () = {
                #section

                #[allow(clippy::all, deprecated)]
                // SAFETY: the functions are the intrinsics of this resource. The impl of the trait exports the destructor.
                unsafe impl #private::Resource for dyn #ident {
                    #common
                    #(#intrinsics)*
                }
            };
        }
        #if_native! {
            // SAFETY: natively there is nothing to promise.
            unsafe impl #private::Resource for dyn #ident {
                #common
            }
        }
    }
}

/// Natively, for a resource of the host: the impl of the trait for `Own`, so that a native guest calls its functions as a
/// guest in wasm does. Functions without `self` are those of the type that the container provides, by a tuple of them.
pub(super) fn native_impl(interface: &Interface, resource: &Resource, paths: &Paths) -> TokenStream {
    let (ident, own) = (&interface.item.ident, &resource.own);
    let Paths { private, if_native, .. } = paths;
    let (mut maker_types, mut maker_fns, mut makers) = (Vec::new(), Vec::new(), Vec::new());
    let functions = interface.functions.iter().enumerate().map(|(i, function)| {
        let (head, method) = (signatures::head(function), &function.ident);
        let idents = signatures::param_idents(function);
        let body = match function.receiver {
            Receiver::None => {
                let types = signatures::param_types(function);
                let output = function.result.as_ref().map(|ty| quote!(-> #ty));
                let call = quote!(<__TairitsuProvider as #ident>::#method(#(#idents),*));
                let call = signatures::with_own(interface, function, call);
                let (index, place) = (shared::index(i), syn::Index::from(makers.len()));
                maker_types.push(quote!(fn(#(#types),*) #output));
                maker_fns.push(quote! {
                    fn #method<__TairitsuProvider: #ident>(#(#idents: #types),*) #output {
                        #call
                    }
                });
                makers.push(quote!(#method::<__TairitsuProvider>));
                quote! {
                    #private::with_native_makers::<dyn #ident, _>(#index, |__tairitsu_makers| {
                        (__tairitsu_makers.#place)(#(#idents),*)
                    })
                }
            }
            _ => {
                let idents = &idents[1..];
                quote!(<dyn #ident as #ident>::#method(&*Self::value(self) #(, #idents)*))
            }
        };
        quote!(#[allow(unused_variables)] #head { #body })
    });
    let functions: Vec<_> = functions.collect();
    quote! {
        #if_native! {
            #[allow(clippy::all, deprecated)]
            impl #ident for #own {
                #(#functions)*
            }

            impl #private::NativeMakers for dyn #ident {
                type Makers = (#(#maker_types,)*);
            }

            #[allow(clippy::all, deprecated)]
            impl dyn #ident {
                #[doc(hidden)]
                pub fn __tairitsu_makers<__TairitsuProvider: #ident + 'static>() -> (#(#maker_types,)*) {
                    #(#maker_fns)*
                    (#(#makers,)*)
                }
            }
        }
    }
}

/// The conversion of a value to `Own`, which `#[resource]` on an impl emits in the crate of that impl.
pub(super) fn from_value() -> TokenStream {
    quote! {
        impl ::core::convert::From<$ty> for $($tairitsu)*::Own<dyn $($path)*> {
            fn from(value: $ty) -> Self {
                <Self as ::core::convert::From<::std::sync::Arc<dyn $($path)*>>>::from(::std::sync::Arc::new(value))
            }
        }
    }
}

/// The arms of a resource's macro for the attributes that an impl of a plain interface has.
pub(super) fn wrong_arms(interface: &Interface) -> TokenStream {
    let message = format!("`{}` is a resource\nhelp: write `#[tairitsu::resource]` on this impl", interface.item.ident);
    let not_exported = format!(
        "`{}` is a resource of the host\nhelp: name its type in `ContainerBuilder::resource`",
        interface.item.ident
    );
    quote! {
        (guest $($any:tt)*) => { ::core::compile_error! { #message } };
        (host $($any:tt)*) => { ::core::compile_error! { #message } };
        (exported $($any:tt)*) => { ::core::compile_error! { #not_exported } };
    }
}
