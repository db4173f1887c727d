//! The arrows between the rooms of the runtime, and between the modules of the macros. They are read from all paths
//! in the source, those of `use` and others.

use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// The rooms of `tairitsu/src/runtime`, from the top. A room uses only rooms below it.
const ROOMS: [&str; 12] =
    ["container", "ages", "dynamic", "call", "wasi", "image", "provide", "values", "store", "engine", "ledger", "base"];

/// For each module, the modules that it names. A module is its path below the root, such as `container::link` for
/// `container/link.rs`.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Collects the paths that a file names. Modules for tests are left out, because a unit test may use rooms above.
struct Paths<'a> {
    /// The path of the file's module.
    module: &'a [String],
    /// The root's own path in its crate: `["crate", "runtime"]`.
    root: &'a [&'a str],
    found: Vec<Vec<String>>,
}

impl Paths<'_> {
    /// Keeps a path that begins with `super` or with the root, as a path below the root.
    fn add(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|segment| *segment == "super").count();
        if supers > 0 && supers <= self.module.len() {
            let base = &self.module[..self.module.len() - supers];
            self.found.push(base.iter().chain(&path[supers..]).cloned().collect());
        } else if path.iter().zip(self.root).filter(|(a, b)| a == b).count() == self.root.len() {
            self.found.push(path[self.root.len()..].to_vec());
        }
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
            syn::UseTree::Name(name) => self.add(&[&before[..], &[name.ident.to_string()]].concat()),
            syn::UseTree::Rename(rename) => self.add(&[&before[..], &[rename.ident.to_string()]].concat()),
            syn::UseTree::Glob(_) => self.add(before),
        }
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = item.attrs.iter().any(|attr| attr.path().is_ident("cfg") && quoted(attr).contains("test"));
        if !is_test {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        syn::visit::visit_path(self, path);
    }
}

fn quoted(attr: &syn::Attribute) -> String {
    attr.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default()
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(self::files(&path)?),
            false => files.push(path),
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    Ok(files)
}

/// Reads the arrows between the files below `dir`. `root` is the path of `dir` in its crate.
fn arrows(dir: &Path, root: &[&str]) -> Result<Arrows> {
    let mut sources = BTreeMap::new();
    for file in files(dir)? {
        let below = file.strip_prefix(dir)?.with_extension("");
        let mut module: Vec<_> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if module.last().is_some_and(|last| matches!(&**last, "mod" | "lib")) {
            module.pop();
        }
        sources.insert(module, fs::read_to_string(&file)?);
    }
    let mut arrows = Arrows::new();
    for (module, source) in sources.iter().filter(|(module, _)| !module.is_empty()) {
        let mut paths = Paths { module, root, found: Vec::new() };
        paths.visit_file(&syn::parse_file(source)?);
        let named = paths.found.iter().filter_map(|path| {
            // The longest prefix of the path that is a file.
            (1..=path.len()).rev().map(|len| &path[..len]).find(|part| sources.contains_key(*part))
        });
        // A folder's `mod.rs` declares and re-exports what is in the folder.
        let others = named.filter(|named| *named != &module[..] && !named.starts_with(module));
        arrows.insert(module.join("::"), others.map(|named| named.join("::")).collect());
    }
    Ok(arrows)
}

/// Finds a way from a module back to itself.
fn circle(arrows: &Arrows) -> Option<Vec<&str>> {
    fn go<'a>(arrows: &'a Arrows, way: &mut Vec<&'a str>, done: &mut BTreeSet<&'a str>) -> Option<Vec<&'a str>> {
        let here = *way.last()?;
        for next in arrows.get(here).into_iter().flatten() {
            if let Some(at) = way.iter().position(|on| on == next) {
                return Some(way[at..].iter().copied().chain([next.as_str()]).collect());
            }
            if done.contains(&**next) {
                continue;
            }
            way.push(next);
            if let Some(circle) = go(arrows, way, done) {
                return Some(circle);
            }
            way.pop();
        }
        done.insert(here);
        None
    }

    let mut done = BTreeSet::new();
    arrows.keys().find_map(|start| go(arrows, &mut vec![start], &mut done))
}

fn source_of(krate: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(krate).join("src")
}

#[test]
fn arrows_between_rooms_run_down() -> Result<()> {
    let arrows = arrows(&source_of("tairitsu").join("runtime"), &["crate", "runtime"])?;
    let room = |module: &str| {
        let name = module.split("::").next().unwrap_or_default();
        ROOMS.iter().position(|room| *room == name).with_context(|| format!("`{module}` is in no room"))
    };
    let mut upward = Vec::new();
    for (from, named) in &arrows {
        for to in named {
            if room(from)? > room(to)? {
                upward.push(format!("`{from}` uses `{to}`, which is above it"));
            }
        }
    }
    assert!(upward.is_empty(), "expected arrows that run down, found:\n{}", upward.join("\n"));
    assert_eq!(circle(&arrows), None, "expected no circle of files");
    Ok(())
}

#[test]
fn the_macros_have_no_circle() -> Result<()> {
    let arrows = arrows(&source_of("tairitsu-macros"), &["crate"])?;
    assert_eq!(circle(&arrows), None, "expected no circle of modules");
    Ok(())
}

/// The reader finds arrows that are known to exist, and a circle that is made up.
#[test]
fn arrows_are_found() -> Result<()> {
    let arrows = arrows(&source_of("tairitsu").join("runtime"), &["crate", "runtime"])?;
    for (from, to) in [("container::link", "container::container"), ("values::memory", "store::state")] {
        assert!(arrows.get(from).is_some_and(|named| named.contains(to)), "{from} -> {to}: {:?}", arrows.get(from));
    }
    let ring = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")];
    let ring: Arrows = ring.map(|(from, to)| (from.to_string(), [to.to_string()].into())).into();
    assert_eq!(circle(&ring), Some(vec!["a", "b", "c", "a"]));
    Ok(())
}
