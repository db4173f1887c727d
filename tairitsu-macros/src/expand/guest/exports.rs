//! The exports of a guest, on wasm32.

use crate::expand::{looks, resource, shared, signatures};
use crate::model::{Function, Interface};
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// On wasm32, beside the trait: for each function, a dispatch function that lifts the arguments, calls an implementation
/// and lowers the result. The types of the signature are in scope beside the trait, and need not be beside the impl.
pub(super) fn dispatch(interface: &Interface, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let Paths { schema, rt, codec, use_codec, if_guest, .. } = paths;
    let functions = interface.functions.iter().map(|function| {
        let (call, post, place) = names(function);
        let take = function.params.iter().enumerate().map(|(i, param)| {
            let (ident, ty) = (signatures::param_ident(param, i), signatures::owned(param, paths));
            quote! {
                // SAFETY: the caller has the slots from the host. The signature has this parameter here.
                let #ident = unsafe { #codec::<#ty>::take(&mut __tairitsu_args) };
            }
        });
        let implementor = format_ident!("__TairitsuGuest");
        let called = signatures::carry_result(
            function,
            signatures::call(interface, function, &implementor, &quote!(__tairitsu_state()), paths),
        );
        let state =
            interface.resource.is_none().then(|| quote!(__tairitsu_state: fn() -> &'static mut __TairitsuGuest,));
        let (lower, post) = match &function.carried_result() {
            None => (
                quote!({
                    let () = __tairitsu_result;
                    0
                }),
                None,
            ),
            Some(ty) => {
                let returned = quote!(#rt::Return<#ty, { #codec::<#ty>::SIZE }>);
                let lower = quote! {
                    // SAFETY: the caller is the one export that this place is for.
                    unsafe { #codec::<#ty>::give(Self::#place(), __tairitsu_result) }
                };
                let post = quote! {
                    #[inline(always)]
                    fn #place() -> &'static #returned {
                        static __TAIRITSU_RETURN: #returned = #rt::Return::new();
                        &__TAIRITSU_RETURN
                    }

                    #[doc(hidden)]
                    #[inline]
                    pub unsafe fn #post() {
                        // SAFETY: only post-return calls this.
                        unsafe { #codec::<#ty>::clear(Self::#place()) }
                    }
                };
                (lower, Some(post))
            }
        };
        quote! {
            #[doc(hidden)]
            #[inline]
            pub unsafe fn #call<__TairitsuGuest: #ident, const __TAIRITSU_INDIRECT: bool>(
                __tairitsu_flat: &[u64; 16],
                __tairitsu_layout: #schema::Layout,
                #state
            ) -> u64 {
                let mut __tairitsu_args = #rt::Args::<__TAIRITSU_INDIRECT>::new(__tairitsu_flat);
                #(#take)*
                // SAFETY: the layout is that of the parameters.
                unsafe { __tairitsu_args.finish(__tairitsu_layout) };
                let __tairitsu_result = #called;
                #lower
            }

            #post
        }
    });
    quote! {
        #if_guest! {
            const _: () = {
                #use_codec

                #[allow(non_snake_case, clippy::all)]
                impl dyn #ident {
                    #(#functions)*
                }
            };
        }
    }
}

/// The names of the dispatch function, of its post-return, and of the place for its result.
fn names(function: &Function) -> (Ident, Ident, Ident) {
    let name = function.ident.to_string();
    let name = name.trim_start_matches("r#");
    (
        format_ident!("__tairitsu_call_{name}"),
        format_ident!("__tairitsu_post_{name}"),
        format_ident!("__tairitsu_place_{name}"),
    )
}

/// The arm of the trait's macro that `#[guest]` on an impl invokes: the exports, by literal name, and the section. The arm
/// expands in the crate of the impl. So it names the trait and the `tairitsu` crate by the paths that the impl gives.
pub(super) fn export_arm(interface: &Interface) -> TokenStream {
    let private = quote!($($tairitsu)*::__private);
    let target = quote!(dyn $($path)*);
    let state = interface.resource.is_none().then(|| quote!(state,));
    let section_name = format!("component-type:tairitsu:export:{}", interface.id);
    let section = shared::section(&section_name, &target, &private);
    let functions = interface.functions.iter().enumerate().map(|(i, function)| {
        let (call, post, _) = names(function);
        let export_name = format!("{}#{}", interface.id, function.name);
        let count = looks::max_slots(function);
        let params: Vec<_> = (0..count).map(|i| format_ident!("a{i}")).collect();
        let slots = (0..count).map(|i| {
            let i = shared::index(i);
            quote!(#private::rt::Slot<{ SIGNATURE.params[#i] as u8 }>)
        });
        let (slots, core) = (slots.collect::<Vec<_>>(), quote!(#private::rt::CoreType));
        let (count, zeros) = (shared::index(count), (count..16).map(|_| quote!(0)));
        let signature = signatures::constant(&target, i, &private);
        let result = quote!(#private::rt::Slot<{ SIGNATURE.result as u8 }>);
        // One core value needs no drop, and the host would call a post-return function after each call.
        let post = function.wit_result().as_ref().map(|ty| {
            if looks::slots(ty) == 1 {
                return quote! {
                    const _: () = ::core::assert!(!SIGNATURE.result_indirect, "a type has the name of a standard type, and is another type: rename the type");
                };
            }
            let post_name = format!("cabi_post_{export_name}");
            quote! {
                #[allow(improper_ctypes_definitions)]
                #[unsafe(export_name = #post_name)]
                extern "C" fn post_return(_: <#result as #core>::Repr) {
                    if SIGNATURE.result_indirect {
                        // SAFETY: this is post-return.
                        unsafe { <#target>::#post() }
                    }
                }
            }
        });
        quote! {
            const _: () = {
                const SIGNATURE: &#private::schema::Signature = &#signature;
                const _: () = ::core::assert!(SIGNATURE.params_len <= #count, "a type has the name of a standard type, and is another type: rename the type");

                #[allow(improper_ctypes_definitions)]
                #[unsafe(export_name = #export_name)]
                extern "C" fn export(#(#params: <#slots as #core>::Repr),*) -> <#result as #core>::Repr {
                    #private::rt::run_ctors_once();
                    let flat = [#(#private::rt::CoreValue::bits(#params),)* #(#zeros),*];
                    // SAFETY: this is the export. The host passes the slots by the signature, and calls nothing until the
                    // post-return function has run.
                    let bits = unsafe {
                        <#target>::#call::<$ty, { SIGNATURE.params_indirect }>(&flat, SIGNATURE.params_layout, #state)
                    };
                    #private::rt::CoreValue::of(bits)
                }

                #post
            };
        }
    });
    let functions = quote!(#(#functions)*);
    if let Some(declared) = &interface.resource {
        let from_value = resource::from_value();
        let dtor = format!("{}#[dtor]{}", interface.id, declared.name);
        return quote! {
            (resource [$($tairitsu:tt)*] [$($path:tt)*] [$ty:ty]) => {
                #from_value

                #private::if_guest! {
                    const _: () = {
                        #section

                        #[unsafe(export_name = #dtor)]
                        extern "C" fn dtor(address: usize) {
                            // SAFETY: this is the destructor of the resource.
                            unsafe { #private::rt::drop_value::<#target>(address) };
                        }

                        #functions
                    };
                }
            };
        };
    }
    quote! {
        (guest [$($tairitsu:tt)*] [$($path:tt)*] [$ty:ty]) => {
            const _: () = {
                // Checks `Default` on targets that make no state, so that its lack is one error, on the type.
                #private::if_native! {
                    const _: fn() -> $ty = #private::guest_state::<$ty>();
                }

                #private::if_runtime! {
                    impl #private::Exports<#target> for $ty {
                        fn as_interface(&mut self) -> &mut (#target + 'static) {
                            self
                        }
                    }

                    #private::submit! { #private::NativeExport::new::<$ty, #target>() }
                }

                #private::if_guest! {
                    static STATE: #private::rt::State<$ty> = #private::rt::State::new();

                    fn state() -> &'static mut $ty {
                        // SAFETY: only the exports below call it, once each, and the reference ends with them:
                        // the canonical ABI lets no export in while another one runs.
                        unsafe { #private::rt::State::get(&STATE) }
                    }

                    #section

                    #functions
                }
            };
        };
    }
}
