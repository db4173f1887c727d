//! A resource, from a trait: an interface of its own, whose functions are called on handles.

use super::interface::{Function, Receiver};
use crate::diag::Ctxt;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ItemTrait, TraitItem, Type, parse_quote};

pub(crate) struct Resource {
    /// The WIT name.
    pub(crate) name: String,
    /// `Own<dyn Document>`.
    pub(crate) own: Type,
}

/// Where a function without `self` has `Self` in its result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Makes {
    /// It is the result.
    Itself,
    /// The result is a `Result` of it.
    Ok,
}

impl Resource {
    pub(super) fn new(name: String, ident: &Ident, krate: &TokenStream) -> Self {
        Self { name, own: parse_quote!(#krate::Own<dyn #ident>) }
    }

    /// The result with `Own<dyn Trait>` in the place of `Self`, if it is there.
    pub(super) fn made(&self, result: &Type) -> Option<(Makes, Type)> {
        if is_self(result) {
            return Some((Makes::Itself, self.own.clone()));
        }
        let Type::Path(path) = result else { return None };
        let mut path = path.clone();
        let last = path.path.segments.last_mut().filter(|last| last.ident == "Result")?;
        let syn::PathArguments::AngleBracketed(args) = &mut last.arguments else { return None };
        match args.args.first_mut() {
            Some(syn::GenericArgument::Type(ok)) if is_self(ok) => *ok = self.own.clone(),
            _ => return None,
        }
        Some((Makes::Ok, Type::Path(path)))
    }

    /// Gives the functions the names that WIT has for those of a resource.
    pub(super) fn name_functions(&self, functions: &mut [Function]) {
        for function in functions {
            let (resource, name) = (&self.name, &function.name);
            function.name = match function.receiver {
                Receiver::Handle => format!("[method]{resource}.{name}"),
                _ if function.ident == "new" && function.makes == Some(Makes::Itself) => {
                    format!("[constructor]{resource}")
                }
                _ => format!("[static]{resource}.{name}"),
            };
        }
    }

    /// The trait as it goes out: its values are shared, and its object type stands for the resource.
    pub(super) fn complete(&self, item: &mut ItemTrait) {
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

    /// Reports what only an interface of functions has.
    pub(super) fn check(&self, cx: &Ctxt, functions: &[Function]) {
        for function in functions.iter().filter(|function| function.has_default) {
            cx.error(
                &function.ident,
                format!("function `{}` has a default body, and one of a resource has none", function.ident),
                "remove the body",
            );
        }
    }
}

fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
}
