//! The WIT names of the items in the model: each item's name, an interface's id, and names that collide.

use crate::attr::Args;
use crate::diag::Ctxt;
use crate::manifest;
use crate::wit_name;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use syn::{Ident, LitStr};

/// The WIT name of a part of an item: the name that `rename` gives, or the identifier in kebab case.
pub(super) fn name_of(cx: &Ctxt, rename: Option<&LitStr>, ident: &Ident) -> String {
    named(cx, rename, ident, "add `#[wit(rename = \"name\")]` to it")
}

/// The WIT name of an item that has an attribute of its own, where `rename` is an argument.
pub(super) fn name_of_item(cx: &Ctxt, rename: Option<&LitStr>, ident: &Ident) -> String {
    named(cx, rename, ident, "add `rename = \"name\"` to the arguments of the attribute")
}

fn named(cx: &Ctxt, rename: Option<&LitStr>, ident: &Ident, way_out: &str) -> String {
    if let Some(rename) = rename {
        return rename.value();
    }
    let name = wit_name::kebab(&ident.to_string());
    if let Err(why) = wit_name::check(&name) {
        cx.error(ident, format!("`{ident}` has no WIT name: as `{name}`, {why}"), way_out);
    }
    name
}

/// The WIT name of an interface, whose id is checked elsewhere.
pub(super) fn unchecked_name(args: &Args, ident: &Ident) -> String {
    args.rename.as_ref().map_or_else(|| wit_name::kebab(&ident.to_string()), LitStr::value)
}

/// The id of an interface: `namespace:package/interface@version`. Without a `package` argument, the package is
/// that of the crate that is being compiled.
pub(super) fn interface_id(cx: &Ctxt, args: &Args, ident: &Ident) -> String {
    let name = name_of_item(cx, args.rename.as_ref(), ident);
    let package = match &args.package {
        Some(package) => package.value(),
        None => default_package(cx, ident),
    };
    match package.split_once('@') {
        Some((package, version)) => format!("{package}/{name}@{version}"),
        None => format!("{package}/{name}"),
    }
}

/// The package of an interface without a `package` argument: that of Cargo.toml, or one made of the crate's name and version.
fn default_package(cx: &Ctxt, ident: &Ident) -> String {
    match manifest::manifest().package {
        Some(Ok(package)) => match wit_name::check_package(&package) {
            Ok(()) => return package,
            Err(why) => refuse_manifest(cx, ident, &format!("`{package}` is no WIT package: {why}")),
        },
        Some(Err(found)) => refuse_manifest(cx, ident, &format!("`package` is of the type {found}, and no string")),
        None => {}
    }
    // Cargo sets both variables. Another build tool may set neither.
    let krate = std::env::var("CARGO_PKG_NAME").unwrap_or_else(|_| "local".into());
    let name = wit_name::kebab(&krate.replace('-', "_"));
    let package = match std::env::var("CARGO_PKG_VERSION") {
        Ok(version) => format!("component:{name}@{version}"),
        Err(_) => format!("component:{name}"),
    };
    if let Err(why) = wit_name::check_package(&package) {
        cx.error(
            ident,
            format!("the crate `{krate}` gives no WIT package: of `{package}`, {why}"),
            "write `package = \"namespace:name@1.0.0\"` under `[package.metadata.tairitsu]` in Cargo.toml, or in the attribute",
        );
    }
    package
}

/// Reports a mistake in Cargo.toml, on the first interface that a compiler comes to.
fn refuse_manifest(cx: &Ctxt, ident: &Ident, fact: &str) {
    static REPORTED: AtomicBool = AtomicBool::new(false);
    if !REPORTED.swap(true, Ordering::Relaxed) {
        cx.error(
            ident,
            format!("in Cargo.toml, under `[package.metadata.tairitsu]`: {fact}"),
            "write `package = \"namespace:name@1.0.0\"` there, words in lower case joined by `-`",
        );
    }
}

/// Reports every name that occurs twice. WIT ignores the case of letters when it compares names.
pub(super) fn check_collisions<'a>(cx: &Ctxt, names: impl Iterator<Item = (&'a Ident, &'a str)>, what: &str) {
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for (ident, name) in names {
        if let Some(first) = seen.insert(name.to_ascii_lowercase(), ident) {
            // rustc reports two equal identifiers.
            if first != ident {
                cx.error(
                    ident,
                    format!("{what} `{first}` and `{ident}` are both `{name}` in WIT"),
                    "rename one of them, or add `#[wit(rename = \"name\")]` to it",
                );
            }
        }
    }
}
