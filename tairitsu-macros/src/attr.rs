//! The arguments of the attributes, and the helper attribute `#[wit(..)]` inside them.

use crate::diag::Ctxt;
use crate::name;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Token};

/// The arguments of an attribute.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) package: Option<LitStr>,
    pub(crate) rename: Option<LitStr>,
    krate: Option<syn::Path>,
}

impl Args {
    /// Reads the arguments of an attribute that allows those named in `allowed`.
    pub(crate) fn parse(cx: &Ctxt, tokens: TokenStream, allowed: &[&str]) -> Self {
        let mut args = Args::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = Ident::parse_any(input)?;
                if !allowed.contains(&key.to_string().as_str()) {
                    let allowed = allowed.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(", ");
                    return Err(syn::Error::new(
                        key.span(),
                        format!("unknown argument `{key}`\nhelp: the arguments here are {allowed}"),
                    ));
                }
                input.parse::<Token![=]>()?;
                if key == "crate" {
                    args.krate = Some(input.call(syn::Path::parse_mod_style)?);
                } else {
                    let value: LitStr = input.parse()?;
                    let slot = if key == "package" { &mut args.package } else { &mut args.rename };
                    if slot.replace(value).is_some() {
                        return Err(syn::Error::new(key.span(), format!("`{key}` is given twice\nhelp: keep one")));
                    }
                }
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
            && let Err(why) = name::check_package(&package.value())
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
        args
    }

    /// The path of the `tairitsu` crate.
    pub(crate) fn krate(&self) -> TokenStream {
        match &self.krate {
            Some(path) => quote!(#path),
            None => quote!(::tairitsu),
        }
    }
}

/// Takes `#[wit(rename = "..")]` out of the attributes of a field, case, function or parameter.
pub(crate) fn take_rename(cx: &Ctxt, attrs: &mut Vec<Attribute>) -> Option<String> {
    let mut rename = None;
    attrs.retain(|attr| {
        if !attr.path().is_ident("wit") {
            return true;
        }
        match &attr.meta {
            Meta::List(list) => {
                let args = Args::parse(cx, list.tokens.clone(), &["rename"]);
                if let Some(name) = args.rename {
                    rename = Some(name.value());
                }
            }
            _ => cx.error(attr, "`#[wit]` says nothing here", "write `#[wit(rename = \"name\")]`"),
        }
        false
    });
    rename
}

/// Reports `#[cfg]` on a part of a contract.
pub(crate) fn refuse_cfg(cx: &Ctxt, attrs: &[Attribute], what: &str) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr")) {
        cx.error(
            attr,
            format!("a {what} is there under a condition, and the contract has to be the same on both sides"),
            "remove the attribute, or put it on the whole item",
        );
    }
}

fn check_name(cx: &Ctxt, name: &LitStr) {
    if let Err(why) = name::check(&name.value()) {
        cx.error(
            name,
            format!("`{}` is no WIT name: {why}", name.value()),
            "write words joined by `-`, each a letter and then letters and digits",
        );
    }
}

/// The doc comment, its lines trimmed of the one space that `///` leaves.
pub(crate) fn docs(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs
        .iter()
        .filter_map(|attr| match &attr.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
                Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    lines.join("\n").lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_string()
}
