//! Interfaces and functions of two contracts.

use super::super::wit_text::{found_definition, function_text};
use super::changes::{ChangeKind, Verdict};
use super::comparison::Comparison;
use super::contract::Loaded;
use crate::runtime::base::load_error::Error;
use std::collections::HashMap;
use tairitsu_guest::schema::Role;
use wit_parser::{Function, Interface, InterfaceId, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

/// What a difference demands of which one side has more. In an import, the host has to serve the new contract.
pub(super) fn verdict(role: Option<Role>, kind: ChangeKind) -> Verdict {
    match (role, kind) {
        (Some(Role::Import), ChangeKind::Added) | (Some(Role::Export) | None, ChangeKind::Removed) => Verdict::Major,
        _ => Verdict::Minor,
    }
}

impl<'a> Comparison<'a> {
    /// Compares two interfaces of one name. An image may have only a part of an interface that it imports.
    pub(super) fn interface(&mut self, old_id: InterfaceId, new_id: InterfaceId) -> Result<(), Error> {
        let (old, new) = (&self.old.resolve.interfaces[old_id], &self.new.resolve.interfaces[new_id]);
        let is_whole = self.role != Some(Role::Import) || !(self.old.is_image || self.new.is_image);
        let packages = if is_whole { (old.package, new.package) } else { (None, None) };
        self.of(packages.0, packages.1, |of| {
            of.docs((&old.docs, &old.stability), (&new.docs, &new.stability));
            of.resources(old, new)?;
            of.look(old.functions.len() + new.functions.len())?;
            for (name, function) in &old.functions {
                match new.functions.get(name) {
                    Some(found) => of.at(format_args!("#{name}"), |at| at.function(function, found))?,
                    None if lacks_resource(&of.old.resolve, function, new) => {}
                    None => of.at(format_args!("#{name}"), |at| at.lone_function(Some(function), None)),
                }
            }
            for (name, function) in &new.functions {
                if !old.functions.contains_key(name) && !lacks_resource(&of.new.resolve, function, old) {
                    of.at(format_args!("#{name}"), |at| at.lone_function(None, Some(function)));
                }
            }
            Ok(())
        })
    }

    fn resources(&mut self, old: &Interface, new: &Interface) -> Result<(), Error> {
        self.look(old.types.len() + new.types.len())?;
        let (before, after) = (self.old, self.new);
        for (name, id) in &old.types {
            let ty = &before.resolve.types[*id];
            if ty.kind != TypeDefKind::Resource {
                continue;
            }
            self.at(format_args!(" {name}"), |at| match resource(&after.resolve, new, name) {
                Some(found) => at.docs((&ty.docs, &ty.stability), (&found.docs, &found.stability)),
                None => at.lone("resource", ChangeKind::Removed),
            });
        }
        for name in new.types.keys() {
            if resource(&after.resolve, new, name).is_some() && resource(&before.resolve, old, name).is_none() {
                self.at(format_args!(" {name}"), |at| at.lone("resource", ChangeKind::Added));
            }
        }
        Ok(())
    }

    /// Adds something that one side has and that has no type.
    pub(super) fn lone(&mut self, what: &str, kind: ChangeKind) {
        let what = Some(what.to_string());
        let (old, new) = if kind == ChangeKind::Removed { (what, None) } else { (None, what) };
        self.one_side(verdict(self.role, kind), old, new);
    }

    /// Adds a function that one side has.
    pub(super) fn lone_function(&mut self, old: Option<&Function>, new: Option<&Function>) {
        let kind = if old.is_some() { ChangeKind::Removed } else { ChangeKind::Added };
        let old = old.map(|function| function_text(&self.old.resolve, function));
        let new = new.map(|function| function_text(&self.new.resolve, function));
        self.one_side(verdict(self.role, kind), old, new);
    }

    pub(super) fn function(&mut self, old: &Function, new: &Function) -> Result<(), Error> {
        self.docs((&old.docs, &old.stability), (&new.docs, &new.stability));
        if old.params.len() != new.params.len()
            || old.result.is_some() != new.result.is_some()
            || old.kind.is_async() != new.kind.is_async()
        {
            let (before, after) = (&self.old.resolve, &self.new.resolve);
            self.add(
                Verdict::Major,
                ChangeKind::Changed,
                || Some(function_text(before, old)),
                || Some(function_text(after, new)),
            );
            return Ok(());
        }
        for (param, found) in old.params.iter().zip(&new.params) {
            self.at(format_args!("({})", param.name), |at| {
                if param.name != found.name {
                    let (old, new) = (&param.name, &found.name);
                    at.add(Verdict::Major, ChangeKind::Renamed, || Some(old.clone()), || Some(new.clone()));
                }
                at.ty(&param.ty, &found.ty)
            })?;
        }
        if let (Some(old), Some(new)) = (&old.result, &new.result) {
            self.at(" ->", |at| at.ty(old, new))?;
        }
        Ok(())
    }

    /// Compares the types of an interface by name, in a package without a world. Other packages use them by name. `used`
    /// says of each type whether functions of the package use it. Those functions have been compared.
    pub(super) fn types(
        &mut self,
        old: Option<InterfaceId>,
        new: Option<InterfaceId>,
        used: (&[bool], &[bool]),
    ) -> Result<(), Error> {
        let (before, after) = (self.old, self.new);
        // A type that an interface uses of another one has a name in it, too.
        let named = |contract: &'a Loaded<'_>, id: Option<InterfaceId>| -> HashMap<&'a str, Type> {
            let types = id.into_iter().flat_map(|id| &contract.resolve.interfaces[id].types);
            types.map(|(name, id)| (name.as_str(), Type::Id(*id))).collect()
        };
        let (old_names, new_names) = (named(before, old), named(after, new));
        let old = old.map(|id| declared(before, id)).unwrap_or_default();
        let new = new.map(|id| declared(after, id)).unwrap_or_default();
        self.look(old_names.len() + new_names.len())?;
        let text = |contract: &Loaded<'_>, ty| Some(found_definition(&contract.resolve, &contract.definition(ty)));
        for (name, ty) in &old {
            self.at(format_args!(" {name}"), |at| match new_names.get(name) {
                // The functions that use it have shown a difference.
                Some(found)
                    if !(is_defined(before, ty) && is_defined(after, found))
                        && is_used(used.0, ty)
                        && is_used(used.1, found) =>
                {
                    Ok(())
                }
                Some(found) => at.ty(ty, found),
                None if is_used(used.0, ty) => Ok(()),
                None => {
                    at.one_side(Verdict::Major, text(before, ty), None);
                    Ok(())
                }
            })?;
        }
        for (name, ty) in new.iter().filter(|(name, ty)| !old_names.contains_key(name) && !is_used(used.1, ty)) {
            self.at(format_args!(" {name}"), |at| at.one_side(Verdict::Minor, None, text(after, ty)));
        }
        Ok(())
    }
}

/// Whether the function belongs to a resource that the other interface lacks. Then the resource is the difference.
fn lacks_resource(resolve: &Resolve, function: &Function, other: &Interface) -> bool {
    let name = function.kind.resource().and_then(|id| resolve.types[id].name.as_ref());
    name.is_some_and(|name| !other.types.contains_key(name))
}

fn resource<'a>(resolve: &'a Resolve, interface: &Interface, name: &str) -> Option<&'a TypeDef> {
    let ty = &resolve.types[*interface.types.get(name)?];
    (ty.kind == TypeDefKind::Resource).then_some(ty)
}

/// The types that an interface declares, without its resources and without the types that it uses of other interfaces.
fn declared<'a>(contract: &'a Loaded<'_>, id: InterfaceId) -> Vec<(&'a str, Type)> {
    let resolve = &contract.resolve;
    let is_own = |id: TypeId| match &resolve.types[id].kind {
        TypeDefKind::Resource => false,
        TypeDefKind::Type(Type::Id(of)) => resolve.types[*of].owner == resolve.types[id].owner,
        _ => matches!(resolve.types[id].owner, TypeOwner::Interface(_)),
    };
    let types = resolve.interfaces[id].types.iter().filter(|(_, id)| is_own(**id));
    types.map(|(name, id)| (name.as_str(), Type::Id(*id))).collect()
}

/// Whether the type is no other name of a primitive type.
fn is_defined(contract: &Loaded<'_>, ty: &Type) -> bool {
    matches!(contract.definition(ty), Type::Id(_))
}

fn is_used(used: &[bool], ty: &Type) -> bool {
    matches!(ty, Type::Id(id) if used[id.index()])
}
