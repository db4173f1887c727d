//! Types of two contracts, compared by their structure, as a component compares them.

use super::super::mark::{Mark, mark};
use super::super::names::definition_of;
use super::super::wit_text::{found_definition, type_text};
use super::changes::{ChangeKind, Verdict};
use super::comparison::Comparison;
use super::contract::Loaded;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::track::same_track;
use std::collections::HashMap;
use wit_parser::{Docs, Handle, PackageId, Resolve, Stability, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

/// A field of a record, a case of a variant or of an enum, or a flag.
struct Part<'a> {
    name: &'a str,
    ty: Option<&'a Type>,
    docs: &'a Docs,
}

impl Comparison<'_> {
    /// Compares two types that values at this place have.
    pub(super) fn ty(&mut self, old: &Type, new: &Type) -> Result<(), Error> {
        self.look(1)?;
        match (self.old.definition(old), self.new.definition(new)) {
            (Type::Id(old), Type::Id(new)) if self.seen.insert((old, new)) => self.defined(old, new)?,
            (Type::Id(_), Type::Id(_)) => {}
            (before, after) if before == after => {}
            _ => self.changed(old, new),
        }
        Ok(())
    }

    fn defined(&mut self, old_id: TypeId, new_id: TypeId) -> Result<(), Error> {
        let (old, new) = (&self.old.resolve.types[old_id], &self.new.resolve.types[new_id]);
        match (&old.kind, &new.kind) {
            (TypeDefKind::List(old), TypeDefKind::List(new)) => self.at("[]", |at| at.ty(old, new))?,
            (TypeDefKind::FixedLengthList(old, len), TypeDefKind::FixedLengthList(new, found)) if len == found => {
                self.at("[]", |at| at.ty(old, new))?;
            }
            (TypeDefKind::Map(old, old_value), TypeDefKind::Map(new, new_value)) => {
                self.at(".key", |at| at.ty(old, new))?;
                self.at("[]", |at| at.ty(old_value, new_value))?;
            }
            (TypeDefKind::Option(old), TypeDefKind::Option(new)) => self.at(".some", |at| at.ty(old, new))?,
            (TypeDefKind::Result(old), TypeDefKind::Result(new)) => {
                self.at(".ok", |at| at.payload(old.ok.as_ref(), new.ok.as_ref()))?;
                self.at(".err", |at| at.payload(old.err.as_ref(), new.err.as_ref()))?;
            }
            (TypeDefKind::Future(old), TypeDefKind::Future(new)) => {
                self.at(".value", |at| at.payload(old.as_ref(), new.as_ref()))?;
            }
            (TypeDefKind::Stream(old), TypeDefKind::Stream(new)) => {
                self.at("[]", |at| at.payload(old.as_ref(), new.as_ref()))?;
            }
            (TypeDefKind::Tuple(old), TypeDefKind::Tuple(new)) if old.types.len() == new.types.len() => {
                for (i, (old, new)) in old.types.iter().zip(&new.types).enumerate() {
                    self.at(format_args!(".{i}"), |at| at.ty(old, new))?;
                }
            }
            (TypeDefKind::Handle(old), TypeDefKind::Handle(new)) => self.handle(*old, *new),
            (TypeDefKind::Record(_), TypeDefKind::Record(_))
            | (TypeDefKind::Variant(_), TypeDefKind::Variant(_))
            | (TypeDefKind::Enum(_), TypeDefKind::Enum(_))
            | (TypeDefKind::Flags(_), TypeDefKind::Flags(_)) => self.named(old_id, new_id)?,
            // Handles only lead here.
            (TypeDefKind::Resource, TypeDefKind::Resource) => {}
            _ => self.changed(&Type::Id(old_id), &Type::Id(new_id)),
        }
        Ok(())
    }

    fn payload(&mut self, old: Option<&Type>, new: Option<&Type>) -> Result<(), Error> {
        match (old, new) {
            (Some(old), Some(new)) => return self.ty(old, new),
            (None, None) => {}
            _ => {
                let text = |contract: &Loaded<'_>, ty: Option<&Type>| {
                    Some(ty.map_or_else(|| "_".into(), |ty| type_text(&contract.resolve, ty)))
                };
                let (before, after) = (self.old, self.new);
                self.add(Verdict::Major, ChangeKind::Changed, || text(before, old), || text(after, new));
            }
        }
        Ok(())
    }

    fn handle(&mut self, old: Handle, new: Handle) {
        let is_same = match (old, new) {
            (Handle::Own(old), Handle::Own(new)) | (Handle::Borrow(old), Handle::Borrow(new)) => {
                let (old_name, old_home) = resource(self.old, old);
                let (new_name, new_home) = resource(self.new, new);
                let is_home = match (&old_home, &new_home) {
                    (Some(old), Some(new)) => same_track(old, new),
                    (old, new) => old == new,
                };
                old_name == new_name && is_home
            }
            _ => false,
        };
        if !is_same {
            let (before, after) = (self.old, self.new);
            let text = |contract, handle| {
                let (id, borrow) = match handle {
                    Handle::Own(id) => (id, false),
                    Handle::Borrow(id) => (id, true),
                };
                let (name, home) = resource(contract, id);
                let resource = home.map_or_else(|| name.into(), |home| format!("{home} {name}"));
                Some(if borrow { format!("borrow<{resource}>") } else { format!("own<{resource}>") })
            };
            self.add(Verdict::Major, ChangeKind::Changed, || text(before, old), || text(after, new));
        }
    }

    /// Compares two records, variants, enums or flags.
    fn named(&mut self, old_id: TypeId, new_id: TypeId) -> Result<(), Error> {
        let (old, new) = (&self.old.resolve.types[old_id], &self.new.resolve.types[new_id]);
        if old.name != new.name {
            self.add(Verdict::Patch, ChangeKind::Renamed, || old.name.clone(), || new.name.clone());
        }
        self.docs((&old.docs, &old.stability), (&new.docs, &new.stability));
        let (before, after) = (parts(&old.kind), parts(&new.kind));
        self.look(before.len() + after.len())?;
        let old_parts: HashMap<_, _> = before.iter().map(|part| (part.name, part)).collect();
        let new_parts: HashMap<_, _> = after.iter().map(|part| (part.name, part)).collect();
        let (before_resolve, after_resolve) = (&self.old.resolve, &self.new.resolve);

        let kept = before.iter().filter(|part| new_parts.contains_key(part.name)).map(|part| part.name);
        if !kept.eq(after.iter().filter(|part| old_parts.contains_key(part.name)).map(|part| part.name)) {
            self.changed(&Type::Id(old_id), &Type::Id(new_id));
        }
        let is_record = matches!(old.kind, TypeDefKind::Record(_));
        for part in &before {
            self.at(format_args!(".{}", part.name), |at| match new_parts.get(part.name) {
                Some(found) => {
                    at.docs((part.docs, &Stability::Unknown), (found.docs, &Stability::Unknown));
                    match (part.ty, found.ty) {
                        (Some(old), Some(new)) => at.ty(old, new),
                        (None, None) => Ok(()),
                        _ => {
                            let text = |resolve, part: &Part<'_>| Some(text(resolve, part, is_record));
                            at.add(
                                Verdict::Major,
                                ChangeKind::Changed,
                                || text(before_resolve, part),
                                || text(after_resolve, found),
                            );
                            Ok(())
                        }
                    }
                }
                None => {
                    at.one_side(Verdict::Major, Some(text(before_resolve, part, is_record)), None);
                    Ok(())
                }
            })?;
        }
        let old_version = self.old_version(home(self.old, old));
        for part in after.iter().filter(|part| !old_parts.contains_key(part.name)) {
            let mark = part.docs.contents.as_deref().and_then(mark).zip(old_version);
            let has_default =
                |mark: &Mark<'_>| mark.default.is_some() || part.ty.is_some_and(|ty| self.new.is_option(ty));
            let is_aged = mark.is_some_and(|(mark, old)| mark.since > *old && (!is_record || has_default(&mark)));
            let verdict = if is_aged { Verdict::Minor } else { Verdict::Major };
            self.at(format_args!(".{}", part.name), |at| {
                at.one_side(verdict, None, Some(text(after_resolve, part, is_record)));
            });
        }
        Ok(())
    }

    fn changed(&mut self, old: &Type, new: &Type) {
        let (before, after) = (self.old, self.new);
        let text = |contract: &Loaded<'_>, ty| Some(found_definition(&contract.resolve, &contract.definition(ty)));
        self.add(Verdict::Major, ChangeKind::Changed, || text(before, old), || text(after, new));
    }
}

fn parts(kind: &TypeDefKind) -> Vec<Part<'_>> {
    match kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            fields.map(|field| Part { name: &field.name, ty: Some(&field.ty), docs: &field.docs }).collect()
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter();
            cases.map(|case| Part { name: &case.name, ty: case.ty.as_ref(), docs: &case.docs }).collect()
        }
        TypeDefKind::Enum(cases) => {
            cases.cases.iter().map(|case| Part { name: &case.name, ty: None, docs: &case.docs }).collect()
        }
        TypeDefKind::Flags(flags) => {
            flags.flags.iter().map(|flag| Part { name: &flag.name, ty: None, docs: &flag.docs }).collect()
        }
        _ => Vec::new(),
    }
}

/// A part as WIT.
fn text(resolve: &Resolve, part: &Part<'_>, is_record: bool) -> String {
    match (part.ty, is_record) {
        (None, _) => part.name.into(),
        (Some(ty), true) => format!("{}: {}", part.name, type_text(resolve, ty)),
        (Some(ty), false) => format!("{}({})", part.name, type_text(resolve, ty)),
    }
}

/// The package that declares a type.
fn home(contract: &Loaded<'_>, ty: &TypeDef) -> Option<PackageId> {
    match ty.owner {
        TypeOwner::Interface(id) => contract.resolve.interfaces[id].package,
        TypeOwner::World(id) => contract.resolve.worlds[id].package,
        TypeOwner::None => None,
    }
}

/// A resource's name, and the id of the interface that declares it.
fn resource<'a>(contract: &'a Loaded<'_>, id: TypeId) -> (&'a str, Option<String>) {
    let ty = &contract.resolve.types[definition_of(&contract.resolve, id)];
    let home = match ty.owner {
        TypeOwner::Interface(home) => contract.resolve.id_of(home),
        _ => None,
    };
    (ty.name.as_deref().unwrap_or("_"), home)
}
