//! Tells components from core modules, and decodes a component's WIT. A panic in the decoding crates becomes an error.

use super::arena;
use super::bounds;
use super::names::{LONGEST, check_lengths};
use super::own_exports;
use super::package_cycles::Packages;
use super::sections::{Section, check_declarations};
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::panic_message;
use crate::runtime::store::room::Arena;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tairitsu_guest::schema::InterfaceId;
use wasmparser::{ComponentExternalKind, Payload};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::{Resolve, World, WorldId};

/// A component's WIT and its arena.
pub(super) struct Decoded {
    pub(super) resolve: Resolve,
    pub(super) world: WorldId,
    pub(super) arena: Arena,
    /// Why the world is empty. Every component is decoded before it is cached. So only a cached component can fail
    /// here, after the decoding crates have changed.
    pub(super) flaw: Option<String>,
}

impl Decoded {
    /// An empty world, for a component that could not be decoded.
    pub(super) fn nothing(flaw: Error) -> Self {
        let mut resolve = Resolve::default();
        let world = resolve.worlds.alloc(World {
            name: "nothing".into(),
            imports: Default::default(),
            exports: Default::default(),
            package: None,
            docs: Default::default(),
            stability: Default::default(),
            includes: Vec::new(),
            span: Default::default(),
        });
        Self { resolve, world, arena: Arena::default(), flaw: Some(flaw.to_string()) }
    }
}

pub(super) enum Kind {
    Component,
    CoreModule,
}

impl Kind {
    /// Tells a component from a core module by the eight bytes that every binary begins with: the magic
    /// number, a version and a layer.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Error> {
        match bytes {
            [b'\0', b'a', b's', b'm', _, _, 0, 0, ..] => Ok(Kind::CoreModule),
            [b'\0', b'a', b's', b'm', _, _, 1, 0, ..] => Ok(Kind::Component),
            _ => Err(Error::NotWasm { found: describe(bytes) }),
        }
    }
}

/// Describes bytes that are not WebAssembly.
fn describe(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "no bytes at all".into();
    }
    let start = bytes.trim_ascii_start();
    if start.starts_with(b"(module") || start.starts_with(b"(component") {
        return "WebAssembly text: turn it into a binary with `wasm-tools parse`".into();
    }
    let head = &bytes[..bytes.len().min(8)];
    format!("{} bytes that begin with \"{}\"", bytes.len(), head.escape_ascii())
}

/// Refuses a component that imports or exports anything but an instance under the name of an interface. The decoder takes
/// such a name for an interface, and panics.
pub(super) fn check_names(component: &[u8]) -> Result<(), Error> {
    let check = |name: &str, found: ComponentExternalKind| {
        if found == ComponentExternalKind::Instance || InterfaceId::parse(name).is_none() {
            return Ok(());
        }
        let found = match found {
            ComponentExternalKind::Func => "a function",
            ComponentExternalKind::Component => "a component",
            ComponentExternalKind::Module => "a core module",
            ComponentExternalKind::Type => "a type",
            ComponentExternalKind::Value | ComponentExternalKind::Instance => "a value",
        };
        let message = format!("expected an instance under the name `{name}`, which is an interface's, found {found}");
        Err(Error::NotWit { message })
    };
    let mut depth = 0;
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::Version { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth -= 1,
            Ok(Payload::ComponentImportSection(section)) if depth == 1 => {
                section.into_iter().flatten().try_for_each(|import| check(import.name.name, import.ty.kind()))?;
            }
            Ok(Payload::ComponentExportSection(section)) if depth == 1 => {
                section.into_iter().flatten().try_for_each(|export| check(export.name.name, export.kind))?;
            }
            Ok(_) => {}
            // The validator has read all of it, and reports this.
            Err(_) => break,
        }
    }
    Ok(())
}

/// Refuses packages that use each other, because the decoder would not end on them. The `component-type` sections of a
/// core module are checked together; a component is checked alone.
pub(super) fn check_packages<'a>(components: impl IntoIterator<Item = &'a [u8]>) -> Result<(), String> {
    let mut packages = Packages::default();
    for component in components {
        bounds::check(component)?;
        answer(|| packages.add(component))?;
    }
    if packages.has_long_names {
        return Err(format!("expected names of at most {LONGEST} bytes, found a longer one"));
    }
    match packages.cycle() {
        None => Ok(()),
        Some((one, other)) => {
            Err(format!("expected packages that do not use each other, found `{one}` and `{other}`, which do"))
        }
    }
}

/// Decodes the WIT of a valid component, and finds its arena.
pub(super) fn decode(component: &[u8]) -> Result<Decoded, Error> {
    match answer(|| wit_component::decode(component)) {
        Ok(DecodedWasm::Component(resolve, world)) => {
            // The names are printed once here, where a panic is an error, and often later.
            let worlds = &resolve.worlds[world];
            let names = worlds.imports.keys().chain(worlds.exports.keys());
            names.for_each(|key| drop(resolve.name_world_key(key)));
            check_lengths(&resolve).map_err(|message| Error::NotWit { message })?;
            Ok(Decoded { resolve, world, arena: arena::of(component), flaw: None })
        }
        Ok(DecodedWasm::WitPackage(..)) => {
            Err(Error::NotWit { message: "it is a WIT package, which has types and no code".into() })
        }
        Err(message) => Err(Error::NotWit { message }),
    }
}

/// Runs `read`, which calls `wasmparser`, `wit-parser` or `wit-component`, and turns a panic into an error.
///
/// These crates assert properties that hold for every component that the tools write. A valid component of another
/// origin may not have them, and then only the load of this image fails. After a panic, nothing uses the values that
/// `read` changed.
pub(super) fn answer<T, E: fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(answer) => answer.map_err(|error| format!("{error:#}")),
        Err(panic) => {
            Err(format!("expected what the tools for components write, found otherwise: {}", panic_message(&*panic)))
        }
    }
}

/// Runs all of `load`, and turns a panic into an error. [`answer`] gives an error that is more precise, where it is used.
pub(super) fn guarded<T>(load: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(load)).unwrap_or_else(|panic| {
        let message =
            format!("expected what can be read, found what a reader does not expect: {}", panic_message(&*panic));
        Err(Error::Invalid { message })
    })
}

/// Makes a component of a core module, by the `component-type` sections in it.
pub(super) fn componentize(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let fail = |message| Error::Componentize { message };
    let sections = Section::all(wasm).map_err(|error| fail(error.to_string()))?;
    // The format of such a section before components: it begins with a version number.
    if let Some([version, ..]) = sections.iter().map(|section| section.data).find(|data| !data.starts_with(b"\0asm")) {
        let message = format!("expected a `component-type` section that is a component, found one of format {version}");
        return Err(fail(message));
    }
    check_packages(sections.iter().map(|section| section.data)).map_err(fail)?;
    answer(|| check_declarations(&sections)).map_err(fail)?;
    let own = answer(|| own_exports::of(wasm, &sections)).map_err(fail)?;
    let wasm = own.as_deref().unwrap_or(wasm);
    if answer(|| wit_component::metadata::decode(wasm)).map_err(fail)?.0.is_none() {
        return Err(Error::NoComponentType);
    }
    let component = answer(|| {
        let encoder = ComponentEncoder::default().validate(true);
        #[cfg(feature = "wasi")]
        let encoder = {
            use wasi_preview1_component_adapter_provider as adapter;
            encoder.adapter(
                adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            )?
        };
        encoder.module(wasm)?.encode()
    })
    .map_err(fail)?;
    bounds::check(&component).map_err(fail)?;
    Ok(component)
}
