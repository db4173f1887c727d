//! The clients, with the runtime: `GreeterClient`, and `GreeterAsyncClient`, whose calls are futures.

use super::client_function::ClientFunction;
use super::defaults::default_type;
use crate::model::Interface;
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn client(interface: &Interface, paths: &Paths) -> TokenStream {
    let (ident, vis) = (&interface.item.ident, &interface.item.vis);
    let Paths { private, use_typed, if_runtime, if_async, .. } = paths;
    let (name, async_name) = (&interface.client, &interface.async_client);
    let docs = format!("Calls the guest's [`{ident}`]. Made by `Container::guest`.");
    let async_docs = format!("Calls the guest's [`{ident}`]. Each call is a future. Made by `AsyncContainer::guest`.");
    let mut methods = TokenStream::new();
    let mut async_methods = TokenStream::new();
    let mut resolve = TokenStream::new();
    let mut forward = TokenStream::new();
    let mut forward_async = TokenStream::new();
    let mut defaults = TokenStream::new();
    for (index, function) in interface.functions.iter().enumerate() {
        let client_function = ClientFunction::new(interface, index, paths);
        methods.extend(client_function.method());
        methods.extend(client_function.view_method());
        async_methods.extend(client_function.async_method());
        resolve.extend(client_function.resolve());
        forward.extend(client_function.forward());
        forward_async.extend(client_function.forward_async());
        if function.has_default {
            defaults.extend(default_type(interface, index, paths));
        }
    }
    quote! {
        #if_runtime! {
            #[doc = #docs]
            #[derive(::core::fmt::Debug)]
            #vis struct #name<'__tairitsu> {
                __tairitsu_client: #private::Client<'__tairitsu>,
            }

            #if_async! {
                #[doc = #async_docs]
                #[derive(::core::fmt::Debug)]
                #vis struct #async_name<'__tairitsu> {
                    __tairitsu_client: #private::Client<'__tairitsu>,
                }
            }

            #[allow(deprecated)]
            const _: () = {
                #use_typed

                #[allow(clippy::all, deprecated, unused_braces)]
                impl #name<'_> {
                    #methods
                }

                #if_async! {
                    #[allow(clippy::all, deprecated, unused_braces)]
                    impl #async_name<'_> {
                        #async_methods
                    }

                    #[allow(clippy::all, deprecated)]
                    // SAFETY: `resolve` below checks the functions that the client calls.
                    unsafe impl #private::AsyncGuestInterface for dyn #ident {
                        type AsyncClient<'__tairitsu> = #async_name<'__tairitsu>;

                        fn async_client(__tairitsu_client: #private::Client<'_>) -> #async_name<'_> {
                            #async_name { __tairitsu_client }
                        }
                    }
                }

                #defaults

                #[allow(clippy::all, deprecated)]
                // SAFETY: `resolve` checks the functions that the client calls, with the same types.
                unsafe impl #private::GuestInterface for dyn #ident {
                    type Client<'__tairitsu> = #name<'__tairitsu>;

                    fn resolve(
                        __tairitsu_resolver: &mut #private::Resolver<'_>,
                    ) -> ::core::result::Result<(), #private::ResolveError> {
                        #resolve
                        ::core::result::Result::Ok(())
                    }

                    fn client(__tairitsu_client: #private::Client<'_>) -> #name<'_> {
                        #name { __tairitsu_client }
                    }
                }

                impl #private::ForwardedInterface for dyn #ident {
                    fn forward<__TairitsuPeer: #private::IsPeer>(
                        __tairitsu_linker: &mut #private::ProviderLinker<'_, __TairitsuPeer>,
                    ) -> ::core::result::Result<(), #private::LinkError> {
                        #forward
                        ::core::result::Result::Ok(())
                    }

                    #if_async! {
                        fn forward_async<__TairitsuPeer: #private::IsAsyncPeer>(
                            __tairitsu_linker: &mut #private::ProviderLinker<'_, __TairitsuPeer>,
                        ) -> ::core::result::Result<(), #private::LinkError> {
                            #forward_async
                            ::core::result::Result::Ok(())
                        }
                    }
                }
            };
        }
    }
}
