//! The arguments of the attributes, and the helper attribute `#[wit(..)]` inside them.

use crate::diag::Ctxt;
use crate::manifest;
use crate::side::Side;
use crate::wit_name;
use proc_macro2::TokenStream;
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
    krate: Option<syn::Path>,
}

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
    &["package", "rename", "uses", "guest", "host", "export", "as", "to", "from", "crate"];

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
                input.parse::<Token![=]>()?;
                match key.to_string().trim_start_matches(OF_RESULT) {
                    "crate" => args.krate = Some(input.call(syn::Path::parse_mod_style)?),
                    "package" => args.package = Some(input.parse()?),
                    "rename" => args.rename = Some(input.parse()?),
                    "export" => args.export = Some(input.parse::<LitBool>()?.value),
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
pub(crate) const FUNCTION_ARGS: &[&str] = &["rename", "result_as", "result_to", "result_from"];
/// The arguments of `#[wit(..)]` on a field or a parameter.
pub(crate) const FIELD_ARGS: &[&str] = &["rename", "as", "to", "from"];
/// The arguments of `#[wit(..)]` on the value that a case carries.
pub(crate) const PAYLOAD_ARGS: &[&str] = &["as", "to", "from"];
/// The arguments of `#[wit(..)]` on anything else that has a name.
pub(crate) const NAME_ARGS: &[&str] = &["rename"];

/// Takes `#[wit(..)]` out of the attributes of a part of an item.
pub(crate) fn take(cx: &Ctxt, attrs: &mut Vec<Attribute>, allowed: &[&str]) -> Args {
    let mut args = Args::default();
    attrs.retain(|attr| {
        if !attr.path().is_ident("wit") {
            return true;
        }
        match &attr.meta {
            Meta::List(list) => args = Args::parse(cx, list.tokens.clone(), allowed),
            _ => cx.error(attr, "`#[wit]` has no effect here", "write `#[wit(rename = \"name\")]`"),
        }
        false
    });
    args
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
    let args = Args::parse(&cx, list.tokens.clone(), &["rename", "crate", "as", "to", "from"]);
    let _ = cx.finish();
    args.adapt.is_some()
}

/// Takes `#[wit(rename = "..")]` out of the attributes of a case, function or parameter.
pub(crate) fn take_rename(cx: &Ctxt, attrs: &mut Vec<Attribute>) -> Option<LitStr> {
    take(cx, attrs, NAME_ARGS).rename
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

/// The text of a doc comment. It may have parts that are expressions, such as `include_str!`.
#[derive(Default)]
pub(crate) struct Docs(Vec<Expr>);

impl Docs {
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        Self(
            attrs
                .iter()
                .filter_map(|attr| match &attr.meta {
                    Meta::NameValue(meta) if meta.path.is_ident("doc") => Some(meta.value.clone()),
                    _ => None,
                })
                .collect(),
        )
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A text as one expression. Lines that are known are trimmed.
impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (mut parts, mut known) = (Vec::new(), Vec::new());
        let text = |lines: &[String]| {
            lines.join("\n").lines().map(str::trim).collect::<Vec<_>>().join("\n").trim_matches('\n').to_string()
        };
        for part in &self.0 {
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
            true => rest.trim().to_token_stream(),
            false => quote!(::core::concat!(#(#parts,)* #rest)),
        });
    }
}
