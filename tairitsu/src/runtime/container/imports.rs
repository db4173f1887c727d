//! Checks an image's imports against its providers and its policy, and links denied imports.

use crate::runtime::ages::compare::{self, Compared, Wants};
use crate::runtime::ages::imports::{Bridges, bridges};
use crate::runtime::base::limits::Limits;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::policy::Policy;
use crate::runtime::base::report::{MissingImport, Report};
use crate::runtime::base::track::same_track;
use crate::runtime::base::trap::message;
use crate::runtime::dynamic::provider::{DynamicProvider, provider_of};
use crate::runtime::image::image::Image;
use crate::runtime::image::names::home_of;
use crate::runtime::provide::linker::link_denied;
use crate::runtime::provide::source::{Provided, served};
use crate::runtime::store::state::State;
#[cfg(feature = "wasi")]
pub(super) use crate::runtime::wasi::preview2::is_wasi;
#[cfg(feature = "wasi")]
use crate::runtime::wasi::preview2::provided_id as wasi_id;
use wasmtime::component::{Linker, LinkerInstance, ResourceType};
use wit_parser::{Resolve, TypeDefKind, WorldItem};

/// Checks that the image's largest memory and largest table are within the limits. Their sums are checked when memories
/// and tables are made.
pub(super) fn check_size(image: &Image, limits: &Limits) -> Result<(), Error> {
    let Some(resources) = image.component().resources_required() else { return Ok(()) };
    let memory = resources.max_initial_memory_size.unwrap_or(0).saturating_mul(65_536);
    let table = resources.max_initial_table_size.unwrap_or(0);
    for (unit, limit, found) in [("bytes of memory", limits.memory, memory), ("table elements", limits.tables, table)] {
        if found > limit as u64 {
            return Err(Error::TooLarge { unit, limit: limit as u64, found });
        }
    }
    Ok(())
}

/// The imports of an image whose types differ from those of the provider, because one side is older. Each has its name, and
/// the bridges of its functions.
pub(super) type Imported = Vec<(String, Bridges)>;

/// Reports every import that nobody provides, that is provided with another type, or that is denied.
pub(super) fn check_imports(
    image: &Image,
    provided: &[Provided],
    untyped: &[DynamicProvider],
    policy: &Policy,
) -> Result<Imported, Error> {
    let resolve = image.resolve();
    let mut report = Report::default();
    let mut bridged = Vec::new();
    for (key, item) in &image.world().imports {
        let name = resolve.name_world_key(key);
        match item {
            WorldItem::Interface { id, .. } => {
                let wanted = &resolve.interfaces[*id];
                let provider = served(provided).find(|served| same_track(served.interface.id, &name));
                let id_served = match provider {
                    Some(provider) => provider.interface.id.to_string(),
                    None if is_wasi(&name) => wasi_id(image.component().engine(), &name),
                    None => name.clone(),
                };
                let denied: Vec<_> =
                    wanted.functions.keys().filter(|function| policy.denies(&name, &id_served, function)).collect();
                if policy.refuses() {
                    for function in &denied {
                        report.add(|report| &mut report.denied, || format!("{name}#{function}"));
                    }
                }
                match provider {
                    Some(provider) => {
                        let interface = provider.interface;
                        let mut compared = Compared { report: std::mem::take(&mut report), ..Compared::default() };
                        compare::compare(&mut compared, Wants::Component, interface, resolve, &name, wanted);
                        report = compared.report;
                        if !compared.plans.is_empty() {
                            let bridges = bridges(interface, compared.plans, resolve, &name, wanted);
                            bridged.push((name.clone(), bridges));
                        }
                    }
                    None if provider_of(untyped, &name).is_some() => {}
                    None if is_wasi(&name) => check_resources(provided, resolve, &name, wanted)?,
                    None => {
                        let missing = wanted.functions.values().filter(|function| !denied.contains(&&function.name));
                        for function in missing {
                            report.add(|report| &mut report.missing, || compare::missing(&name, resolve, function));
                        }
                        let resources = wanted
                            .types
                            .iter()
                            .filter(|(_, id)| matches!(resolve.types[**id].kind, TypeDefKind::Resource));
                        let missing = resources.filter(|(resource, _)| {
                            !policy.denies(&name, &id_served, &format!("[resource-drop]{resource}"))
                        });
                        for (resource, _) in missing {
                            report.add(
                                |report| &mut report.missing,
                                || MissingImport {
                                    interface: name.clone(),
                                    found_in: None,
                                    function: resource.clone(),
                                    expected: "resource".into(),
                                },
                            );
                        }
                    }
                }
            }
            WorldItem::Function(function) if policy.denies(&function.name, &function.name, &function.name) => {
                if policy.refuses() {
                    report.add(|report| &mut report.denied, || function.name.clone());
                }
            }
            WorldItem::Function(_) if provider_of(untyped, "").is_some() => {}
            WorldItem::Function(function) => {
                report.add(|report| &mut report.missing, || compare::missing("", resolve, function));
            }
            WorldItem::Type { .. } => {}
        }
    }
    if report.is_empty() { Ok(bridged) } else { Err(Error::Imports { report }) }
}

/// Refuses WASI's own interface `name` if it takes a resource from an interface that a provider serves. The handles of
/// one are not the other's.
fn check_resources(
    provided: &[Provided],
    resolve: &Resolve,
    name: &str,
    interface: &wit_parser::Interface,
) -> Result<(), Error> {
    for (resource, id) in &interface.types {
        let Some(home) = home_of(resolve, *id) else { continue };
        if let Some(served) = served(provided).find(|served| same_track(served.interface.id, &home)) {
            let message = format!(
                "expected a provider of `{name}` too, found none: WASI's own `{name}` has another `{resource}` than the \
                 provider of `{home}`"
            );
            return Err(Error::Link { interface: served.interface.id.into(), message });
        }
    }
    Ok(())
}

/// Links the imports that nobody provides. [`check_imports`] has found that they are all denied.
pub(super) fn link_denied_imports(
    linker: &mut Linker<State>,
    image: &Image,
    provided: &[Provided],
    untyped: &[DynamicProvider],
) -> Result<(), Error> {
    let resolve = image.resolve();
    for (key, item) in &image.world().imports {
        let name = resolve.name_world_key(key);
        let fail = |error: wasmtime::Error| Error::Link { interface: name.clone(), message: message(&error) };
        match item {
            WorldItem::Interface { id, .. } => {
                let is_linked = served(provided).any(|served| same_track(served.interface.id, &name))
                    || provider_of(untyped, &name).is_some();
                if !is_linked && !is_wasi(&name) {
                    let instance = &mut linker.instance(&name).map_err(fail)?;
                    link_denied_interface(instance, &name, resolve, *id).map_err(fail)?;
                }
            }
            WorldItem::Function(_) if provider_of(untyped, "").is_some() => {}
            WorldItem::Function(function) => link_denied(&mut linker.root(), "", &function.name).map_err(fail)?,
            WorldItem::Type { .. } => {}
        }
    }
    Ok(())
}

/// The host type of a resource in an interface whose functions are all denied.
struct Nothing;

fn link_denied_interface(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    resolve: &Resolve,
    id: wit_parser::InterfaceId,
) -> wasmtime::Result<()> {
    for (ty, id) in &resolve.interfaces[id].types {
        if matches!(resolve.types[*id].kind, TypeDefKind::Resource) {
            linker.resource(ty, ResourceType::host::<Nothing>(), |_, _| Ok(()))?;
        }
    }
    resolve.interfaces[id].functions.keys().try_for_each(|function| link_denied(linker, name, function))
}

#[cfg(not(feature = "wasi"))]
pub(super) fn is_wasi(_: &str) -> bool {
    false
}

#[cfg(not(feature = "wasi"))]
fn wasi_id(_: &wasmtime::Engine, id: &str) -> String {
    id.into()
}
