//! A compiled component.

use super::Error;
use super::artefact::Id;
use super::error::message;
use super::machine::Machine;
use super::reference::Digest;
use std::fmt;
use std::sync::Arc;
use wasmtime::Module;
use wasmtime::component::Component;
use wit_component::{ComponentEncoder, DecodedWasm, WitPrinter};
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};

/// A compiled component, with the WIT it was decoded to. Cheap to clone.
#[derive(Clone)]
pub struct Image {
    inner: Arc<Inner>,
    /// The name that it was registered by.
    name: Option<Arc<str>>,
}

struct Inner {
    machine: Arc<Machine>,
    component: Component,
    resolve: Resolve,
    world: WorldId,
    digest: Digest,
}

/// What a component imports or exports, in the order in which it does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interfaces {
    /// The whole name, `namespace:package/interface@version`; the plain name of a function that stands alone.
    pub id: String,
    /// The functions' names.
    pub functions: Vec<String>,
}

impl Image {
    pub(super) fn load(machine: &Arc<Machine>, wasm: &[u8]) -> Result<Self, Error> {
        let engine = &machine.engine;
        let kind = Kind::of(wasm)?;
        let digest = Digest::of(wasm);
        let cache = machine.cache.as_ref().map(|(cache, engine)| (cache, Id { digest: &digest, engine }));
        // Until this returns, whoever loads the same waits.
        let _claim = cache.map(|(cache, id)| cache.claim(id));
        if let Some((component, opened)) = cache.and_then(|(cache, id)| cache.load(engine, id)) {
            let decoded = decode(opened.component().unwrap_or(wasm))?;
            return Ok(Self::new(machine, component, decoded, digest));
        }
        let componentized = match kind {
            Kind::Component => None,
            Kind::CoreModule => {
                // What reads the sections counts on a valid module around them.
                Module::validate(engine, wasm).map_err(|error| Error::Invalid { message: message(&error) })?;
                Some(componentize(wasm)?)
            }
        };
        let component_bytes = componentized.as_deref().unwrap_or(wasm);
        // And what decodes the component counts on a valid one, which the compiler sees to.
        let component = Component::from_binary(engine, component_bytes)
            .map_err(|error| Error::Invalid { message: message(&error) })?;
        let decoded = decode(component_bytes)?;
        if let Some((cache, id)) = cache {
            cache.store(id, componentized.as_deref().unwrap_or_default(), &component);
        }
        Ok(Self::new(machine, component, decoded, digest))
    }

    fn new(machine: &Arc<Machine>, component: Component, (resolve, world): (Resolve, WorldId), digest: Digest) -> Self {
        Self { inner: Arc::new(Inner { machine: machine.clone(), component, resolve, world, digest }), name: None }
    }

    /// The same image, by a name.
    pub(super) fn named(self, name: &str) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The name that it was registered by, with its tag.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What the image imports.
    pub fn imports(&self) -> Vec<Interfaces> {
        self.interfaces(&self.resolve().worlds[self.inner.world].imports)
    }

    /// What the image exports.
    pub fn exports(&self) -> Vec<Interfaces> {
        self.interfaces(&self.resolve().worlds[self.inner.world].exports)
    }

    fn interfaces<'a>(&self, items: impl IntoIterator<Item = (&'a WorldKey, &'a WorldItem)>) -> Vec<Interfaces> {
        let resolve = self.resolve();
        items
            .into_iter()
            .filter_map(|(key, item)| {
                let functions = match item {
                    WorldItem::Interface { id, .. } => resolve.interfaces[*id].functions.keys().cloned().collect(),
                    WorldItem::Function(_) => Vec::new(),
                    WorldItem::Type { .. } => return None,
                };
                Some(Interfaces { id: resolve.name_world_key(key), functions })
            })
            .collect()
    }

    /// The image's WIT: its world, and the interfaces that it imports and exports, as `wasm-tools component wit` prints
    /// them. Doc comments are not in a component.
    pub fn wit(&self) -> String {
        let resolve = self.resolve();
        let mut printer = WitPrinter::default();
        let main = self.world().package;
        let nested: Vec<_> = resolve.packages.iter().map(|(id, _)| id).filter(|id| Some(*id) != main).collect();
        match main.map(|main| printer.print(resolve, main, &nested)) {
            Some(Ok(())) => printer.output.to_string(),
            // It prints what it has decoded itself.
            Some(Err(error)) => format!("// the WIT cannot be printed: {error:#}"),
            None => String::new(),
        }
    }

    /// The SHA-256 of the bytes that it was made of, `sha256:` and 64 digits.
    pub fn digest(&self) -> String {
        self.inner.digest.to_string()
    }

    pub(super) fn has_digest(&self, digest: &Digest) -> bool {
        self.inner.digest == *digest
    }

    pub(super) fn machine(&self) -> &Arc<Machine> {
        &self.inner.machine
    }

    pub(super) fn component(&self) -> &Component {
        &self.inner.component
    }

    pub(super) fn resolve(&self) -> &Resolve {
        &self.inner.resolve
    }

    pub(super) fn world(&self) -> &wit_parser::World {
        &self.inner.resolve.worlds[self.inner.world]
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("name", &self.name)
            .field("imports", &self.imports())
            .field("exports", &self.exports())
            .finish()
    }
}

enum Kind {
    Component,
    CoreModule,
}

impl Kind {
    /// Tells a component from a core module by the eight bytes that every binary begins with: the magic
    /// number, a version and a layer.
    fn of(bytes: &[u8]) -> Result<Self, Error> {
        match bytes {
            [b'\0', b'a', b's', b'm', _, _, 0, 0, ..] => Ok(Kind::CoreModule),
            [b'\0', b'a', b's', b'm', _, _, 1, 0, ..] => Ok(Kind::Component),
            _ => Err(Error::NotWasm { found: describe(bytes) }),
        }
    }
}

/// What bytes look like that are no WebAssembly.
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

/// The WIT of a component that is valid.
fn decode(component: &[u8]) -> Result<(Resolve, WorldId), Error> {
    match wit_component::decode(component) {
        Ok(DecodedWasm::Component(resolve, world)) => Ok((resolve, world)),
        Ok(DecodedWasm::WitPackage(..)) => {
            Err(Error::NotWit { message: "it is a WIT package, which has types and no code".into() })
        }
        Err(error) => Err(Error::NotWit { message: format!("{error:#}") }),
    }
}

/// Makes a component of a core module, by the `component-type` sections in it.
fn componentize(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let fail = |error: &dyn fmt::Display| Error::Componentize { message: format!("{error:#}") };
    match wit_component::metadata::decode(wasm) {
        Ok((Some(_), _)) => {}
        Ok((None, _)) => return Err(Error::NoComponentType),
        Err(error) => return Err(fail(&error)),
    }
    let encoder = ComponentEncoder::default().validate(true);
    #[cfg(feature = "wasi")]
    let encoder = {
        use wasi_preview1_component_adapter_provider as adapter;
        encoder
            .adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)
            .map_err(|error| fail(&error))?
    };
    encoder.module(wasm).and_then(|mut encoder| encoder.encode()).map_err(|error| fail(&error))
}
