//! Compares an interface of a Rust trait with the same interface in a component.
//!
//! wasmtime checks types too, and its check decides. But wasmtime stops at the first difference, and its message has no
//! names. This check reports all differences at once, expected beside found. Where one side is only older, it says how
//! values go from one side to the other.

use super::pairs::{Declared, Member, Pair, Side, pair};
use super::plan::{CasesPlan, Field, Newer, Plan, RecordPlan};
use crate::runtime::base::report::{Bridge, Difference, How, MissingImport, Report};
use crate::runtime::base::track::same_track;
use crate::runtime::dynamic::check::{Cut, Expected};
use crate::runtime::dynamic::value::Value;
use crate::runtime::dynamic::value_type::ValueType;
use crate::runtime::dynamic::{of_schema, of_wit};
use crate::runtime::image::image::Image;
use crate::runtime::image::mark::{Mark, is_other};
use crate::runtime::image::names::{definition_of, home_of};
use crate::runtime::image::wit_text::{definition, found_definition, function_text, primitive_text, type_text};
use semver::Version;
use std::sync::Arc;
use tairitsu_guest::schema::InterfaceId;
use tairitsu_guest::schema::{self, Function, Interface, Resource, Role, Type};
use wit_parser::{Handle, Resolve, TypeDefKind, TypeOwner};

/// The side that calls the functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// Rust calls the component.
    Rust,
    /// The component calls Rust.
    Component,
}

/// How the values of a function go from one side to the other, if the sides are of different ages.
#[derive(Clone, Debug)]
pub(crate) struct FunctionPlan {
    pub(super) params: Box<[Plan]>,
    pub(super) result: Plan,
}

/// What a comparison has found.
#[derive(Default)]
pub(crate) struct Compared {
    pub(crate) report: Report,
    /// Where one side is older, and what happens there.
    pub(crate) bridges: Vec<Bridge>,
    /// The plan of each function of the interface, in its order. Empty if no function has one.
    pub(crate) plans: Vec<Option<FunctionPlan>>,
}

/// The longest default, in bytes of WAVE.
const LONGEST_DEFAULT: usize = 1024;

/// The most bridges that are listed.
const LISTED: usize = 1_000;

/// Compares every function that one side calls with the other side's function. `id` is the id that the component has the
/// interface by.
pub(crate) fn compare(
    compared: &mut Compared,
    wants: Wants,
    interface: &Interface,
    resolve: &Resolve,
    id: &str,
    component: &wit_parser::Interface,
) {
    let plan = |compared: &mut Compared, index: usize, found: &wit_parser::Function| {
        let mut comparison = Comparison { compared, wants, interface, resolve, id };
        let Some(plan) = comparison.function(&interface.functions[index], found) else { return };
        compared.plans.resize(interface.functions.len(), None);
        compared.plans[index] = Some(plan);
    };
    match wants {
        Wants::Rust => {
            for (index, function) in interface.functions.iter().enumerate() {
                match component.functions.get(function.name) {
                    Some(found) => plan(compared, index, found),
                    None if function.optional => {}
                    None => compared.report.add(
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
                match interface.functions.iter().position(|function| function.name == name) {
                    Some(index) => plan(compared, index, wanted),
                    None => compared.report.add(
                        |report| &mut report.missing,
                        || MissingImport { found_in: Some(interface.id.into()), ..missing(id, resolve, wanted) },
                    ),
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
    compared: &'a mut Compared,
    wants: Wants,
    interface: &'a Interface,
    resolve: &'a Resolve,
    id: &'a str,
}

impl Comparison<'_> {
    fn function(&mut self, rust: &Function, component: &wit_parser::Function) -> Option<FunctionPlan> {
        if rust.params.len() != component.params.len()
            || (rust.result == Type::Unit) != component.result.is_none()
            || component.kind.is_async()
        {
            self.differ(rust.name, rust.to_string(), function_text(self.resolve, component));
            return None;
        }
        let bridges = self.compared.bridges.len();
        let params = rust.params.iter().zip(&component.params);
        let params: Box<[_]> = params
            .map(|(param, found)| self.ty(&format!("{}({})", rust.name, param.name), &param.ty, &found.ty))
            .collect();
        let result = match &component.result {
            Some(found) => self.ty(&format!("{} ->", rust.name), &rust.result, found),
            None => Plan::Same,
        };
        if result.is_same() && params.iter().all(Plan::is_same) {
            return None;
        }
        if rust.params.iter().map(|param| &param.ty).chain([&rust.result]).any(has_resource_of_the_host) {
            // Values without types have no handles to the host's own resources.
            self.compared.bridges.truncate(bridges);
            self.differ(rust.name, rust.to_string(), function_text(self.resolve, component));
            return None;
        }
        Some(FunctionPlan { params, result })
    }

    /// Compares two types. The plan is `Same` if they are equal, and if they differ.
    fn ty(&mut self, path: &str, rust: &Type, component: &wit_parser::Type) -> Plan {
        let resolve = self.resolve;
        let (id, kind) = match component {
            wit_parser::Type::Id(id) => (*id, &resolve.types[*id].kind),
            primitive => {
                if rust.to_string() != primitive_text(primitive) || rust.name().is_some() {
                    self.differ(path, rust.to_string(), primitive_text(primitive).into());
                }
                return Plan::Same;
            }
        };
        match (rust, kind) {
            (_, TypeDefKind::Type(alias)) => self.ty(path, rust, alias),
            (Type::List(rust), TypeDefKind::List(found)) => match self.ty(&format!("{path} item"), rust, found) {
                Plan::Same => Plan::Same,
                plan => Plan::List(Box::new(plan)),
            },
            (Type::Option(rust), TypeDefKind::Option(found)) => match self.ty(&format!("{path} some"), rust, found) {
                Plan::Same => Plan::Same,
                plan => Plan::Option(Box::new(plan)),
            },
            (Type::Result([ok, err]), TypeDefKind::Result(found)) => {
                let ok = self.payload(&format!("{path} ok"), ok, found.ok.as_ref());
                let err = self.payload(&format!("{path} err"), err, found.err.as_ref());
                match ok.is_same() && err.is_same() {
                    true => Plan::Same,
                    false => Plan::Result(Box::new([ok, err])),
                }
            }
            (Type::Tuple(rust), TypeDefKind::Tuple(found)) if rust.len() == found.types.len() => {
                let parts = rust.iter().zip(&found.types).enumerate();
                let parts = parts.map(|(i, (rust, found))| self.ty(&format!("{path} {i}"), rust, found));
                Plan::of_parts(parts.collect(), Plan::Tuple)
            }
            (Type::Record(record), TypeDefKind::Record(found)) => {
                let members = found.fields.iter().map(|field| (&*field.name, &field.docs));
                match self.pairs(record.home, record.fields, id, members) {
                    Some((host, guest, None)) => {
                        let fields = record.fields.iter().zip(&found.fields).map(|(rust, found)| {
                            let plan = self.ty(&format!("{path} {}.{}", record.name, rust.name), &rust.ty, &found.ty);
                            Field::Both(rust.name.into(), plan)
                        });
                        record_plan(host, guest, fields.collect())
                    }
                    Some((host, guest, Some(pairs))) => {
                        let fields = pairs.into_iter().map(|pair| match pair {
                            Pair::Both { host, guest } => {
                                let (rust, found) = (&record.fields[host], &found.fields[guest]);
                                let path = format!("{path} {}.{}", record.name, rust.name);
                                Some(Field::Both(rust.name.into(), self.ty(&path, &rust.ty, &found.ty)))
                            }
                            Pair::Only { side, index, mark } => {
                                let (name, ty) = match side {
                                    Side::Host => {
                                        let field = &record.fields[index];
                                        (field.name, of_schema::value_type(&field.ty))
                                    }
                                    Side::Guest => {
                                        let field = &found.fields[index];
                                        (&*field.name, Some(of_wit::value_type(resolve, &field.ty)))
                                    }
                                };
                                self.newer_field(&format!("{path} {}.{name}", record.name), name, ty?, side, mark)
                            }
                        });
                        match fields.collect::<Option<Vec<_>>>() {
                            Some(fields) => record_plan(host, guest, fields),
                            None => Plan::Same,
                        }
                    }
                    None => self.other(path, rust, component),
                }
            }
            (Type::Variant(variant), TypeDefKind::Variant(found)) => {
                let found = found.cases.iter().map(|case| (&*case.name, &case.docs, case.ty.as_ref())).collect();
                self.cases(path, (variant.name, variant.home, variant.cases), id, found)
                    .unwrap_or_else(|| self.other(path, rust, component))
            }
            (Type::Enum(cases), TypeDefKind::Enum(found)) => {
                let found = found.cases.iter().map(|case| (&*case.name, &case.docs, None)).collect();
                self.cases(path, (cases.name, cases.home, cases.cases), id, found)
                    .unwrap_or_else(|| self.other(path, rust, component))
            }
            (Type::Flags(flags), TypeDefKind::Flags(found)) => {
                let members = found.flags.iter().map(|flag| (&*flag.name, &flag.docs));
                match self.pairs(flags.home, flags.flags, id, members) {
                    Some((.., None)) => Plan::Same,
                    Some((host, guest, Some(pairs))) => {
                        let newer = pairs.into_iter().filter_map(|pair| {
                            let Pair::Only { side, index, mark } = pair else { return None };
                            let name = name_of(side, index, &host, &guest);
                            let newer = Newer { name: name.clone(), side, since: mark.since, lossy: mark.lossy };
                            let how = if newer.lossy { How::LeftOut } else { How::Refused };
                            self.bridge(format!("{path} {}.{name}", flags.name), &newer, how);
                            Some(newer)
                        });
                        Plan::Flags(newer.collect())
                    }
                    None => self.other(path, rust, component),
                }
            }
            (Type::Own(resource), TypeDefKind::Handle(Handle::Own(found)))
            | (Type::Borrow(resource), TypeDefKind::Handle(Handle::Borrow(found)))
                if is_resource(resolve, *found, resource) =>
            {
                Plan::Same
            }
            _ => self.other(path, rust, component),
        }
    }

    /// Compares two variants or enums. The host's is given by its name, its home and its cases. `None` if the sides differ in
    /// more than their age.
    fn cases(
        &mut self,
        path: &str,
        (name, home, cases): (&str, &str, &'static [schema::Field]),
        id: wit_parser::TypeId,
        found: Vec<(&str, &wit_parser::Docs, Option<&wit_parser::Type>)>,
    ) -> Option<Plan> {
        let members = found.iter().map(|(name, docs, _)| (*name, *docs));
        let (host, guest, pairs) = self.pairs(home, cases, id, members)?;
        let pairs = pairs.unwrap_or_else(|| (0..cases.len()).map(|i| Pair::Both { host: i, guest: i }).collect());
        let mut other = None;
        let (mut newer, mut payloads) = (Vec::new(), Vec::new());
        for pair in pairs {
            match pair {
                Pair::Both { host: index, guest: at } => {
                    let case = &cases[index];
                    let plan = self.payload(&format!("{path} {name}.{}", case.name), &case.ty, found[at].2);
                    if !plan.is_same() {
                        payloads.push((host[index].clone(), plan));
                    }
                    let docs = found[at].1.contents.as_deref().unwrap_or_default();
                    let takes_name = matches!(case.ty, Type::String);
                    if (is_other(case.docs) || is_other(docs)) && (takes_name || case.ty == Type::Unit) {
                        other = Some((host[index].clone(), takes_name));
                    }
                }
                Pair::Only { side, index, mark } => newer.push(Newer {
                    name: name_of(side, index, &host, &guest),
                    side,
                    since: mark.since,
                    lossy: false,
                }),
            }
        }
        for newer in &newer {
            let how = match &other {
                Some((other, _)) => How::Becomes(other.to_string()),
                None => How::Refused,
            };
            self.bridge(format!("{path} {name}.{}", newer.name), newer, how);
        }
        if newer.is_empty() && payloads.is_empty() {
            return Some(Plan::Same);
        }
        newer.sort_by(|a, b| a.name.cmp(&b.name));
        payloads.sort_by(|(a, _), (b, _)| a.cmp(b));
        Some(Plan::Cases(Box::new(CasesPlan { newer: newer.into(), payloads: payloads.into(), other })))
    }

    /// Pairs the members of a type: the names on each side, and the pairs unless the names are the same. `None` if the sides
    /// differ in more than their age.
    fn pairs<'m>(
        &self,
        home: &str,
        rust: &'m [schema::Field],
        id: wit_parser::TypeId,
        found: impl Iterator<Item = (&'m str, &'m wit_parser::Docs)>,
    ) -> Option<(Names, Names, Option<Vec<Pair<'m>>>)> {
        let found = found.map(|(name, docs)| Member { name, docs: docs.contents.as_deref().unwrap_or_default() });
        let found: Vec<_> = found.collect();
        let host: Names = rust.iter().map(|field| field.name.into()).collect();
        if rust.iter().map(|field| field.name).eq(found.iter().map(|member| member.name)) {
            return Some((host.clone(), host, None));
        }
        let guest = found.iter().map(|member| member.name.into()).collect();
        let rust = rust.iter().map(|field| Member { name: field.name, docs: field.docs }).collect();
        let home = if home.is_empty() { self.interface.id } else { home };
        let host_version = InterfaceId::parse(home)?.version.and_then(|version| Version::parse(version).ok());
        let pairs = pair(
            &Declared { members: rust, version: host_version },
            &Declared { members: found, version: version_of(self.resolve, id) },
        )?;
        Some((host, guest, Some(pairs)))
    }

    /// A field that one side has. `None` if no value stands for it.
    fn newer_field(&mut self, path: &str, name: &str, ty: ValueType, side: Side, mark: Mark<'_>) -> Option<Field> {
        let (text, default) = match (mark.default, &ty) {
            (None, ValueType::Option(_)) => ("none", Some(Value::none())),
            (None, _) => ("no default", None),
            (Some(text), _) if text.len() > LONGEST_DEFAULT => (text, None),
            (Some(text), _) => (text, Value::from_wave(&ty, text).ok().filter(is_small)),
        };
        let Some(default) = default else {
            self.differ(path, format!("option, or short default of type {}", Expected(&ty)), Cut(text).to_string());
            return None;
        };
        let newer = Newer { name: name.into(), side, since: mark.since, lossy: mark.lossy };
        self.bridge(path.into(), &newer, How::ByDefault { value: Cut(text).to_string(), lossy: newer.lossy });
        Some(Field::Only(newer, default))
    }

    fn bridge(&mut self, path: String, newer: &Newer, how: How) {
        if self.compared.bridges.len() < LISTED {
            let newer_host = newer.side == Side::Host;
            self.compared.bridges.push(Bridge { path, since: newer.since.to_string(), host_is_newer: newer_host, how });
        }
    }

    fn other(&mut self, path: &str, rust: &Type, component: &wit_parser::Type) -> Plan {
        self.differ(path, definition(rust), found_definition(self.resolve, component));
        Plan::Same
    }

    fn payload(&mut self, path: &str, rust: &Type, component: Option<&wit_parser::Type>) -> Plan {
        match (rust, component) {
            (Type::Unit, None) => {}
            (Type::Unit, Some(found)) => self.differ(path, "_".into(), type_text(self.resolve, found)),
            (rust, None) => self.differ(path, rust.to_string(), "_".into()),
            (rust, Some(found)) => return self.ty(path, rust, found),
        }
        Plan::Same
    }

    fn differ(&mut self, path: &str, rust: String, component: String) {
        let (interface, found_in, expected, found) = match self.wants {
            Wants::Rust => (self.interface.id, self.id, rust, component),
            Wants::Component => (self.id, self.interface.id, component, rust),
        };
        self.compared.report.add(
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

/// Whether a default is no list with items and no other value with parts. A guest may say a default, and the host makes one for
/// each record that it passes to the guest.
fn is_small(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::Option(value) | Value::Variant(_, value) => value.is_none(),
        Value::Tuple(_) | Value::Record(_) | Value::Result(_) | Value::Handle(_) => false,
        _ => true,
    }
}

/// The names of a type's members.
type Names = Arc<[Arc<str>]>;

fn name_of(side: Side, index: usize, host: &Names, guest: &Names) -> Arc<str> {
    match side {
        Side::Host => host[index].clone(),
        Side::Guest => guest[index].clone(),
    }
}

fn record_plan(host: Names, guest: Names, fields: Vec<Field>) -> Plan {
    match fields.iter().all(|field| matches!(field, Field::Both(_, Plan::Same))) {
        true => Plan::Same,
        false => Plan::Record(Box::new(RecordPlan { host, guest, fields: fields.into() })),
    }
}

/// The version of the package that declares a type.
fn version_of(resolve: &Resolve, id: wit_parser::TypeId) -> Option<Version> {
    let package = match resolve.types[id].owner {
        TypeOwner::Interface(id) => resolve.interfaces[id].package,
        TypeOwner::World(id) => resolve.worlds[id].package,
        TypeOwner::None => None,
    };
    resolve.packages[package?].name.version.clone()
}

fn has_resource_of_the_host(ty: &Type) -> bool {
    if !ty.has_handle() {
        return false;
    }
    match ty {
        Type::Own(resource) | Type::Borrow(resource) => resource.role == Role::Import,
        Type::List(some) | Type::Option(some) => has_resource_of_the_host(some),
        Type::Result([ok, err]) => has_resource_of_the_host(ok) || has_resource_of_the_host(err),
        Type::Tuple(types) => types.iter().any(has_resource_of_the_host),
        Type::Record(record) => record.fields.iter().any(|field| has_resource_of_the_host(&field.ty)),
        Type::Variant(variant) => variant.cases.iter().any(|case| has_resource_of_the_host(&case.ty)),
        _ => false,
    }
}

/// Whether a component's resource is `resource`: it has the same name, in a compatible version of the same interface.
fn is_resource(resolve: &Resolve, id: wit_parser::TypeId, resource: &Resource) -> bool {
    let id = definition_of(resolve, id);
    let home = home_of(resolve, id);
    resolve.types[id].name.as_deref() == Some(resource.name)
        && home.is_some_and(|home| same_track(&home, resource.home))
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
