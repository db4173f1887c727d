//! What the Cargo.toml of the crate that is compiled says: the name that `tairitsu` has there, and the package of its
//! interfaces.
//!
//! A compiler compiles one crate, and rust-analyzer expands the macros of many crates in one process. So a manifest is read
//! once, and read again if the file has changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;
use toml::de::{DeTable, DeValue};

/// What the macros read of one manifest.
#[derive(Clone, Default)]
pub(crate) struct Manifest {
    /// The name of the dependency on `tairitsu`, as Rust writes it. `None` if the name is `tairitsu`, or if no dependency is
    /// that crate.
    pub(crate) renamed: Option<String>,
    /// `package` under `[package.metadata.tairitsu]`. The error is the text of a value that is no string.
    pub(crate) package: Option<Result<String, String>>,
    /// The file, if it is one. Generated code names it, so that a change compiles the crate again.
    pub(crate) file: Option<String>,
}

/// Manifests by their files, and when each was written.
type Manifests = HashMap<PathBuf, (Option<SystemTime>, Manifest)>;

/// The manifests that this process has read.
static READ: LazyLock<Mutex<Manifests>> = LazyLock::new(Mutex::default);

/// The manifest of the crate that is compiled. Another build tool than Cargo has none.
pub(crate) fn manifest() -> Manifest {
    let Some(folder) = std::env::var_os("CARGO_MANIFEST_DIR") else { return Manifest::default() };
    let file = PathBuf::from(folder).join("Cargo.toml");
    let written = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let mut all = READ.lock().unwrap_or_else(PoisonError::into_inner);
    match all.get(&file) {
        Some((then, manifest)) if *then == written => manifest.clone(),
        _ => {
            let manifest = read(&file);
            all.insert(file, (written, manifest.clone()));
            manifest
        }
    }
}

fn read(file: &Path) -> Manifest {
    let Ok(text) = std::fs::read_to_string(file) else { return Manifest::default() };
    // Cargo has parsed the file before.
    let Ok(table) = DeTable::parse(&text) else { return Manifest::default() };
    let workspace = || workspace(file, table.get_ref());
    Manifest {
        renamed: renamed(table.get_ref(), workspace),
        package: path(table.get_ref(), &["package", "metadata", "tairitsu", "package"]).map(|package| match package {
            DeValue::String(package) => Ok(package.to_string()),
            other => Err(other.type_str().into()),
        }),
        file: file.to_str().map(String::from),
    }
}

/// The crate's name on crates.io.
const CRATE: &str = "tairitsu";

/// The name of the dependency on `tairitsu`. `workspace` gives the text of the workspace's manifest.
fn renamed(table: &DeTable<'_>, workspace: impl FnOnce() -> Option<String>) -> Option<String> {
    let mut names = Vec::new();
    let mut inherited = Vec::new();
    for dependencies in dependency_tables(table) {
        for (name, dependency) in dependencies {
            let name = name.get_ref().as_ref();
            match dependency.get_ref() {
                DeValue::Table(dependency) if get(dependency, "workspace").is_some() => inherited.push(name),
                DeValue::Table(dependency) if is_tairitsu(name, dependency) => names.push(name),
                DeValue::String(_) if name == CRATE => names.push(name),
                _ => {}
            }
        }
    }
    // A crate may have both names. Then `::tairitsu` is there, as without this search.
    if names.contains(&CRATE) {
        return None;
    }
    if names.is_empty() && !inherited.is_empty() {
        let text = workspace()?;
        let table = DeTable::parse(&text).ok()?;
        let dependencies = path(table.get_ref(), &["workspace", "dependencies"])?.as_table()?;
        names = inherited;
        names.retain(|name| match get(dependencies, name) {
            Some(DeValue::Table(dependency)) => is_tairitsu(name, dependency),
            _ => *name == CRATE,
        });
        if names.contains(&CRATE) {
            return None;
        }
    }
    names.first().map(|name| name.replace('-', "_"))
}

fn is_tairitsu(name: &str, dependency: &DeTable<'_>) -> bool {
    match get(dependency, "package") {
        Some(DeValue::String(package)) => package == CRATE,
        _ => name == CRATE,
    }
}

/// The tables of dependencies that the code of the crate and of its tests can name.
fn dependency_tables<'a, 'i>(table: &'a DeTable<'i>) -> Vec<&'a DeTable<'i>> {
    let mut tables = vec![table];
    if let Some(DeValue::Table(targets)) = get(table, "target") {
        tables.extend(targets.values().filter_map(|target| target.get_ref().as_table()));
    }
    let of = |name| tables.iter().filter_map(move |table| get(table, name)?.as_table());
    of("dependencies").chain(of("dev-dependencies")).collect()
}

/// The text of the manifest of the workspace that the crate belongs to.
fn workspace(file: &Path, table: &DeTable<'_>) -> Option<String> {
    let folder = file.parent()?;
    if let Some(DeValue::String(root)) = path(table, &["package", "workspace"]) {
        return std::fs::read_to_string(folder.join(root.as_ref()).join("Cargo.toml")).ok();
    }
    folder.ancestors().find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
        let is_root = get(DeTable::parse(&text).ok()?.get_ref(), "workspace").is_some();
        is_root.then_some(text)
    })
}

fn get<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeValue<'i>> {
    table.get(key).map(|value| value.get_ref())
}

fn path<'a, 'i>(table: &'a DeTable<'i>, keys: &[&str]) -> Option<&'a DeValue<'i>> {
    let (last, tables) = keys.split_last()?;
    let mut table = table;
    for key in tables {
        table = get(table, key)?.as_table()?;
    }
    get(table, last)
}

#[cfg(test)]
mod tests {
    use super::renamed;
    use toml::de::DeTable;

    fn name(manifest: &str, workspace: &str) -> Option<String> {
        renamed(DeTable::parse(manifest).unwrap().get_ref(), || Some(workspace.into()))
    }

    #[test]
    fn finds_the_name() {
        for (manifest, expected) in [
            ("", None),
            ("[dependencies]\ntairitsu = '1'", None),
            ("[dependencies]\nother = { package = 'else' }", None),
            ("[dependencies]\nfoo-bar = { package = 'tairitsu', version = '1' }", Some("foo_bar")),
            ("[dependencies.foo]\npackage = 'tairitsu'", Some("foo")),
            ("[dev-dependencies]\nfoo = { package = 'tairitsu' }", Some("foo")),
            ("[target.'cfg(unix)'.dependencies]\nfoo = { package = 'tairitsu' }", Some("foo")),
            ("[target.wasm32-wasip1.dev-dependencies]\nfoo = { package = 'tairitsu' }", Some("foo")),
            ("[dependencies]\nfoo = { package = 'tairitsu' }\n[dev-dependencies]\ntairitsu = '1'", None),
            ("[build-dependencies]\nfoo = { package = 'tairitsu' }", None),
            ("[dependencies]\ntairitsu = { package = 'else' }\nfoo = { package = 'tairitsu' }", Some("foo")),
            ("[dependencies]\nfoo.workspace = true", Some("foo")),
            ("[dependencies]\nfoo = { workspace = true, features = ['x'] }\nother.workspace = true", Some("foo")),
            ("[dependencies]\ntairitsu.workspace = true\nfoo.workspace = true", None),
            ("[dependencies]\nother.workspace = true", None),
        ] {
            let workspace = "[workspace.dependencies]\nfoo = { package = 'tairitsu' }\ntairitsu = '1'\nother = '2'";
            assert_eq!(name(manifest, workspace).as_deref(), expected, "{manifest}");
        }
    }
}
