//! `#[host]` on a trait, and `#[resource(host)]`: the imports of a guest, and the host's provider.

use super::emit::{self, Section};
use super::guest::SLOTS;
use super::{future, looks, resource, shared, signatures, trait_macro};
use crate::model::{Interface, Receiver, Resource};
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

pub(super) fn expand(interface: &Interface, paths: &Paths) -> TokenStream {
    let item = future::trait_with_futures(interface, paths);
    let descriptor = shared::descriptor(interface, paths);
    let imports = imports(interface, paths);
    let provider = provider(interface, paths);
    let (kind, native, arms) = match &interface.resource {
        Some(declared) => (
            Some(resource::resource_impl(interface, declared, paths)),
            resource::native_impl(interface, declared, paths),
            [provide_resource_arm(), resource::wrong_arms(interface)],
        ),
        None => (None, native(interface, paths), [provide_arm(), trait_macro::wrong_side(interface)]),
    };
    let export = trait_macro::export_macro(interface, &arms.into_iter().collect());
    quote! {
        #item
        #descriptor
        #kind
        #imports
        #native
        #provider
        #export
    }
}

/// On wasm32, beside the trait: the impl of the trait for `Host`, by calls to the imports.
///
/// A guest that calls a shim has to link the object file that holds the section. So a shim is out of line, in the same
/// module as the section's static. A shim whose values are all numbers is inlined, since a second call would double its
/// cost. An inlined shim reads a static of that object file instead.
///
/// A shim stands beside the impl. Each guest has the name of a shim in its name section, and a function of an impl of a trait has a
/// name three times as long.
fn imports(interface: &Interface, paths: &Paths) -> TokenStream {
    let (ident, id) = (&interface.item.ident, &interface.id);
    let Paths { private, krate, schema, rt, codec, use_codec, if_guest, .. } = paths;
    let section_name = emit::section(Section::Import, &interface.place);
    // A resource has its section beside its intrinsics. A guest that calls a function of it links one of them, which
    // drops the handle.
    let section = interface.resource.is_none().then(|| shared::section(&section_name, &quote!(dyn #ident), private));
    let implementor = match &interface.resource {
        Some(Resource { own, .. }) => quote!(#own),
        None => quote!(#krate::Host),
    };
    let link = quote! {
        // SAFETY: the pointer is to a static. The compiler keeps a volatile read, so the linker keeps the object file with the
        // section.
        unsafe { ::core::ptr::read_volatile(&__TAIRITSU_LINKED) };
    };
    let (mut shims, mut methods) = (TokenStream::new(), TokenStream::new());
    for (i, function) in interface.functions.iter().enumerate() {
        let (name, head) = (&function.name, signatures::head(function));
        let slots: Vec<_> = (0..=SLOTS)
            .map(|i| {
                let i = shared::index(i);
                quote!(#rt::Slot<{ __TAIRITSU_SIGNATURE.import_param(#i) as u8 }>)
            })
            .collect();
        let params: Vec<_> = (0..=SLOTS).map(|i| format_ident!("a{i}")).collect();
        let indices = (0..=SLOTS).map(shared::index);
        let signature = signatures::constant(&quote!(dyn #ident), i, private);
        let core = quote!(#rt::CoreType);
        let result = quote!(#rt::Slot<{ __TAIRITSU_SIGNATURE.import_result() as u8 }>);
        let args = function.params.iter().enumerate().map(|(i, param)| {
            let ident = signatures::param_ident(param, i);
            let ty = signatures::carried_type(param).unwrap_or_else(|| signatures::param_type(param));
            quote! {
                // SAFETY: the call has room for all parameters of the signature. The argument lives until the call is over.
                unsafe { #codec::<#ty>::arg(&mut __tairitsu_call, &#ident) };
            }
        });
        let this = (function.receiver == Receiver::Handle).then(|| {
            let ident = signatures::param_ident(&function.params[0], 0);
            quote!(let #ident = self;)
        });
        let lift = match &function.carried_result() {
            None => quote!({
                let _ = __tairitsu_flat;
            }),
            Some(ty) => quote! {
                // SAFETY: the import has returned, and the signature says that this is its result.
                unsafe { #codec::<#ty>::result(&mut __tairitsu_call, __tairitsu_flat) }
            },
        };
        let lift = signatures::carried_out(function, lift);
        let adapted: Vec<_> = signatures::param_idents(function)
            .into_iter()
            .zip(&function.params)
            .filter(|(_, param)| param.adapted.is_some())
            .collect();
        let carry = adapted.iter().map(|(ident, param)| {
            let carried = signatures::carry_one(param, ident);
            quote!(let #ident = #carried;)
        });
        let is_inlined = looks::is_of_numbers(function) && interface.resource.is_none();
        let (inline, link) = match is_inlined {
            true => (quote!(#[inline]), Some(&link)),
            false => (quote!(#[inline(never)]), None),
        };
        let body = quote! {
            #link
            const __TAIRITSU_SIGNATURE: &#schema::Signature = &#signature;

            #[link(wasm_import_module = #id)]
            unsafe extern "C" {
                #[link_name = #name]
                fn import(#(#params: <#slots as #core>::Repr),*) -> <#result as #core>::Repr;
            }

            let mut __tairitsu_room = #rt::Room::<
                { __TAIRITSU_SIGNATURE.params_size() },
                { __TAIRITSU_SIGNATURE.result_size() },
            >::new();
            let mut __tairitsu_allocated = #rt::Allocated::new();
            let mut __tairitsu_call = #rt::Call::new(&mut __tairitsu_room, &mut __tairitsu_allocated);
            #this
            #(#carry)*
            #(#args)*
            __tairitsu_call.ready();
            // SAFETY: the import has the core signature that the section declares, since both are made of one constant.
            // The values that the arguments point to live until the call is over.
            let __tairitsu_core = unsafe {
                import(#(#rt::CoreValue::of(__tairitsu_call.flat[#indices])),*)
            };
            let __tairitsu_flat = #rt::CoreValue::bits(__tairitsu_core);
            #lift
        };
        if interface.resource.is_some() {
            methods.extend(quote!(#inline #head { #body }));
            continue;
        }
        let shim = format_ident!("__tairitsu_{}", function.ident.unraw());
        let (idents, types) = (signatures::param_idents(function), signatures::param_types(function));
        let output = function.result.as_ref().map(|ty| quote!(-> #ty));
        shims.extend(quote!(#inline fn #shim(#(#idents: #types),*) #output { #body }));
        methods.extend(quote!(#[inline] #head { #shim(#(#idents),*) }));
    }
    quote! {
        #if_guest! {
            #[allow(improper_ctypes, non_snake_case, clippy::all, deprecated)]
            const _: () = {
                #use_codec
                #section

                #[allow(dead_code)]
                static __TAIRITSU_LINKED: u8 = 0;

                #shims

                impl #ident for #implementor {
                    #methods
                }
            };
        }
    }
}

/// Natively, beside the trait: the impl of the trait for `Host`, by calls to the providers of the native container that
/// runs on the thread.
fn native(interface: &Interface, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let Paths { private, krate, if_native, .. } = paths;
    let functions = interface.functions.iter().enumerate().map(|(i, function)| {
        let (head, method, index) = (signatures::head(function), &function.ident, shared::index(i));
        let idents = signatures::param_idents(function);
        quote! {
            #head {
                #private::with_native_host::<dyn #ident, _>(#index, |__tairitsu_host| {
                    #ident::#method(__tairitsu_host #(, #idents)*)
                })
            }
        }
    });
    quote! {
        #if_native! {
            #[allow(clippy::all, deprecated)]
            impl #ident for #krate::Host {
                #(#functions)*
            }
        }
    }
}

/// With the runtime, beside the trait: the function that links a provider's functions.
fn provider(interface: &Interface, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let Paths { private, krate, use_typed, if_runtime, .. } = paths;
    let (provider, resource) = match &interface.resource {
        Some(_) => (
            quote!(#private::ResourceOf<__TairitsuProvider>),
            Some(quote!(__tairitsu_linker.resource::<dyn #ident>()?;)),
        ),
        None => (quote!(__TairitsuProvider), None),
    };
    // `Provides` requires `Send` of every provider. A second bound that no function needs would be a second error.
    let send = interface.functions.iter().any(|function| function.is_async).then(|| quote!(+ ::core::marker::Send));
    let functions = interface.functions.iter().enumerate().map(|(i, function)| {
        let index = shared::index(i);
        let idents = signatures::param_idents(function);
        let types = function.params.iter().map(|param| signatures::owned(param, paths));
        let implementor = format_ident!("__TairitsuProvider");
        let call = match function.is_async {
            true => future::call(interface, function, &implementor, &quote!(__tairitsu_provider), paths),
            false => signatures::call(interface, function, &implementor, &quote!(__tairitsu_provider), paths),
        };
        let (n, m) = signatures::slots(ident, i, paths);
        let results = signatures::results(function);
        let call = signatures::carry_result(function, call);
        let body = match &function.result {
            Some(_) => quote!((#call,)),
            None => call,
        };
        let (link, body) = match function.is_async {
            true => (quote!(link_future), quote!(#krate::future(async move { #body }))),
            false => (quote!(link), body),
        };
        quote! {
            #private::ProvidedFunction::<(#(#types,)*), #results, #n, #m>::#link(
                __tairitsu_linker,
                #index,
                |__tairitsu_provider: &mut #provider, (#(#idents,)*)| #body,
            )?;
        }
    });
    quote! {
        #if_runtime! {
            #[allow(deprecated)]
            const _: () = {
                #use_typed

                #[allow(clippy::all, deprecated)]
                impl dyn #ident {
                    #[doc(hidden)]
                    pub fn __tairitsu_link<__TairitsuProvider: #ident #send + 'static>(
                        __tairitsu_linker: &mut #private::ProviderLinker<'_, #provider>,
                    ) -> ::core::result::Result<(), #private::LinkError> {
                        #resource
                        #(#functions)*
                        ::core::result::Result::Ok(())
                    }
                }
            };
        }
    }
}

/// The arm of the trait's macro that `#[host]` on an impl invokes.
fn provide_arm() -> TokenStream {
    let private = quote!($($tairitsu)*::__private);
    quote! {
        (host [$($tairitsu:tt)*] [$($path:tt)*] [$ty:ty]) => {
            #private::if_runtime! {
                impl #private::Provides<dyn $($path)*> for $ty {
                    fn link(
                        linker: &mut #private::ProviderLinker<'_, Self>,
                    ) -> ::core::result::Result<(), #private::LinkError> {
                        <dyn $($path)*>::__tairitsu_link::<Self>(linker)
                    }

                    fn as_interface(&mut self) -> &mut (dyn $($path)* + 'static) {
                        self
                    }
                }
            }
        };
    }
}

/// The arm of a resource's macro that `#[resource]` on an impl invokes.
fn provide_resource_arm() -> TokenStream {
    let private = quote!($($tairitsu)*::__private);
    let from_value = resource::from_value();
    quote! {
        (resource [$($tairitsu:tt)*] [$($path:tt)*] [$ty:ty]) => {
            #from_value

            #private::if_runtime! {
                impl #private::ProvidesResource for $ty {
                    type Interface = dyn $($path)*;

                    fn link(
                        linker: &mut #private::ProviderLinker<'_, #private::ResourceOf<Self>>,
                    ) -> ::core::result::Result<(), #private::LinkError> {
                        <dyn $($path)*>::__tairitsu_link::<Self>(linker)
                    }

                    fn makers() -> <dyn $($path)* as #private::NativeMakers>::Makers {
                        <dyn $($path)*>::__tairitsu_makers::<Self>()
                    }
                }
            }
        };
    }
}
