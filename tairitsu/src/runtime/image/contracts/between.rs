//! The comparison of two contracts: their worlds, or their packages.

use super::changes::{ChangeKind, Changes};
use super::comparison::Comparison;
use super::contract::{Contract, Loaded};
use crate::runtime::base::load_error::Error;
use semver::Version;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tairitsu_guest::schema::{InterfaceId as Name, Role};
use wit_parser::{Interface, InterfaceId, PackageId, Stability, TypeDefKind, World, WorldItem};

/// Compares two contracts, and returns every difference with its verdict by semver. Links and runs nothing.
///
/// Each side is an image or a WIT text, as a `&Image`, a `&str` or a `&String`. The [module](crate::compatibility) has
/// the rules.
///
/// ```
/// use tairitsu::compatibility::{Verdict, between};
///
/// # fn main() -> Result<(), tairitsu::Error> {
/// let old = "
///     package acme:hello@1.0.0;
///     interface greeter {
///         record person { name: string, age: u32 }
///         greet: func(person: person) -> string;
///     }
///     world guest { export greeter; }
/// ";
/// let new = old.replace("age: u32", "age: u64");
/// let changes = between(old, &new)?;
/// assert_eq!(changes.verdict, Verdict::Major);
/// assert_eq!(changes.differences[0].path, "acme:hello/greeter@1.0.0#greet(person).age");
/// assert_eq!(
///     changes.to_string(),
///     "major
///   major: expected `u32`, found `u64` at export `acme:hello/greeter@1.0.0#greet(person).age`
///   version: expected `acme:hello@2.0.0` or higher, found `acme:hello@1.0.0` after `1.0.0`: a change in it is major"
/// );
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// - [`Error::Contracts`] if a text is no WIT, or is longer than 1 MiB.
/// - [`Error::Contracts`] if types are more than 100 deep inside each other, or a contract is too large to compare.
/// - [`Error::Contracts`] if the worlds of the two cannot be paired.
/// - [`Error::NotWit`] if an image from the cache cannot be decoded.
pub fn between<'o, 'n>(old: impl Into<Contract<'o>>, new: impl Into<Contract<'n>>) -> Result<Changes, Error> {
    let (old, new) = (Loaded::new(old.into(), "old")?, Loaded::new(new.into(), "new")?);
    let mut comparison = Comparison::new(&old, &new);
    match (old.worlds.len(), new.worlds.len()) {
        (0, 0) => comparison.packages()?,
        (1, 1) => {
            for (old, new) in old.worlds().zip(new.worlds()) {
                comparison.world(old, new)?;
            }
        }
        (0, _) | (_, 0) => {
            let (with, without) = if old.worlds.is_empty() { ("new", "old") } else { ("old", "new") };
            let message = format!(
                "expected two worlds, or two packages without one, found a world in the {with} one and none in the \
                 {without} one"
            );
            return Err(Error::Contracts { message });
        }
        _ if old.is_image || new.is_image => {
            let message = "expected a text with one world to compare with an image, found several worlds".into();
            return Err(Error::Contracts { message });
        }
        _ => comparison.worlds()?,
    }
    Ok(comparison.finish())
}

/// What a world imports, or what it exports.
#[derive(Default)]
struct Items<'a> {
    /// The interfaces by their ids, or by the names that the world gives them.
    interfaces: BTreeMap<String, InterfaceId>,
    /// Functions outside any interface.
    functions: BTreeMap<&'a str, &'a wit_parser::Function>,
    /// Resources outside any interface.
    resources: BTreeSet<&'a str>,
}

impl<'a> Items<'a> {
    fn of(contract: &'a Loaded<'_>, world: &'a World, role: Role) -> Self {
        let resolve = &contract.resolve;
        let mut found = Self::default();
        let items = if role == Role::Import { &world.imports } else { &world.exports };
        for (key, item) in items {
            match item {
                // Nobody has to provide an interface that has only types.
                WorldItem::Interface { id, .. } if role == Role::Export || is_item(contract, *id) => {
                    found.interfaces.insert(resolve.name_world_key(key), *id);
                }
                WorldItem::Function(function) => {
                    found.functions.insert(&function.name, function);
                }
                WorldItem::Type { id, .. } if resolve.types[*id].kind == TypeDefKind::Resource => {
                    found.resources.extend(resolve.types[*id].name.as_deref());
                }
                WorldItem::Interface { .. } | WorldItem::Type { .. } => {}
            }
        }
        found
    }
}

/// Whether an interface has more than types.
fn is_item(contract: &Loaded<'_>, id: InterfaceId) -> bool {
    let Interface { functions, types, .. } = &contract.resolve.interfaces[id];
    !functions.is_empty() || types.values().any(|id| contract.resolve.types[*id].kind == TypeDefKind::Resource)
}

impl<'a> Comparison<'a> {
    /// Compares the worlds of two texts by their names.
    fn worlds(&mut self) -> Result<(), Error> {
        let (old, new) = (self.old, self.new);
        let by_name = |contract: &'a Loaded<'a>| -> BTreeMap<_, _> {
            contract.worlds().map(|world| (world.name.as_str(), world)).collect()
        };
        let (before, after) = (by_name(old), by_name(new));
        for (name, world) in &before {
            match after.get(name) {
                Some(found) => self.world(world, found)?,
                None => self.lone_item(&format!("world {name}"), "world", ChangeKind::Removed),
            }
        }
        for name in after.keys().filter(|name| !before.contains_key(*name)) {
            self.lone_item(&format!("world {name}"), "world", ChangeKind::Added);
        }
        Ok(())
    }

    fn world(&mut self, old: &World, new: &World) -> Result<(), Error> {
        if !(self.old.is_image || self.new.is_image) {
            self.of_packages(|of| {
                of.at(format_args!("world {}", old.name), |at| {
                    at.docs((&old.docs, &old.stability), (&new.docs, &new.stability));
                });
            });
        }
        let (before, after) = (self.old, self.new);
        for role in [Role::Export, Role::Import] {
            self.role = Some(role);
            let (old, new) = (Items::of(before, old, role), Items::of(after, new, role));
            self.interfaces(&old.interfaces, &new.interfaces)?;
            self.of_packages(|of| {
                for name in old.resources.symmetric_difference(&new.resources) {
                    let kind = if old.resources.contains(name) { ChangeKind::Removed } else { ChangeKind::Added };
                    of.at(name, |at| at.lone("resource", kind));
                }
                for (name, function) in &old.functions {
                    of.at(name, |at| match new.functions.get(name) {
                        Some(found) => at.function(function, found),
                        None => {
                            at.lone_function(Some(function), None);
                            Ok(())
                        }
                    })?;
                }
                for (name, function) in new.functions.iter().filter(|(name, _)| !old.functions.contains_key(*name)) {
                    of.at(name, |at| at.lone_function(None, Some(function)));
                }
                Ok(())
            })?;
            self.role = None;
        }
        Ok(())
    }

    /// Compares the interfaces of two packages without a world.
    fn packages(&mut self) -> Result<(), Error> {
        let (old, new) = (self.old, self.new);
        let package = |contract: &'a Loaded<'a>| contract.package.map(|id| &contract.resolve.packages[id]);
        let (Some(before), Some(after)) = (package(old), package(new)) else { return Ok(()) };
        self.of_packages(|of| {
            of.at(&before.name, |at| {
                at.docs((&before.docs, &Stability::Unknown), (&after.docs, &Stability::Unknown));
            });
        });
        let ids = |contract: &'a Loaded<'a>, interfaces: &mut dyn Iterator<Item = &'a InterfaceId>| -> BTreeMap<_, _> {
            interfaces.filter_map(|id| Some((contract.resolve.id_of(*id)?, *id))).collect()
        };
        let (before, after) = (ids(old, &mut before.interfaces.values()), ids(new, &mut after.interfaces.values()));
        // An interface of types only is its types.
        let items = |contract, ids: &BTreeMap<String, InterfaceId>| -> BTreeMap<_, _> {
            ids.iter().filter(|(_, id)| is_item(contract, **id)).map(|(name, id)| (name.clone(), *id)).collect()
        };
        self.interfaces(&items(old, &before), &items(new, &after))?;
        let used = |contract: &'a Loaded<'a>, ids: &BTreeMap<_, InterfaceId>| {
            contract.used(ids.values().flat_map(|id| contract.resolve.interfaces[*id].functions.values()))
        };
        let used = (used(old, &before), used(new, &after));
        let pairs = Pairs::of(&before, &after, None);
        self.of_packages(|of| {
            for (id, found) in &pairs.both {
                let (old, new) = (before[*id], after[*found]);
                of.at(id, |at| {
                    if !is_item(at.old, old) || !is_item(at.new, new) {
                        let (old, new) = (&at.old.resolve.interfaces[old], &at.new.resolve.interfaces[new]);
                        at.docs((&old.docs, &old.stability), (&new.docs, &new.stability));
                    }
                    at.types(Some(old), Some(new), (&used.0, &used.1))
                })?;
            }
            for id in &pairs.old {
                of.at(id, |at| at.types(Some(before[*id]), None, (&used.0, &used.1)))?;
            }
            for id in &pairs.new {
                of.at(id, |at| at.types(None, Some(after[*id]), (&used.0, &used.1)))?;
            }
            Ok(())
        })
    }

    fn interfaces(
        &mut self,
        old: &BTreeMap<String, InterfaceId>,
        new: &BTreeMap<String, InterfaceId>,
    ) -> Result<(), Error> {
        let pairs = Pairs::of(old, new, self.role);
        for (id, found) in pairs.both {
            self.at(id, |at| at.interface(old[id], new[found]))?;
        }
        for id in pairs.old {
            self.lone_item(id, "interface", ChangeKind::Removed);
        }
        for id in pairs.new {
            self.lone_item(id, "interface", ChangeKind::Added);
        }
        Ok(())
    }

    /// Adds a world or an interface that one side has.
    fn lone_item(&mut self, path: &str, what: &str, kind: ChangeKind) {
        self.of_packages(|of| of.at(path, |at| at.lone(what, kind)));
    }

    /// Goes on with what belongs to the packages of the two texts.
    fn of_packages<R>(&mut self, look: impl FnOnce(&mut Self) -> R) -> R {
        let package = |contract: &Loaded<'_>| -> Option<PackageId> { contract.package.filter(|_| !contract.is_image) };
        self.of(package(self.old), package(self.new), look)
    }
}

/// The interfaces of two sides that are compared with each other, and those that only one side has.
struct Pairs<'a> {
    both: Vec<(&'a str, &'a str)>,
    old: Vec<&'a str>,
    new: Vec<&'a str>,
}

impl<'a> Pairs<'a> {
    /// Finds for each interface that somebody relies on the interface that serves it: the one of the same id, or else the
    /// highest version that is compatible. Hosts rely on the old exports, and the new imports rely on what hosts have.
    fn of(old: &'a BTreeMap<String, InterfaceId>, new: &'a BTreeMap<String, InterfaceId>, role: Option<Role>) -> Self {
        let is_import = role == Some(Role::Import);
        let (wanted, served) = if is_import { (new, old) } else { (old, new) };
        // The highest version of each track. A version without a track serves only itself.
        let mut highest: HashMap<(&str, &str), (Option<Version>, &str)> = HashMap::new();
        let track = |id: &'a str| Some((Name::parse(id)?.name_without_version(), Name::parse(id)?.track()?));
        for id in served.keys() {
            let version = Name::parse(id).and_then(|id| Version::parse(id.version?).ok());
            if let Some(track) = track(id) {
                let highest = highest.entry(track).or_insert((None, id));
                if highest.0 <= version {
                    *highest = (version, id);
                }
            }
        }
        let (mut both, mut lone, mut found) = (Vec::new(), Vec::new(), BTreeSet::new());
        for id in wanted.keys() {
            let same = served.get_key_value(id).map(|(id, _)| &**id);
            match same.or_else(|| Some(highest.get(&track(id)?)?.1)) {
                Some(served) => {
                    found.insert(served);
                    both.push((&**id, served));
                }
                None => lone.push(&**id),
            }
        }
        let rest = served.keys().map(|id| &**id).filter(|id| !found.contains(id)).collect();
        match is_import {
            false => Self { both, old: lone, new: rest },
            true => Self { both: both.into_iter().map(|(new, old)| (old, new)).collect(), old: rest, new: lone },
        }
    }
}
