//! `#[guest]` on a trait, and `#[resource(guest)]`: the exports of a guest, and the clients by which the host calls them.

mod client;
mod client_function;
mod defaults;
mod exports;

pub(super) use exports::SLOTS;

use crate::expand::{resource, shared, trait_macro};
use crate::model::Interface;
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn expand(interface: &Interface, paths: &Paths) -> TokenStream {
    let item = &interface.item;
    let descriptor = shared::descriptor(interface, paths);
    let dispatch = exports::dispatch(interface, paths);
    let client = client::client(interface, paths);
    let (resource_impl, wrong_arms) = match &interface.resource {
        Some(resource) => (Some(resource::resource_impl(interface, resource, paths)), resource::wrong_arms(interface)),
        None => (None, trait_macro::wrong_side(interface)),
    };
    let arms = [exports::export_arms(interface), wrong_arms].into_iter().collect();
    let export = trait_macro::export_macro(interface, &arms);
    quote! {
        #item
        #descriptor
        #resource_impl
        #dispatch
        #client
        #export
    }
}
