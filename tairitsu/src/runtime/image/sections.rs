//! The `component-type` sections of a core module. Each of them declares interfaces, and says in its name who wrote it.

use super::names::{check_lengths, definition_of};
use super::wit_text::{found_definition, function_text};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use wasmparser::Payload;
use wit_parser::{
    Function, Handle, Interface, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey, decoding,
};

/// What the names of the sections begin with that are of a `#[tairitsu::guest]` impl. The crate and the place of the impl follow.
const EXPORT: &str = "component-type:tairitsu:export:";
/// The same for a trait whose functions a guest imports.
const IMPORT: &str = "component-type:tairitsu:import:";

pub(super) struct Section<'a> {
    name: &'a str,
    pub(super) data: &'a [u8],
}

impl<'a> Section<'a> {
    /// All sections of a core module.
    pub(super) fn all(wasm: &'a [u8]) -> wasmparser::Result<Vec<Self>> {
        let mut sections = Vec::new();
        for payload in wasmparser::Parser::new(0).parse_all(wasm) {
            if let Payload::CustomSection(section) = payload?
                && section.name().starts_with("component-type")
            {
                sections.push(Self { name: section.name(), data: section.data() });
            }
        }
        Ok(sections)
    }

    /// The crate of the impl that the section describes: `shop@1.2.0`. `None` for a section that describes no impl of ours.
    pub(super) fn exporting_crate(&self) -> Option<&'a str> {
        exporting_crate(self.name)
    }

    /// The ids of the interfaces that the section's world exports.
    pub(super) fn exported(&self) -> Result<Vec<String>, String> {
        let (resolve, world) = self.decode()?;
        Ok(resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect())
    }

    fn decode(&self) -> Result<(Resolve, WorldId), String> {
        decoding::decode_world(self.data).map_err(|error| format!("{error:#}"))
    }

    /// Who wrote the section: a crate and a place in it, or the section's own name.
    fn author(&self) -> &'a str {
        [EXPORT, IMPORT].iter().find_map(|prefix| self.name.strip_prefix(prefix)).unwrap_or(self.name)
    }
}

/// The crate that a section's name says.
pub(super) fn exporting_crate(section_name: &str) -> Option<&str> {
    section_name.strip_prefix(EXPORT)?.split(':').next()
}

/// Refuses two sections that declare one interface, and differ in a type or function that both have. The tools would take one
/// of the declarations for both.
///
/// Types are compared part by part, and no pair of them twice. Their texts may be much longer than the sections.
pub(super) fn check_declarations(sections: &[Section<'_>]) -> Result<(), String> {
    if sections.len() < 2 {
        return Ok(());
    }
    let decoded = sections.iter().map(Section::decode).collect::<Result<Vec<_>, _>>()?;
    decoded.iter().try_for_each(|(resolve, _)| check_lengths(resolve))?;
    // Of each interface, the first section that declares a type or function.
    let mut first: HashMap<String, HashMap<&str, (usize, Declaration<'_>)>> = HashMap::new();
    for (index, (resolve, world)) in decoded.iter().enumerate() {
        let world = &resolve.worlds[*world];
        let mut same = HashSet::new();
        for (key, item) in world.imports.iter().chain(&world.exports) {
            // A name that is no id is the world's own.
            let (WorldKey::Interface(_), WorldItem::Interface { id, .. }) = (key, item) else { continue };
            let interface = resolve.name_world_key(key);
            let first = first.entry(interface.clone()).or_default();
            for (name, declaration) in declarations(&resolve.interfaces[*id]) {
                let (author, known) = match first.entry(name) {
                    Entry::Vacant(place) => {
                        place.insert((index, declaration));
                        continue;
                    }
                    Entry::Occupied(known) => *known.get(),
                };
                let mut comparison = Comparison { resolves: (&decoded[author].0, resolve), author, same: &mut same };
                if !comparison.declarations(known, declaration) {
                    return Err(format!(
                        "expected one declaration of `{interface}`, found two that differ in `{name}`: `{}` in {}, and `{}` in {}",
                        known.text(&decoded[author].0),
                        sections[author].author(),
                        declaration.text(resolve),
                        sections[index].author(),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// A type or a function of an interface.
#[derive(Clone, Copy)]
enum Declaration<'r> {
    Type(TypeId),
    Function(&'r Function),
}

impl Declaration<'_> {
    fn text(self, resolve: &Resolve) -> String {
        match self {
            Declaration::Type(id) => found_definition(resolve, &Type::Id(id)),
            Declaration::Function(function) => function_text(resolve, function),
        }
    }
}

fn declarations(interface: &Interface) -> impl Iterator<Item = (&str, Declaration<'_>)> {
    let types = interface.types.iter().map(|(name, id)| (name.as_str(), Declaration::Type(*id)));
    types.chain(interface.functions.iter().map(|(name, function)| (name.as_str(), Declaration::Function(function))))
}

/// Compares what two sections declare.
struct Comparison<'c, 'r> {
    resolves: (&'r Resolve, &'r Resolve),
    /// The first of the two sections.
    author: usize,
    /// The pairs of types that are the same, with the first section of each.
    same: &'c mut HashSet<(usize, TypeId, TypeId)>,
}

impl Comparison<'_, '_> {
    fn declarations(&mut self, one: Declaration<'_>, other: Declaration<'_>) -> bool {
        match (one, other) {
            (Declaration::Type(one), Declaration::Type(other)) => self.definitions(one, other),
            (Declaration::Function(one), Declaration::Function(other)) => {
                one.kind.is_async() == other.kind.is_async()
                    && self.all(&one.params, &other.params, |this, one, other| {
                        one.name == other.name && this.types(&one.ty, &other.ty)
                    })
                    && self.payloads(one.result.as_ref(), other.result.as_ref())
            }
            _ => false,
        }
    }

    /// Compares two types as a signature names them. A named type is compared where it is declared.
    fn types(&mut self, one: &Type, other: &Type) -> bool {
        match (one, other) {
            (Type::Id(one), Type::Id(other)) => {
                match (&self.resolves.0.types[*one].name, &self.resolves.1.types[*other].name) {
                    (None, None) => self.definitions(*one, *other),
                    _ => self.is_same_name(*one, *other),
                }
            }
            (one, other) => one == other,
        }
    }

    /// Whether two named types have one name, and are of one interface.
    fn is_same_name(&self, one: TypeId, other: TypeId) -> bool {
        let of = |resolve: &Resolve, id: TypeId| {
            let id = definition_of(resolve, id);
            let owner = match resolve.types[id].owner {
                TypeOwner::Interface(interface) => resolve.id_of(interface),
                _ => None,
            };
            (resolve.types[id].name.clone(), owner)
        };
        self.resolves.0.types[one].name == self.resolves.1.types[other].name
            && of(self.resolves.0, one) == of(self.resolves.1, other)
    }

    fn payloads(&mut self, one: Option<&Type>, other: Option<&Type>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => self.types(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    fn all<T>(&mut self, one: &[T], other: &[T], same: impl Fn(&mut Self, &T, &T) -> bool) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(self, one, other))
    }

    fn definitions(&mut self, one: TypeId, other: TypeId) -> bool {
        let pair = (self.author, one, other);
        if self.same.contains(&pair) {
            return true;
        }
        let (first, second) = self.resolves;
        let is_same = match (&first.types[one].kind, &second.types[other].kind) {
            (TypeDefKind::Record(one), TypeDefKind::Record(other)) => {
                self.all(&one.fields, &other.fields, |this, a, b| a.name == b.name && this.types(&a.ty, &b.ty))
            }
            (TypeDefKind::Variant(one), TypeDefKind::Variant(other)) => {
                self.all(&one.cases, &other.cases, |this, a, b| {
                    a.name == b.name && this.payloads(a.ty.as_ref(), b.ty.as_ref())
                })
            }
            (TypeDefKind::Enum(one), TypeDefKind::Enum(other)) => {
                self.all(&one.cases, &other.cases, |_, a, b| a.name == b.name)
            }
            (TypeDefKind::Flags(one), TypeDefKind::Flags(other)) => {
                self.all(&one.flags, &other.flags, |_, a, b| a.name == b.name)
            }
            (TypeDefKind::Tuple(one), TypeDefKind::Tuple(other)) => {
                self.all(&one.types, &other.types, |this, a, b| this.types(a, b))
            }
            (TypeDefKind::List(one), TypeDefKind::List(other))
            | (TypeDefKind::Option(one), TypeDefKind::Option(other)) => self.types(one, other),
            (TypeDefKind::FixedLengthList(one, length), TypeDefKind::FixedLengthList(other, other_length)) => {
                length == other_length && self.types(one, other)
            }
            (TypeDefKind::Map(key, value), TypeDefKind::Map(other_key, other_value)) => {
                self.types(key, other_key) && self.types(value, other_value)
            }
            (TypeDefKind::Result(one), TypeDefKind::Result(other)) => {
                self.payloads(one.ok.as_ref(), other.ok.as_ref()) && self.payloads(one.err.as_ref(), other.err.as_ref())
            }
            (TypeDefKind::Future(one), TypeDefKind::Future(other))
            | (TypeDefKind::Stream(one), TypeDefKind::Stream(other)) => self.payloads(one.as_ref(), other.as_ref()),
            (TypeDefKind::Handle(Handle::Own(one)), TypeDefKind::Handle(Handle::Own(other)))
            | (TypeDefKind::Handle(Handle::Borrow(one)), TypeDefKind::Handle(Handle::Borrow(other))) => {
                self.is_same_name(*one, *other)
            }
            (TypeDefKind::Type(one), TypeDefKind::Type(other)) => self.types(one, other),
            (TypeDefKind::Resource, TypeDefKind::Resource) => true,
            _ => false,
        };
        if is_same {
            self.same.insert(pair);
        }
        is_same
    }
}
