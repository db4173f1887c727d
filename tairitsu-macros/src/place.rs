//! Where a declaration stands: its crate, its file and its line. A section and a macro need a name that nothing else has.

use proc_macro2::Span;
use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The places so far, and how many declarations each of them has.
static PLACES: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// The place of the item at `span`, in the crate that is being compiled: `shop@1.2.0:src/lib.rs:12:1`.
///
/// A macro of the user's may declare several items at one place. Each of them but the first has a number at its end. The
/// compiler expands the attributes of a crate in one order, so that a second build gives the same names.
pub(crate) fn of(span: Span) -> String {
    let span = span.unwrap();
    let var = |name| env::var(name).unwrap_or_else(|_| "unknown".into());
    let (file, line, column) = (file_in_package(&span.file()), span.line(), span.column());
    let place = format!("{}@{}:{file}:{line}:{column}", var("CARGO_PKG_NAME"), var("CARGO_PKG_VERSION"));
    let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let count = places.get_or_insert_default().entry(place.clone()).or_default();
    *count += 1;
    match *count {
        1 => place,
        count => format!("{place}#{count}"),
    }
}

/// The file's path below the package. The compiler has paths below the workspace too, and whole ones. What is outside the package
/// differs between machines, so that only the file's name is left of it.
fn file_in_package(file: &str) -> String {
    let path = Path::new(file);
    let folder = |name| env::var_os(name).map(PathBuf::from);
    let package = folder("CARGO_MANIFEST_DIR").unwrap_or_default();
    // A part of the path may have the name of the package's folder by chance.
    let is_package = |folder: &&Path| {
        let below = path.strip_prefix(folder).unwrap_or(path);
        !folder.as_os_str().is_empty() && package.ends_with(folder) && package.join(below).exists()
    };
    let is_generated =
        folder("OUT_DIR").is_some_and(|out| path.starts_with(&out) || out.ends_with(path.parent().unwrap_or(path)));
    let below = path.ancestors().skip(1).find(is_package).filter(|_| !is_generated);
    let shown = match below.and_then(|folder| path.strip_prefix(folder).ok()) {
        Some(below) => below,
        None if path.is_relative() && !is_generated => path,
        None => path.file_name().map_or(path, Path::new),
    };
    shown.display().to_string().replace('\\', "/")
}

/// Whether an impl in the crate that is being compiled exports the interface.
///
/// The exports are symbols, and a linker exports every such symbol of every crate. So a crate that Cargo builds as nothing but
/// a Rust library has none: the crate that depends on it would export them too. The compiler's own arguments say what
/// the crate is built as.
pub(crate) fn exports() -> bool {
    are_exporting(env::args_os().filter_map(|argument| argument.into_string().ok()))
}

fn are_exporting(arguments: impl Iterator<Item = String>) -> bool {
    let (mut is_type, mut types) = (false, Vec::new());
    for argument in arguments {
        match argument.strip_prefix("--crate-type") {
            Some("") => is_type = true,
            Some(rest) => types.extend(rest.trim_start_matches('=').split(',').map(str::to_owned)),
            None if is_type => {
                types.extend(argument.split(',').map(str::to_owned));
                is_type = false;
            }
            None if argument == "--test" => return false,
            None => {}
        }
    }
    types.is_empty() || !types.iter().all(|ty| ty == "lib" || ty == "rlib")
}

#[cfg(test)]
mod tests {
    use super::are_exporting;

    #[test]
    fn what_a_crate_is_built_as() {
        for (arguments, expected) in [
            ("rustc --crate-name a src/lib.rs --crate-type cdylib --crate-type rlib --emit=link", true),
            ("rustc --crate-type lib src/lib.rs", false),
            ("rustc --crate-type rlib", false),
            ("rustc --crate-type=rlib,cdylib", true),
            ("rustc --crate-type=lib", false),
            ("rustc --crate-type bin", true),
            ("rustc --crate-type bin --test", false),
            ("rust-analyzer", true),
        ] {
            assert_eq!(are_exporting(arguments.split(' ').map(str::to_owned)), expected, "{arguments}");
        }
    }
}
