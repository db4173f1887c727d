//! The exports of a guest, on wasm32.

use crate::expand::emit::{CRATE, INTERFACE, SECTION, TYPE};
use crate::expand::{looks, resource, shared, signatures};
use crate::model::{Function, Interface};
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The most core parameters of an export. An import has one more: the address of its result.
pub(in crate::expand) const SLOTS: usize = 16;

/// On wasm32, beside the trait: for each function, a dispatch function that lifts the arguments, calls an implementation
/// and lowers the result. The types of the signature are in scope beside the trait, and need not be beside the impl.
pub(super) fn dispatch(interface: &Interface, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let Paths { schema, rt, codec, use_codec, if_guest, .. } = paths;
    let (mut returns, mut functions) = (TokenStream::new(), TokenStream::new());
    for (i, function) in interface.functions.iter().enumerate() {
        let (call, post, room) = names(function);
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
            signatures::call(interface, function, &implementor, &quote!(__tairitsu_state), paths),
        );
        let state = interface.resource.is_none().then(|| quote!(__tairitsu_state: &'static mut __TairitsuGuest,));
        let (returned, place, lower, post) = match &function.carried_result() {
            None => (
                None,
                None,
                quote!({
                    let () = __tairitsu_result;
                    0
                }),
                None,
            ),
            Some(ty) => {
                let returned = format_ident!("__TairitsuReturn{i}");
                let lower = quote! {
                    // SAFETY: the caller is the one export that this place is for.
                    unsafe { #codec::<#ty>::give(#returned::at(__tairitsu_place), __tairitsu_result) }
                };
                let post = quote! {
                    #[doc(hidden)]
                    pub const #room: usize = #returned::ROOM;

                    #[doc(hidden)]
                    #[inline]
                    pub unsafe fn #post<const __TAIRITSU_ROOM: usize>(__tairitsu_place: &'static #rt::Place<__TAIRITSU_ROOM>) {
                        // SAFETY: only post-return calls this, with the place of its export.
                        unsafe { #codec::<#ty>::clear(#returned::at(__tairitsu_place)) }
                    }
                };
                (
                    Some(quote!(type #returned = #rt::Return<#ty, { #codec::<#ty>::SIZE }>;)),
                    Some(quote!(__tairitsu_place: &'static #rt::Place<__TAIRITSU_ROOM>,)),
                    lower,
                    Some(post),
                )
            }
        };
        let room = place.as_ref().map(|_| quote!(const __TAIRITSU_ROOM: usize));
        functions.extend(quote! {
            #[doc(hidden)]
            #[inline]
            pub unsafe fn #call<__TairitsuGuest: #ident, const __TAIRITSU_INDIRECT: bool, #room>(
                __tairitsu_flat: &[u64; 16],
                __tairitsu_layout: #schema::Layout,
                #place
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
        });
        returns.extend(returned);
    }
    quote! {
        #if_guest! {
            #[allow(deprecated)]
            const _: () = {
                #use_codec

                #returns

                #[allow(non_snake_case, non_upper_case_globals, clippy::all, deprecated)]
                impl dyn #ident {
                    #functions
                }
            };
        }
    }
}

/// The names of the dispatch function, of its post-return, and of the size of the place for its result.
fn names(function: &Function) -> (Ident, Ident, Ident) {
    let name = function.ident.to_string();
    let name = name.trim_start_matches("r#");
    (
        format_ident!("__tairitsu_call_{name}"),
        format_ident!("__tairitsu_post_{name}"),
        format_ident!("__tairitsu_room_{name}"),
    )
}

/// The arms of the trait's macro for an impl of the trait. One is for the attribute, and one for `export!`. Both end in the
/// third one, which has the exports by literal name, and the section.
pub(super) fn export_arms(interface: &Interface) -> TokenStream {
    let id = &interface.id;
    let exports = exports(interface);
    let private = quote!($($tairitsu)*::__private);
    let named = quote!([$($tairitsu:tt)*] [$($path:tt)*] [$ty:ty]);
    let given = quote!([$($tairitsu)*] [$($path)*] [$ty]);
    let (role, native) = match &interface.resource {
        Some(_) => (quote!(resource), resource::from_value()),
        None => (quote!(guest), native(&private)),
    };
    quote! {
        (#role #named) => {
            #native
            $($tairitsu)*::export_once! { #given #id }
        };
        (#role #named unexported) => { #native };
        (exported #named) => { $($tairitsu)*::export_once! { always #given #id } };
        (export #named) => {
            #private::if_guest! {
                $($tairitsu)*::generated! { #given #exports }
            }
        };
    }
}

/// Natively, the impls for a guest type.
fn native(private: &TokenStream) -> TokenStream {
    let target = quote!(dyn $($path)*);
    quote! {
        #[allow(deprecated)]
        const _: () = {
            // Checks `Default` on targets that make no state, so that its lack is one error, on the type.
            #private::if_native! {
                const _: fn() -> $ty = $($tairitsu)*::guest_state::<$ty>();
            }

            #private::if_runtime! {
                impl #private::Exports<#target> for $ty {
                    fn as_interface(&mut self) -> &mut (#target + 'static) {
                        self
                    }
                }

                #private::submit! { #private::NativeExport::new::<$ty, #target>(#private::collect_calls::<#target>) }
            }
        };
    }
}

/// The exports on wasm32. They name the trait, its type and the `tairitsu` crate by the identifiers that `generated!` replaces.
fn exports(interface: &Interface) -> TokenStream {
    let [krate, path, ty, section_name] = [CRATE, INTERFACE, TYPE, SECTION].map(|name| format_ident!("{name}"));
    let private = quote!(#krate::__private);
    // Each token costs time in the macro of the trait, in `generated!` and after it. So the most frequent path is short.
    let rt = format_ident!("__tairitsu_rt");
    let target = quote!(dyn #path);
    // The state's first use runs the module's constructors.
    let (state, start) = match interface.resource {
        None => (Some(quote!(state(),)), None),
        Some(_) => (None, Some(quote!(#rt::run_ctors_once();))),
    };
    let section = shared::section(&section_name, &target, &private);
    let functions = interface.functions.iter().enumerate().map(|(i, function)| {
        let (call, post, room) = names(function);
        let export_name = format!("{}#{}", interface.id, function.name);
        let params: Vec<_> = (0..SLOTS).map(|i| format_ident!("a{i}")).collect();
        let pairs: Vec<_> = (0..SLOTS / 2).map(|i| format_ident!("__TairitsuSlots{i}")).collect();
        let indices = (0..SLOTS / 2).map(shared::index);
        let slots = pairs.iter().flat_map(|pair| [quote!(#rt::First<#pair>), quote!(#rt::Second<#pair>)]);
        let signature = signatures::constant(&target, i, &private);
        let result = format_ident!("__TairitsuResult");
        // One core value needs no drop, and the host would call a post-return function after each call. A type that only looks
        // like a number is dropped when the function is called again.
        let looks_like_a_number = function.wit_result().as_ref().is_some_and(looks::is_number);
        let (static_place, place, room) = match function.result {
            Some(_) => (
                Some(quote! {
                    static PLACE: #rt::Place<{ <#target>::#room }> = #rt::Place::new();
                }),
                Some(quote!(&PLACE,)),
                Some(quote!(, _)),
            ),
            None => (None, None, None),
        };
        let late = looks_like_a_number.then(|| {
            quote! {
                if SIGNATURE.result_indirect {
                    static IS_HELD: ::core::sync::atomic::AtomicBool = ::core::sync::atomic::AtomicBool::new(false);
                    if IS_HELD.swap(true, ::core::sync::atomic::Ordering::Relaxed) {
                        // SAFETY: the host has read the result of the call before.
                        unsafe { <#target>::#post(&PLACE) }
                    }
                }
            }
        });
        let post = function.result.as_ref().filter(|_| !looks_like_a_number).map(|_| {
            let post_name = format!("cabi_post_{export_name}");
            quote! {
                #[unsafe(export_name = #post_name)]
                extern "C" fn post_return(_: #result) {
                    if SIGNATURE.result_indirect {
                        // SAFETY: this is post-return.
                        unsafe { <#target>::#post(&PLACE) }
                    }
                }
            }
        });
        quote! {
            const _: () = {
                const SIGNATURE: &#private::schema::Signature = &#signature;
                #static_place
                type #result = #rt::Repr<{ SIGNATURE.result as u8 }>;
                #(type #pairs = #rt::SlotPair<{ SIGNATURE.param_pair(#indices) }>;)*

                #[unsafe(export_name = #export_name)]
                extern "C" fn export(#(#params: #slots),*) -> #result {
                    #start
                    #late
                    let flat = #rt::flat(#(#params),*);
                    // SAFETY: this is the export. The host passes the slots by the signature, and calls nothing until the
                    // post-return function has run.
                    let bits = unsafe {
                        <#target>::#call::<#ty, { SIGNATURE.params_indirect } #room>(&flat, SIGNATURE.params_layout, #place #state)
                    };
                    #rt::CoreValue::of(bits)
                }

                #post
            };
        }
    });
    let own = match &interface.resource {
        Some(declared) => {
            let dtor = format!("{}#[dtor]{}", interface.id, declared.name);
            quote! {
                #[unsafe(export_name = #dtor)]
                extern "C" fn dtor(address: usize) {
                    // SAFETY: this is the destructor of the resource.
                    unsafe { #rt::drop_value::<#target>(address) };
                }
            }
        }
        None => quote! {
            static STATE: #rt::State<#ty> = #rt::State::new();

            fn state() -> &'static mut #ty {
                // SAFETY: only the exports below call it, once each, and the reference ends with them:
                // the canonical ABI lets no export in while another one runs.
                unsafe { #rt::State::get(&STATE) }
            }
        },
    };
    quote! {
        #[allow(deprecated, improper_ctypes_definitions)]
        const _: () = {
            use #private::rt as #rt;

            #section
            #own
            #(#functions)*
        };
    }
}
