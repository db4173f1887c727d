//! An interface from an `impl` block without a trait. The model makes a trait of the block's functions, and reads that.

use super::interface::{Interface, InterfaceKind};
use super::naming::name_of_item;
use crate::attr::Args;
use crate::diag::Ctxt;
use crate::side::Side;
use quote::format_ident;
use syn::{
    Attribute, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, ItemTrait, LitStr, Pat, TraitItemFn, Type, Visibility,
    parse_quote,
};

pub(crate) struct InherentImpl {
    /// The block, without helper attributes.
    pub(crate) item: ItemImpl,
    /// The interface of the block's functions. `None` if the type has no name, which was reported then.
    pub(crate) interface: Option<Interface>,
}

impl InherentImpl {
    pub(crate) fn parse(cx: &Ctxt, side: Side, args: Args, mut item: ItemImpl) -> Self {
        if let Some(param) = item.generics.params.first() {
            cx.error(
                param,
                "the impl is generic, and an interface is not",
                "name the type, or declare a trait and write one impl of it for each type",
            );
        }
        if let Some(clause) = &item.generics.where_clause {
            cx.error(clause, "the impl has a `where` clause, and an interface has no conditions", "remove it");
        }
        let (mut declarations, mut private) = (Vec::new(), None);
        let (mut any, mut public) = (false, false);
        for member in &mut item.items {
            let ImplItem::Fn(function) = member else { continue };
            if matches!(function.vis, Visibility::Inherited) {
                refuse_wit(cx, function);
                private.get_or_insert_with(|| function.sig.ident.clone());
                continue;
            }
            any = true;
            public |= matches!(function.vis, Visibility::Public(_));
            declarations.extend(declare(cx, function));
            strip_helpers(function);
        }
        if !any {
            let fact = "the interface consists of the `pub` functions, and this impl has none";
            match private {
                Some(ident) => cx.error(&ident, fact, format!("write `pub fn {ident}`")),
                None => cx.error(&item.self_ty, fact, "write a function, with `pub` before it"),
            }
        }
        let vis = if public { parse_quote!(pub) } else { parse_quote!(pub(crate)) };
        let interface =
            type_name(cx, &item.self_ty).map(|ident| interface(cx, side, args, &ident, vis, &item, declarations));
        Self { item, interface }
    }
}

/// The trait `CalculatorApi`, which is `calculator` in WIT and has the client `CalculatorClient`.
fn interface(
    cx: &Ctxt,
    side: Side,
    mut args: Args,
    ident: &Ident,
    vis: Visibility,
    block: &ItemImpl,
    functions: Vec<TraitItemFn>,
) -> Interface {
    let name = ident.to_string();
    let name = name.trim_start_matches("r#");
    if args.rename.is_none() {
        args.rename = Some(LitStr::new(&name_of_item(cx, None, ident), ident.span()));
    }
    let trait_ident = format_ident!("{name}Api", span = ident.span());
    let docs = block.attrs.iter().filter(|attr| attr.path().is_ident("doc"));
    // rustc and clippy lint the block's functions already.
    let item: ItemTrait = parse_quote! {
        #(#docs)*
        #[allow(dead_code, missing_docs, private_interfaces, unreachable_pub, clippy::all)]
        #vis trait #trait_ident { #(#functions)* }
    };
    let mut interface = Interface::parse(cx, side, &args, item, InterfaceKind::Functions);
    interface.client = format_ident!("{name}Client", span = ident.span());
    interface.async_client = format_ident!("{name}AsyncClient", span = ident.span());
    if interface.docs.is_empty() {
        let docs = format!("The functions of [`{ident}`] that are `pub`.");
        interface.item.attrs.push(parse_quote!(#[doc = #docs]));
    }
    interface
}

/// The last segment of the type's path.
fn type_name(cx: &Ctxt, ty: &Type) -> Option<Ident> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().map(|segment| segment.ident.clone()),
        Type::Group(group) => type_name(cx, &group.elem),
        Type::Paren(paren) => type_name(cx, &paren.elem),
        other => {
            cx.error(
                other,
                "the interface of an impl is named after the type, and this type has no name",
                "declare a trait, and write `impl Trait for Type` here",
            );
            None
        }
    }
}

/// The declaration of the function in the trait. `None` for a function without `self`.
fn declare(cx: &Ctxt, function: &ImplItemFn) -> Option<TraitItemFn> {
    let mut sig = function.sig.clone();
    if sig.receiver().is_none() {
        cx.error(
            &sig.ident,
            format!("function `{}` has no `self`, and an interface's functions are called on a value", sig.ident),
            "take `&self` or `&mut self` first, or move it to an impl without the attribute",
        );
        return None;
    }
    for input in &mut sig.inputs {
        if let FnArg::Typed(input) = input
            && let Pat::Ident(pat) = &mut *input.pat
        {
            // `mut` and `ref` are about the body.
            (pat.by_ref, pat.mutability, pat.subpat) = (None, None, None);
        }
    }
    let attrs: Vec<Attribute> = function.attrs.iter().filter(|attr| belongs_to_contract(attr)).cloned().collect();
    Some(TraitItemFn { attrs, sig, default: None, semi_token: Some(Default::default()) })
}

/// Whether an attribute of a function belongs to its declaration. The others are about its body.
fn belongs_to_contract(attr: &Attribute) -> bool {
    ["doc", "wit", "cfg", "cfg_attr", "deprecated"].iter().any(|name| attr.path().is_ident(name))
}

/// Removes the helper attributes. The model reads them from the trait's function.
fn strip_helpers(function: &mut ImplItemFn) {
    let strip = |attrs: &mut Vec<Attribute>| attrs.retain(|attr| !attr.path().is_ident("wit"));
    strip(&mut function.attrs);
    for input in &mut function.sig.inputs {
        match input {
            FnArg::Typed(input) => strip(&mut input.attrs),
            FnArg::Receiver(receiver) => strip(&mut receiver.attrs),
        }
    }
}

/// Reports a helper attribute on a private function, and removes it.
fn refuse_wit(cx: &Ctxt, function: &mut ImplItemFn) {
    if let Some(attr) = function.attrs.iter().find(|attr| attr.path().is_ident("wit")) {
        cx.error(
            attr,
            format!("function `{}` is private, and not part of the interface", function.sig.ident),
            "write `pub` before it, or remove the attribute",
        );
    }
    strip_helpers(function);
}
