//! A resource: an interface whose functions are called on handles.

use super::function::{Function, Receiver, ReturnsSelf};
use crate::diag::Ctxt;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ItemTrait, TraitItem, Type, parse_quote};

pub(crate) struct Resource {
    /// The WIT name.
    pub(crate) name: String,
    /// The type of a handle that owns a value: `Own<dyn Document>`.
    pub(crate) own: Type,
}

impl Resource {
    pub(super) fn new(name: String, ident: &Ident, krate: &TokenStream) -> Self {
        Self { name, own: parse_quote!(#krate::Own<dyn #ident>) }
    }

    /// Reports the default bodies, which only the functions of a plain interface may have.
    pub(super) fn check(&self, cx: &Ctxt, functions: &[Function]) {
        for function in functions.iter().filter(|function| function.has_default) {
            cx.error(
                &function.ident,
                format!("function `{}` has a default body, and a resource's function has none", function.ident),
                "remove the body",
            );
        }
    }

    /// Gives each function the name that WIT has for a method, a constructor or a static function.
    pub(super) fn name_functions(&self, functions: &mut [Function]) {
        for function in functions {
            let (resource, name) = (&self.name, &function.name);
            function.name = match function.receiver {
                Receiver::Handle => format!("[method]{resource}.{name}"),
                _ if function.ident == "new" && function.returns_self == Some(ReturnsSelf::Directly) => {
                    format!("[constructor]{resource}")
                }
                _ => format!("[static]{resource}.{name}"),
            };
        }
    }

    /// Adds the bounds that the emitted trait needs. Threads share the values of a resource, and a function without
    /// `self` keeps a trait from being an object type unless it asks for `Sized`.
    pub(super) fn add_bounds(&self, item: &mut ItemTrait) {
        item.colon_token.get_or_insert_default();
        for bound in [quote!(::core::marker::Send), quote!(::core::marker::Sync), quote!(::core::any::Any)] {
            item.supertraits.push(parse_quote!(#bound));
        }
        for member in &mut item.items {
            let TraitItem::Fn(function) = member else { continue };
            if function.sig.receiver().is_none() {
                let clause = function.sig.generics.make_where_clause();
                clause.predicates.push(parse_quote!(Self: ::core::marker::Sized));
            }
        }
    }
}
