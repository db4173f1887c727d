//! Compares an interface of a Rust trait with the same interface in a component.
//!
//! wasmtime checks types too, and its check decides. But wasmtime stops at the first difference, and its message has no
//! names. This check reports all differences at once, expected beside found.

use super::image::Image;
use super::names::definition_of;
use super::wit_text::{definition, found_definition, function_text, primitive_text, type_text};
use crate::runtime::base::report::{Difference, MissingImport, Report};
use crate::runtime::base::track::same_track;
use semver::Version;
use tairitsu_guest::schema::InterfaceId;
use tairitsu_guest::schema::{Field, Function, Interface, Resource, Type};
use wit_parser::{Handle, Resolve, TypeDefKind, TypeOwner};

/// The side that calls the functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// Rust calls the component.
    Rust,
    /// The component calls Rust.
    Component,
}

/// Compares every function that one side calls with the other side's function. `id` is the id that the component has the
/// interface by.
pub(crate) fn compare(
    report: &mut Report,
    wants: Wants,
    interface: &Interface,
    resolve: &Resolve,
    id: &str,
    component: &wit_parser::Interface,
) {
    match wants {
        Wants::Rust => {
            for function in interface.functions {
                match component.functions.get(function.name) {
                    Some(found) => Comparison { report, wants, interface, resolve, id }.function(function, found),
                    None if function.optional => {}
                    None => report.add(
                        |report| &mut report.missing,
                        || MissingImport {
                            interface: interface.id.into(),
                            found_in: Some(id.into()),
                            function: function.name.into(),
                            expected: function.to_string(),
                        },
                    ),
                }
            }
        }
        Wants::Component => {
            for (name, wanted) in &component.functions {
                match interface.functions.iter().find(|function| function.name == name) {
                    Some(function) => Comparison { report, wants, interface, resolve, id }.function(function, wanted),
                    None => report
                        .missing
                        .push(MissingImport { found_in: Some(interface.id.into()), ..missing(id, resolve, wanted) }),
                }
            }
        }
    }
}

/// The report of a function that a component imports and no provider serves.
pub(crate) fn missing(interface: &str, resolve: &Resolve, function: &wit_parser::Function) -> MissingImport {
    MissingImport {
        interface: interface.into(),
        found_in: None,
        function: function.name.clone(),
        expected: function_text(resolve, function),
    }
}

struct Comparison<'a> {
    report: &'a mut Report,
    wants: Wants,
    interface: &'a Interface,
    resolve: &'a Resolve,
    id: &'a str,
}

impl Comparison<'_> {
    fn function(&mut self, rust: &Function, component: &wit_parser::Function) {
        if rust.params.len() != component.params.len()
            || (rust.result == Type::Unit) != component.result.is_none()
            || component.kind.is_async()
        {
            return self.differ(rust.name, rust.to_string(), function_text(self.resolve, component));
        }
        for (param, found) in rust.params.iter().zip(&component.params) {
            self.ty(&format!("{}({})", rust.name, param.name), &param.ty, &found.ty);
        }
        if let Some(found) = &component.result {
            self.ty(&format!("{} ->", rust.name), &rust.result, found);
        }
    }

    fn ty(&mut self, path: &str, rust: &Type, component: &wit_parser::Type) {
        let kind = match component {
            wit_parser::Type::Id(id) => &self.resolve.types[*id].kind,
            primitive => {
                if rust.to_string() != primitive_text(primitive) || rust.name().is_some() {
                    self.differ(path, rust.to_string(), primitive_text(primitive).into());
                }
                return;
            }
        };
        match (rust, kind) {
            (_, TypeDefKind::Type(alias)) => self.ty(path, rust, alias),
            (Type::List(rust), TypeDefKind::List(found)) => self.ty(&format!("{path} item"), rust, found),
            (Type::Option(rust), TypeDefKind::Option(found)) => self.ty(&format!("{path} some"), rust, found),
            (Type::Result([ok, err]), TypeDefKind::Result(found)) => {
                self.payload(&format!("{path} ok"), ok, found.ok.as_ref());
                self.payload(&format!("{path} err"), err, found.err.as_ref());
            }
            (Type::Tuple(rust), TypeDefKind::Tuple(found)) if rust.len() == found.types.len() => {
                for (i, (rust, found)) in rust.iter().zip(&found.types).enumerate() {
                    self.ty(&format!("{path} {i}"), rust, found);
                }
            }
            (Type::Record(record), TypeDefKind::Record(found))
                if same_names(record.fields, found.fields.iter().map(|field| &field.name)) =>
            {
                for (rust, found) in record.fields.iter().zip(&found.fields) {
                    self.ty(&format!("{path} {}.{}", record.name, rust.name), &rust.ty, &found.ty);
                }
            }
            (Type::Variant(variant), TypeDefKind::Variant(found))
                if same_names(variant.cases, found.cases.iter().map(|case| &case.name)) =>
            {
                for (rust, found) in variant.cases.iter().zip(&found.cases) {
                    self.payload(&format!("{path} {}.{}", variant.name, rust.name), &rust.ty, found.ty.as_ref());
                }
            }
            (Type::Enum(cases), TypeDefKind::Enum(found))
                if same_names(cases.cases, found.cases.iter().map(|case| &case.name)) => {}
            (Type::Flags(flags), TypeDefKind::Flags(found))
                if same_names(flags.flags, found.flags.iter().map(|flag| &flag.name)) => {}
            (Type::Own(resource), TypeDefKind::Handle(Handle::Own(found)))
            | (Type::Borrow(resource), TypeDefKind::Handle(Handle::Borrow(found)))
                if is_resource(self.resolve, *found, resource) => {}
            _ => self.differ(path, definition(rust), found_definition(self.resolve, component)),
        }
    }

    fn payload(&mut self, path: &str, rust: &Type, component: Option<&wit_parser::Type>) {
        match (rust, component) {
            (Type::Unit, None) => {}
            (Type::Unit, Some(found)) => self.differ(path, "_".into(), type_text(self.resolve, found)),
            (rust, None) => self.differ(path, rust.to_string(), "_".into()),
            (rust, Some(found)) => self.ty(path, rust, found),
        }
    }

    fn differ(&mut self, path: &str, rust: String, component: String) {
        let (interface, found_in, expected, found) = match self.wants {
            Wants::Rust => (self.interface.id, self.id, rust, component),
            Wants::Component => (self.id, self.interface.id, component, rust),
        };
        self.report.add(
            |report| &mut report.different,
            || Difference {
                interface: interface.into(),
                found_in: found_in.into(),
                path: path.into(),
                expected,
                found,
            },
        );
    }
}

/// Whether a component's resource is `resource`: it has the same name, in a compatible version of the same interface.
fn is_resource(resolve: &Resolve, id: wit_parser::TypeId, resource: &Resource) -> bool {
    let id = definition_of(resolve, id);
    let home = home_of(resolve, id);
    resolve.types[id].name.as_deref() == Some(resource.name)
        && home.is_some_and(|home| same_track(&home, resource.home))
}

/// The id of the interface that defines the resource `id`. `None` for another type.
pub(crate) fn home_of(resolve: &Resolve, id: wit_parser::TypeId) -> Option<String> {
    let found = &resolve.types[definition_of(resolve, id)];
    match (&found.kind, found.owner) {
        (TypeDefKind::Resource, TypeOwner::Interface(home)) => resolve.id_of(home),
        _ => None,
    }
}

fn same_names<'a>(fields: &[Field], found: impl ExactSizeIterator<Item = &'a String>) -> bool {
    fields.len() == found.len() && fields.iter().zip(found).all(|(field, found)| field.name == found)
}

/// Finds an interface among an image's exports. Returns the id under which the image exports the interface: the very same
/// id, or else the highest version that is compatible.
pub(crate) fn find_export(image: &Image, interface: &Interface) -> Option<(String, wit_parser::InterfaceId)> {
    let resolve = image.resolve();
    let compatible = image.world().exports.iter().filter_map(|(key, item)| match item {
        wit_parser::WorldItem::Interface { id, .. } => {
            let name = resolve.name_world_key(key);
            same_track(interface.id, &name).then_some((name, *id))
        }
        _ => None,
    });
    let version = |name: &str| InterfaceId::parse(name)?.version.and_then(|version| Version::parse(version).ok());
    compatible.max_by_key(|(name, _)| (name == interface.id, version(name)))
}
