//! The WIT names of the items in the model: each item's name, an interface's id, and names that collide.

use crate::attr::Args;
use crate::diag::Ctxt;
use crate::wit_name;
use std::collections::HashMap;
use syn::{Ident, LitStr};

/// The WIT name of an item: the name that `rename` gives, or the identifier in kebab case.
pub(super) fn name_of(cx: &Ctxt, rename: Option<&LitStr>, ident: &Ident) -> String {
    if let Some(rename) = rename {
        return rename.value();
    }
    let name = wit_name::kebab(&ident.to_string());
    if let Err(why) = wit_name::check(&name) {
        cx.error(
            ident,
            format!("`{ident}` has no WIT name: as `{name}`, {why}"),
            "rename it, or add `#[wit(rename = \"name\")]`",
        );
    }
    name
}

/// The id of an interface: `namespace:package/interface@version`. Without a `package` argument, the package has the
/// name and the version of the crate that is being compiled.
pub(super) fn interface_id(args: &Args, ident: &Ident) -> String {
    let package = match &args.package {
        Some(package) => package.value(),
        None => {
            // Cargo sets both variables. Another build tool may set neither.
            let name = std::env::var("CARGO_PKG_NAME").unwrap_or_else(|_| "local".into());
            let name = wit_name::kebab(&name.replace('-', "_"));
            match std::env::var("CARGO_PKG_VERSION") {
                Ok(version) => format!("component:{name}@{version}"),
                Err(_) => format!("component:{name}"),
            }
        }
    };
    let name = match &args.rename {
        Some(rename) => rename.value(),
        None => wit_name::kebab(&ident.to_string()),
    };
    match package.split_once('@') {
        Some((package, version)) => format!("{package}/{name}@{version}"),
        None => format!("{package}/{name}"),
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
