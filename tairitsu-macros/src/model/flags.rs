//! A set of flags, from the tokens of `flags!`.

use super::naming::{check_collisions, name_of};
use super::types::{Case, Payload};
use crate::attr::{self, Args, Docs};
use crate::diag::Ctxt;
use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, Token, Visibility, braced};

/// The most flags of a set: the bits of the largest integer.
const MAX_FLAGS: usize = 128;

/// The syntax: a struct whose body has constants without types and values.
pub(crate) struct FlagsItem {
    attrs: Vec<Attribute>,
    vis: Visibility,
    ident: Ident,
    flags: Vec<(Vec<Attribute>, Ident)>,
}

pub(crate) struct FlagsDef {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) flags: Vec<Flag>,
    pub(crate) args: Args,
}

pub(crate) struct Flag {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) case: Case,
}

impl Parse for FlagsItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        input.parse::<Token![struct]>()?;
        let ident = input.parse()?;
        let body;
        braced!(body in input);
        let mut flags = Vec::new();
        while !body.is_empty() {
            let attrs = body.call(Attribute::parse_outer)?;
            body.parse::<Token![const]>()?;
            let flag = body.parse()?;
            if body.peek(Token![=]) || body.peek(Token![:]) {
                return Err(
                    body.error("a flag has the bit of its position, and no type or value\nhelp: write `const NAME;`")
                );
            }
            body.parse::<Token![;]>()?;
            flags.push((attrs, flag));
        }
        Ok(Self { attrs, vis, ident, flags })
    }
}

impl FlagsDef {
    pub(crate) fn new(cx: &Ctxt, item: FlagsItem) -> Self {
        let FlagsItem { mut attrs, vis, ident, flags } = item;
        let mut all = TokenStream::new();
        attrs.retain(|attr| {
            let is_helper = attr.path().is_ident("wit");
            if let (true, Ok(list)) = (is_helper, attr.meta.require_list()) {
                attr::join(&mut all, &list.tokens);
            }
            !is_helper
        });
        let args = Args::parse(cx, all, &["rename", "since", "crate"]);
        if flags.is_empty() {
            cx.error(
                &ident,
                format!("flags `{ident}` have no flag, and a WIT `flags` type has at least one"),
                "give it a flag",
            );
        }
        if let Some((_, flag)) = flags.get(MAX_FLAGS) {
            cx.error(
                flag,
                format!("flags `{ident}` have {} flags, and {MAX_FLAGS} is the most", flags.len()),
                "make two sets of them, and a struct or a tuple of both",
            );
        }
        let flags: Vec<_> = flags
            .into_iter()
            .map(|(mut attrs, ident)| {
                let args = attr::take(cx, &mut attrs, attr::FLAG_ARGS);
                attr::refuse_cfg(cx, &attrs, "flag");
                let case = Case::new(cx, args, ident, &attrs, Payload::None);
                Flag { attrs, case }
            })
            .collect();
        check_collisions(cx, flags.iter().map(|flag| (&flag.case.ident, flag.case.name.as_str())), "flags");
        let name = name_of(cx, args.rename.as_ref(), &ident);
        Self { docs: Docs::of(&attrs), attrs, vis, ident, name, flags, args }
    }
}
