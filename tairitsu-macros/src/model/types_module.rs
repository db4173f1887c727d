//! An interface that declares types, from a module.

use super::cycles;
use super::naming::interface_id;
use crate::attr::{self, Args, Docs, HOME};
use crate::diag::Ctxt;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Fields, Ident, Item, ItemMod, Meta, parse_quote};

pub(crate) struct TypesModule {
    /// The module. The attributes on its types have the `HOME` argument.
    pub(crate) item: ItemMod,
    pub(crate) id: String,
    pub(crate) docs: Docs,
    pub(crate) uses: Vec<syn::Path>,
    /// The types with a WIT name. A generic type has none: each instantiation has one.
    pub(crate) types: Vec<Ident>,
    /// Whether types contain each other, which was reported then.
    pub(crate) has_cycle: bool,
}

impl TypesModule {
    pub(crate) fn parse(cx: &Ctxt, args: &Args, mut item: ItemMod) -> Self {
        let id = interface_id(cx, args, &item.ident);
        let mut types = Vec::new();
        match &mut item.content {
            Some((_, items)) => {
                for item in items {
                    types.extend(declare(cx, &id, item));
                }
            }
            None => cx.error(
                &item,
                "the attribute reads the types in the module's body, and this module is in another file",
                "write the module with its body here, and the types in it",
            ),
        }
        let items = item.content.as_ref().map_or(&[][..], |content| &content.1[..]);
        let has_cycle = cycles::report(cx, items);
        if types.is_empty() && item.content.is_some() {
            cx.error(
                &item.ident,
                format!("module `{}` declares no WIT type", item.ident),
                "put `#[tairitsu::wit]` on the types in it",
            );
        }
        Self { id, docs: Docs::of(&item.attrs), uses: args.uses.clone(), types, has_cycle, item }
    }
}

/// Adds the `HOME` argument to the attribute on a type, and returns the type's identifier. `None` if the item declares no
/// type with a WIT name.
fn declare(cx: &Ctxt, id: &str, item: &mut Item) -> Option<Ident> {
    let home = format_ident!("{HOME}");
    let (attrs, ident, is_generic) = match item {
        // A struct whose fields have no names has no WIT name.
        Item::Struct(item) if matches!(item.fields, Fields::Unnamed(_)) => return None,
        Item::Struct(item) => (&mut item.attrs, &item.ident, item.generics.type_params().next().is_some()),
        Item::Enum(item) => (&mut item.attrs, &item.ident, item.generics.type_params().next().is_some()),
        Item::Macro(item) if item.mac.path.segments.last().is_some_and(|last| last.ident == "flags") => {
            attr::refuse_cfg(cx, &item.attrs, "type");
            let tokens = &item.mac.tokens;
            item.mac.tokens = quote!(#[wit(#home = #id)] #tokens);
            return name_of_flags(&item.mac.tokens);
        }
        _ => return None,
    };
    let ident = ident.clone();
    let attr = attrs.iter_mut().find(|attr| attr::is_wit(attr))?;
    if is_generic || attr::is_adapted(attr) {
        return None;
    }
    let path = attr.path().clone();
    let args = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let separator = (!args.is_empty()).then(|| quote!(,));
    attr.meta = parse_quote!(#path(#home = #id #separator #args));
    attr::refuse_cfg(cx, attrs, "type");
    Some(ident)
}

/// The identifier after `struct`.
fn name_of_flags(tokens: &TokenStream) -> Option<Ident> {
    let mut tokens = tokens.clone().into_iter().skip_while(|token| token.to_string() != "struct");
    tokens.next();
    match tokens.next() {
        Some(proc_macro2::TokenTree::Ident(ident)) => Some(ident),
        _ => None,
    }
}
