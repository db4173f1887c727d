//! The arguments of the attributes, and the helper attribute `#[wit(..)]` inside them.

use crate::diag::Ctxt;
use crate::manifest;
use crate::side::Side;
use crate::wit_name;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitBool, LitStr, Meta, Token};

/// The arguments of an attribute, or of the helper attribute.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) package: Option<LitStr>,
    pub(crate) rename: Option<LitStr>,
    /// The modules of types, and the resources, that the interface uses.
    pub(crate) uses: Vec<syn::Path>,
    /// The id of the interface that declares a type. A module's attribute adds the argument to the types in the module.
    pub(crate) home: Option<LitStr>,
    pub(crate) adapt: Option<Adapt>,
    /// The side that a resource's values live on.
    pub(crate) side: Option<Side>,
    /// Whether an impl is exported from the guest.
    pub(crate) export: Option<bool>,
    /// The version in which the item, or the part of the item, came.
    pub(crate) since: Option<LitStr>,
    /// What a field is on sides that lack the field.
    pub(crate) default: Option<(Ident, Expr)>,
    /// Whether a value may be lost on its way to a side that lacks the field or flag.
    pub(crate) lossy: Option<Ident>,
    /// Whether the case takes the cases that are not known.
    pub(crate) other: Option<Ident>,
    krate: Option<syn::Path>,
}

/// The arguments about what came in a later version, and the places of each. An argument may be known and out of place.
const GROWTH: [(&str, &str); 4] = [
    ("since", "for a function, a type with a name, a field with a name, a case or a flag"),
    ("default", "for a field with a name"),
    ("lossy", "for a field with a name, or a flag"),
    ("other", "for a case of an enum"),
];

/// The prefix of the arguments of `#[wit(..)]` on a function that are about its result.
const OF_RESULT: &str = "result_";

/// The type that a value crosses as, in place of its own. The conversions are `From` and `TryFrom` if none are named.
#[derive(Clone)]
pub(crate) struct Adapt {
    pub(crate) as_type: syn::Type,
    pub(crate) to: Option<Expr>,
    pub(crate) from: Option<Expr>,
}

/// All arguments of all attributes.
pub(crate) const ARGUMENTS: &[&str] =
    &["package", "rename", "uses", "guest", "host", "export", "as", "to", "from", "since", "crate"];

/// The argument that names the interface that declares a type. Only a module's attribute writes it.
pub(crate) const HOME: &str = "__tairitsu_home";

impl Args {
    /// Reads the arguments of an attribute. `allowed` has the names of the arguments that the attribute takes.
    pub(crate) fn parse(cx: &Ctxt, tokens: TokenStream, allowed: &[&str]) -> Self {
        let mut args = Args::default();
        let mut keys: Vec<Ident> = Vec::new();
        let (mut as_type, mut to, mut from) = (None, None, None);
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = Ident::parse_any(input)?;
                if !allowed.contains(&key.to_string().as_str()) && key != HOME {
                    if let Some((_, places)) = GROWTH.iter().find(|(name, _)| key == name) {
                        return Err(syn::Error::new(
                            key.span(),
                            format!("`{key}` is {places}, and stands on something else here\nhelp: remove `{key}`"),
                        ));
                    }
                    let allowed = allowed.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(", ");
                    return Err(syn::Error::new(
                        key.span(),
                        format!("unknown argument `{key}`\nhelp: the arguments here are {allowed}"),
                    ));
                }
                if keys.contains(&key) {
                    return Err(syn::Error::new(key.span(), format!("`{key}` is given twice\nhelp: keep one")));
                }
                if let Some(side) = [Side::Guest, Side::Host].into_iter().find(|side| key == side.argument()) {
                    if args.side.replace(side).is_some() {
                        let fact = "a resource has one side, and both are named";
                        return Err(syn::Error::new(key.span(), format!("{fact}\nhelp: keep one")));
                    }
                    keys.push(key);
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                    continue;
                }
                if key == "lossy" || key == "other" {
                    let flag = if key == "lossy" { &mut args.lossy } else { &mut args.other };
                    *flag = Some(key.clone());
                    keys.push(key);
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                    continue;
                }
                input.parse::<Token![=]>()?;
                match key.to_string().trim_start_matches(OF_RESULT) {
                    "crate" => args.krate = Some(input.call(syn::Path::parse_mod_style)?),
                    "package" => args.package = Some(input.parse()?),
                    "rename" => args.rename = Some(input.parse()?),
                    "export" => args.export = Some(input.parse::<LitBool>()?.value),
                    "since" => args.since = Some(input.parse()?),
                    "default" => args.default = Some((key.clone(), input.parse()?)),
                    "uses" => args.uses = parse_paths(input)?,
                    "as" => as_type = Some(input.parse()?),
                    "to" => to = Some((key.clone(), input.parse()?)),
                    "from" => from = Some((key.clone(), input.parse()?)),
                    _ => args.home = Some(input.parse()?),
                }
                keys.push(key);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            cx.push(error);
        }
        if let Some(package) = &args.package
            && let Err(why) = wit_name::check_package(&package.value())
        {
            cx.error(
                package,
                format!("`{}` is no WIT package: {why}", package.value()),
                "write `namespace:name@1.0.0`, words in lower case joined by `-`",
            );
        }
        if let Some(rename) = &args.rename {
            check_name(cx, rename);
        }
        if let Some(since) = &args.since {
            check_since(cx, since);
        }
        match as_type {
            Some(as_type) => args.adapt = Some(Adapt { as_type, to: to.map(|to| to.1), from: from.map(|from| from.1) }),
            None => {
                for (key, _) in [to, from].into_iter().flatten() {
                    let prefix = if key.to_string().starts_with(OF_RESULT) { OF_RESULT } else { "" };
                    cx.error(
                        &key,
                        format!("`{key}` names a conversion, and the other type is missing"),
                        format!("add `{prefix}as = Type`, the type that crosses in place of this one"),
                    );
                }
            }
        }
        args
    }

    /// The path of the `tairitsu` crate: that of the argument, or the name of the dependency in Cargo.toml.
    pub(crate) fn krate(&self) -> TokenStream {
        match &self.krate {
            Some(path) => quote!(#path),
            None => match manifest::manifest().renamed {
                Some(name) => {
                    let name = quote::format_ident!("{name}");
                    quote!(::#name)
                }
                None => quote!(::tairitsu),
            },
        }
    }
}

/// One path, or several in brackets.
fn parse_paths(input: ParseStream<'_>) -> syn::Result<Vec<syn::Path>> {
    if !input.peek(syn::token::Bracket) {
        return Ok(vec![input.call(syn::Path::parse_mod_style)?]);
    }
    let list;
    syn::bracketed!(list in input);
    Ok(list.parse_terminated(syn::Path::parse_mod_style, Token![,])?.into_iter().collect())
}

/// The arguments of `#[wit(..)]` on a function.
pub(crate) const FUNCTION_ARGS: &[&str] = &["rename", "since", "result_as", "result_to", "result_from"];
/// The arguments of `#[wit(..)]` on a parameter.
pub(crate) const PARAM_ARGS: &[&str] = &["rename", "as", "to", "from"];
/// The arguments of `#[wit(..)]` on a field with a name.
pub(crate) const FIELD_ARGS: &[&str] = &["rename", "as", "to", "from", "since", "default", "lossy"];
/// The arguments of `#[wit(..)]` on a case of an enum.
pub(crate) const CASE_ARGS: &[&str] = &["rename", "since", "other"];
/// The arguments of `#[wit(..)]` on a flag.
pub(crate) const FLAG_ARGS: &[&str] = &["rename", "since", "lossy"];
/// The arguments of `#[wit(..)]` on the value that a case carries.
pub(crate) const PAYLOAD_ARGS: &[&str] = &["as", "to", "from"];
/// Takes `#[wit(..)]` out of the attributes of a part of an item.
pub(crate) fn take(cx: &Ctxt, attrs: &mut Vec<Attribute>, allowed: &[&str]) -> Args {
    let mut all = TokenStream::new();
    attrs.retain(|attr| {
        if !attr.path().is_ident("wit") {
            return true;
        }
        match &attr.meta {
            Meta::List(list) => join(&mut all, &list.tokens),
            _ => cx.error(attr, "`#[wit]` has no effect here", "write `#[wit(rename = \"name\")]`"),
        }
        false
    });
    if all.is_empty() { Args::default() } else { Args::parse(cx, all, allowed) }
}

/// Adds the arguments of one more attribute, so that all of them are read at once.
pub(crate) fn join(all: &mut TokenStream, more: &TokenStream) {
    let is_comma = |last: TokenTree| matches!(last, TokenTree::Punct(last) if last.as_char() == ',');
    if all.clone().into_iter().last().is_some_and(|last| !is_comma(last)) {
        all.extend(quote!(,));
    }
    all.extend(more.clone());
}

/// Whether an attribute is `#[wit]`, by any path.
pub(crate) fn is_wit(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "wit")
}

/// Whether `#[wit(..)]` has the argument `as`, so that a value crosses as another type.
pub(crate) fn is_adapted(attr: &Attribute) -> bool {
    let Meta::List(list) = &attr.meta else { return false };
    // The expansion of the attribute itself reports the mistakes in it.
    let cx = Ctxt::new();
    let args = Args::parse(&cx, list.tokens.clone(), &["rename", "crate", "as", "to", "from", "since"]);
    let _ = cx.finish();
    args.adapt.is_some()
}

/// Reports `#[cfg]` on a part of a contract. What `#[cfg_attr]` adds may be anything that is no part of the contract.
pub(crate) fn refuse_cfg(cx: &Ctxt, attrs: &[Attribute], what: &str) {
    for attr in attrs.iter().filter(|attr| is_condition(&attr.meta)) {
        cx.error(
            attr,
            format!("a {what} has a condition, and the contract must be the same on both sides"),
            "remove the attribute, or put it on the whole item",
        );
    }
}

/// Whether the attribute is `cfg`, or adds one or a part of the contract under a condition.
pub(crate) fn is_condition(meta: &Meta) -> bool {
    if meta.path().is_ident("cfg") {
        return true;
    }
    let (true, Ok(list)) = (meta.path().is_ident("cfg_attr"), meta.require_list()) else { return false };
    match list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) {
        Ok(list) => list.iter().skip(1).any(|added| is_condition(added) || added.path().is_ident("wit")),
        Err(_) => true,
    }
}

fn check_name(cx: &Ctxt, name: &LitStr) {
    if let Err(why) = wit_name::check(&name.value()) {
        cx.error(
            name,
            format!("`{}` is no WIT name: {why}", name.value()),
            "write words joined by `-`, each a letter and then letters and digits",
        );
    }
}

fn check_since(cx: &Ctxt, since: &LitStr) {
    if let Err(why) = wit_name::check_version(&since.value()) {
        cx.error(since, format!("`{}` is no version: {why}", since.value()), "write three numbers, as in `1.1.0`");
    }
}

/// The text of a doc comment. It may have parts that are expressions, such as `include_str!`.
#[derive(Default)]
pub(crate) struct Docs {
    parts: Vec<Expr>,
    /// A paragraph at the end, which the item itself has not. Empty if there is none.
    added: String,
}

impl Docs {
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        let parts = attrs.iter().filter_map(|attr| match &attr.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => Some(meta.value.clone()),
            _ => None,
        });
        Self { parts: parts.collect(), added: String::new() }
    }

    /// The same text with one more paragraph.
    pub(crate) fn with(self, added: String) -> Self {
        Self { added, ..self }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

/// A text as one expression. Lines that are known are trimmed.
impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (mut parts, mut known) = (Vec::new(), Vec::new());
        let text = |lines: &[String]| {
            lines.join("\n").lines().map(str::trim).collect::<Vec<_>>().join("\n").trim_matches('\n').to_string()
        };
        for part in &self.parts {
            match part {
                Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => known.push(line.value()),
                other => {
                    let before = text(&std::mem::take(&mut known));
                    parts.push(quote!(#before, "\n", #other, "\n"));
                }
            }
        }
        let rest = text(&known);
        tokens.extend(match parts.is_empty() {
            true => paragraphs(rest.trim(), &self.added).to_token_stream(),
            // Each part ends a line.
            false => {
                let rest = match rest.is_empty() && !self.added.is_empty() {
                    true => format!("\n{}", self.added),
                    false => paragraphs(&rest, &self.added),
                };
                quote!(::core::concat!(#(#parts,)* #rest))
            }
        });
    }
}

/// The texts, with an empty line between them if none is empty.
fn paragraphs(one: &str, other: &str) -> String {
    let between = if one.is_empty() || other.is_empty() { "" } else { "\n\n" };
    format!("{one}{between}{other}")
}
