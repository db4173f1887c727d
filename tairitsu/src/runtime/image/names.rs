//! The names in a component: how long they may be, and what a name that is an alias stands for.

use wit_parser::{Resolve, TypeDefKind, TypeOwner, WorldKey};

/// The longest name, in bytes. The text of a type repeats the names in it, so that a report of long ones fills the memory.
pub(super) const LONGEST: usize = 1024;

/// Refuses names that are longer than [`LONGEST`].
pub(super) fn check_lengths(resolve: &Resolve) -> Result<(), String> {
    let check = |name: &str| match name.len() <= LONGEST {
        true => Ok(()),
        false => Err(format!("expected names of at most {LONGEST} bytes, found one of {}", name.len())),
    };
    for (_, package) in &resolve.packages {
        check(&package.name.namespace)?;
        check(&package.name.name)?;
        package.name.version.iter().try_for_each(|version| check(&version.to_string()))?;
    }
    for (_, interface) in &resolve.interfaces {
        interface.name.iter().try_for_each(|name| check(name))?;
        interface.functions.keys().try_for_each(|name| check(name))?;
        let params = interface.functions.values().flat_map(|function| &function.params);
        params.into_iter().try_for_each(|param| check(&param.name))?;
    }
    for (_, ty) in &resolve.types {
        ty.name.iter().try_for_each(|name| check(name))?;
        match &ty.kind {
            TypeDefKind::Record(record) => record.fields.iter().try_for_each(|field| check(&field.name))?,
            TypeDefKind::Variant(variant) => variant.cases.iter().try_for_each(|case| check(&case.name))?,
            TypeDefKind::Enum(cases) => cases.cases.iter().try_for_each(|case| check(&case.name))?,
            TypeDefKind::Flags(flags) => flags.flags.iter().try_for_each(|flag| check(&flag.name))?,
            _ => {}
        }
    }
    for (_, world) in &resolve.worlds {
        let keys = world.imports.keys().chain(world.exports.keys());
        keys.filter_map(|key| if let WorldKey::Name(name) = key { Some(name) } else { None })
            .try_for_each(|name| check(name))?;
    }
    Ok(())
}

/// The type that an alias stands for.
pub(crate) fn definition_of(resolve: &Resolve, mut id: wit_parser::TypeId) -> wit_parser::TypeId {
    while let TypeDefKind::Type(wit_parser::Type::Id(alias)) = resolve.types[id].kind {
        id = alias;
    }
    id
}

/// The id of the interface that defines the resource `id`. `None` for another type.
pub(crate) fn home_of(resolve: &Resolve, id: wit_parser::TypeId) -> Option<String> {
    let found = &resolve.types[definition_of(resolve, id)];
    match (&found.kind, found.owner) {
        (TypeDefKind::Resource, TypeOwner::Interface(home)) => resolve.id_of(home),
        _ => None,
    }
}
