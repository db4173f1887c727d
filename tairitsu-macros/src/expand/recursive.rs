//! Types that contain themselves. A value crosses as a list of nodes, each of which has the places of its children in the
//! list.

use super::abi::{Bodies, Locals, Target, attempt};
use crate::model::Itself;
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::quote;

/// The type with the schema of a node.
pub(super) fn node(paths: &Paths) -> TokenStream {
    let private = &paths.private;
    quote!(#private::Node<Self>)
}

/// What a node has in the place of a field that holds values of the type itself.
pub(super) fn index(itself: Itself) -> TokenStream {
    let index = quote!(::core::primitive::u32);
    match itself {
        Itself::Boxed => index,
        Itself::List => quote!(::std::vec::Vec<#index>),
        Itself::Optional => quote!(::core::option::Option<#index>),
    }
}

/// Adds the values of the type itself that are in a field to the list of a node's children.
pub(super) fn children(itself: Itself, value: &TokenStream, paths: &Paths) -> TokenStream {
    let (private, children) = (&paths.private, &Locals::new().children);
    match itself {
        Itself::Boxed => quote!(::std::vec::Vec::push(#children, &**#value);),
        Itself::List => quote!(#private::children_of_list(#children, #value);),
        Itself::Optional => quote!(#private::children_of_option(#children, #value);),
    }
}

/// Stores the places of the children that are in a field.
pub(super) fn store(itself: Itself, value: &TokenStream, paths: &Paths) -> TokenStream {
    let (private, codec) = (&paths.private, &paths.codec);
    let Locals { memory, address, at, children, .. } = &Locals::new();
    let stored = match itself {
        Itself::Boxed => {
            let ty = index(itself);
            quote!({
                let _ = #value;
                #codec::<#ty>::store_next(&#private::Places::one(#children), #memory, #address, #at)
            })
        }
        // The list of places is no part of the value, so the memory has to copy it.
        Itself::List => quote! {
            #codec::<[::core::primitive::u32]>::store_next(
                #private::Places::list(#children, #value),
                &mut #private::Copying(#memory),
                #address,
                #at,
            )
        },
        Itself::Optional => {
            let ty = index(itself);
            quote! {
                #codec::<#ty>::store_next(&#private::Places::option(#children, #value), #memory, #address, #at)
            }
        }
    };
    let stored = attempt(&stored);
    quote!(#stored;)
}

/// Loads the places of the children that are in a field, and takes the children.
pub(super) fn load(itself: Itself, paths: &Paths) -> TokenStream {
    let (private, codec, ty) = (&paths.private, &paths.codec, index(itself));
    let Locals { memory, address, at, children, .. } = &Locals::new();
    let places = attempt(&quote!(#codec::<#ty>::load_next(#memory, #address, #at)));
    let take = match itself {
        Itself::Boxed => quote!(boxed),
        Itself::List => quote!(list),
        Itself::Optional => quote!(option),
    };
    attempt(&quote!(#private::Nodes::#take(#children, #places, #memory)))
}

/// The impls of a recursive type. `bodies` store and load one node.
pub(super) fn impls(target: &Target<'_>, children: &TokenStream, bodies: &Bodies, paths: &Paths) -> TokenStream {
    let Paths { private, lower, lift, sink, source, .. } = paths;
    let Bodies { store, load, .. } = bodies;
    let Locals { memory, out, flat, address, children: list, .. } = &Locals::new();
    let bounds = [lower, lift];
    let head = target.head(&quote!(#private::Recursive), &bounds);
    let name = target.ident().to_string();
    let tree = Bodies {
        lower: {
            let lowered = attempt(&quote!(#private::lower_tree(self, #memory, #out)));
            quote!(#lowered;)
        },
        store: {
            let stored = attempt(&quote!(#private::store_tree(self, #memory, #address)));
            quote!(#stored;)
        },
        lift: attempt(&quote!(#private::lift_tree(#memory, #flat))),
        load: attempt(&quote!(#private::load_tree(#memory, #address))),
    };
    let tree = super::abi::impls(target, &tree, paths);
    quote! {
        // SAFETY: each part of the node is stored and loaded once, by its own type, at its canonical place in the node. The
        // fields are in the same order in all functions. No expression of the user's sees the memory.
        unsafe #head {
            const NAME: &'static ::core::primitive::str = #name;

            fn children<'__tairitsu>(&'__tairitsu self, #list: &mut ::std::vec::Vec<&'__tairitsu Self>) {
                #children
            }

            fn store_node<__TairitsuMemory: #sink>(
                &self,
                #list: &mut #private::Places<'_>,
                #memory: &mut __TairitsuMemory,
                #address: ::core::primitive::usize,
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                #store
                ::core::result::Result::Ok(())
            }

            fn load_node<__TairitsuMemory: #source>(
                #memory: &mut __TairitsuMemory,
                #address: ::core::primitive::usize,
                #list: &mut #private::Nodes<Self>,
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                ::core::result::Result::Ok({ #load })
            }
        }

        #tree
    }
}
