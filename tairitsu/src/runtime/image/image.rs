//! A compiled component.

use super::bounds;
use super::decode::{Decoded, Kind, answer, check_names, check_packages, componentize, decode, guarded};
use super::docs;
use super::features;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::reference::Digest;
use crate::runtime::base::trap::message;
use crate::runtime::engine::allocator;
use crate::runtime::engine::artefact::Id;
use crate::runtime::engine::machine::Machine;
use crate::runtime::ledger::observe;
use crate::runtime::store::room::Arena;
use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use wasmtime::Module;
use wasmtime::component::Component;
use wit_component::WitPrinter;
use wit_parser::{Resolve, World, WorldItem, WorldKey};

/// A compiled component, with its decoded WIT. Cheap to clone.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// let image = tairitsu::Registry::new().load_image(b"\0asm\x0d\0\x01\0")?;
/// assert!(image.imports().is_empty() && image.exports().is_empty());
/// assert!(image.digest().starts_with("sha256:"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Image {
    inner: Arc<Inner>,
    /// The name under which the image was registered.
    name: Option<Arc<str>>,
}

struct Inner {
    machine: Arc<Machine>,
    component: Component,
    wit: Wit,
    digest: Digest,
    /// What a room above has made of the image. See [`Image::kept`].
    kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// A component's imports and exports. A component from the cache is decoded when they are asked for, because decoding
/// takes longer than the rest of its loading.
struct Wit {
    decoded: OnceLock<Decoded>,
    /// The component's bytes. Empty once the component is decoded.
    component: Mutex<Vec<u8>>,
}

/// An interface, or a function outside any interface, that a component imports or exports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interfaces {
    /// The whole name, `namespace:package/interface@version`, or the plain name of a function outside any interface.
    pub id: String,
    /// The names of the functions, in the component's order. Empty for a function outside any interface.
    pub functions: Vec<String>,
}

impl Image {
    pub(crate) fn load(machine: &Arc<Machine>, wasm: &[u8]) -> Result<Self, Error> {
        let digest = Digest::of(wasm);
        observe::load(&machine.meters, &digest, |looked_up| {
            guarded(|| Self::load_digested(machine, wasm, digest, looked_up))
        })
    }

    /// Tells `looked_up` whether the cache had the image, if there is a cache.
    fn load_digested(
        machine: &Arc<Machine>,
        wasm: &[u8],
        digest: Digest,
        looked_up: &dyn Fn(bool),
    ) -> Result<Self, Error> {
        let engine = &machine.engine;
        let kind = Kind::of(wasm)?;
        let cache = machine.cache.as_ref().map(|(cache, engine)| (cache, Id { digest: &digest, engine }));
        // Until this function returns, other loads of the same image wait.
        let _claim = cache.map(|(cache, id)| cache.claim(id));
        let cached = cache.and_then(|(cache, id)| {
            let loaded = cache.load(engine, id);
            looked_up(loaded.is_some());
            loaded
        });
        if let Some((component, componentized)) = cached {
            let wit = Wit::later(componentized.unwrap_or_else(|| wasm.to_vec()));
            return Ok(Self::new(machine, component, wit, digest));
        }
        let componentized = match kind {
            Kind::Component => {
                bounds::check(wasm).map_err(|message| Error::Invalid { message })?;
                None
            }
            Kind::CoreModule => {
                // `componentize` expects a valid core module around the sections that it reads.
                let valid = answer(|| Module::validate(engine, wasm).map_err(|error| message(&error)));
                valid.map_err(|message| unfit(machine, wasm, message))?;
                let mut component = componentize(wasm)?;
                docs::keep(&mut component, wasm);
                Some(component)
            }
        };
        let component_bytes = componentized.as_deref().unwrap_or(wasm);
        // `decode` expects a valid component, and the compiler checks that. The compiler can panic too, so `answer`
        // runs it.
        let compiled = answer(|| Component::from_binary(engine, component_bytes).map_err(|error| message(&error)));
        let component = compiled.map_err(|message| unfit(machine, component_bytes, message))?;
        check_packages([component_bytes]).map_err(|message| Error::NotWit { message })?;
        check_names(component_bytes)?;
        let decoded = documented(component_bytes)?;
        if componentized.is_some() && decoded.resolve.worlds[decoded.world].exports.is_empty() {
            observe::exports_nothing(&digest);
        }
        if let Some((cache, id)) = cache {
            cache.store(id, componentized.as_deref().unwrap_or_default(), &component);
        }
        Ok(Self::new(machine, component, Wit::of(decoded), digest))
    }

    fn new(machine: &Arc<Machine>, component: Component, wit: Wit, digest: Digest) -> Self {
        Self {
            inner: Arc::new(Inner { machine: machine.clone(), component, wit, digest, kept: OnceLock::new() }),
            name: None,
        }
    }

    /// Returns the same image with a name.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The name under which the image was registered, with its tag. `None` for an image that was not registered.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The interfaces and functions that the image imports, in the component's order.
    pub fn imports(&self) -> Vec<Interfaces> {
        self.interfaces(&self.world().imports)
    }

    /// The interfaces and functions that the image exports, in the component's order.
    pub fn exports(&self) -> Vec<Interfaces> {
        self.interfaces(&self.world().exports)
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

    /// The image's WIT: its world, and the interfaces that the image imports and exports.
    ///
    /// The text has the form that `wasm-tools component wit` prints. It has the doc comments of the interfaces that a core
    /// module of ours exports and imports. A component of another origin holds no doc comments.
    pub fn wit(&self) -> String {
        let resolve = self.resolve();
        let mut printer = WitPrinter::default();
        let main = self.world().package;
        let nested: Vec<_> = resolve.packages.iter().map(|(id, _)| id).filter(|id| Some(*id) != main).collect();
        match main.map(|main| answer(|| printer.print(resolve, main, &nested))) {
            Some(Ok(())) => printer.output.to_string(),
            // A valid component may use what the printer asserts that no WIT has.
            Some(Err(message)) => format!("// the WIT cannot be printed: {message}"),
            None => String::new(),
        }
    }

    /// The SHA-256 of the bytes that the image was loaded from: `sha256:` and 64 digits.
    pub fn digest(&self) -> String {
        self.inner.digest.to_string()
    }

    pub(crate) fn has_digest(&self, digest: &Digest) -> bool {
        self.inner.digest == *digest
    }

    pub(crate) fn machine(&self) -> &Arc<Machine> {
        &self.inner.machine
    }

    pub(crate) fn component(&self) -> &Component {
        &self.inner.component
    }

    /// Returns what `make` makes of the image. It is made once, and of one type.
    pub(crate) fn kept<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let kept = self.inner.kept.get_or_init(|| Box::new(make()));
        kept.downcast_ref().expect("what is kept of an image is of one type")
    }

    pub(crate) fn resolve(&self) -> &Resolve {
        &self.inner.wit.get().resolve
    }

    /// Fails if the image could not be decoded. Nothing is linked before this check.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.inner.wit.get().flaw {
            Some(message) => Err(Error::NotWit { message: message.clone() }),
            None => Ok(()),
        }
    }

    /// The place in the guest's memory where the guest publishes its room for lowered values.
    pub(crate) fn arena(&self) -> Arena {
        self.inner.wit.get().arena
    }

    pub(crate) fn world(&self) -> &World {
        let Decoded { resolve, world, .. } = self.inner.wit.get();
        &resolve.worlds[*world]
    }
}

/// Decodes the WIT of a valid component, with its doc comments.
fn documented(component: &[u8]) -> Result<Decoded, Error> {
    let mut decoded = decode(component)?;
    docs::add(component, &mut decoded.resolve);
    Ok(decoded)
}

impl Wit {
    fn of(decoded: Decoded) -> Self {
        Self { decoded: decoded.into(), component: Mutex::default() }
    }

    fn later(component: Vec<u8>) -> Self {
        Self { decoded: OnceLock::new(), component: Mutex::new(component) }
    }

    fn get(&self) -> &Decoded {
        self.decoded.get_or_init(|| {
            let component = std::mem::take(&mut *self.component.lock().unwrap_or_else(PoisonError::into_inner));
            guarded(|| documented(&component)).unwrap_or_else(Decoded::nothing)
        })
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

/// The error of bytes that the validator or the compiler refused.
fn unfit(machine: &Machine, wasm: &[u8], message: String) -> Error {
    // A guest chooses names that may be in the message. So the validator's errors are never the pool's.
    match machine.pool.is_some() && allocator::is_too_small(&message) {
        true => Error::PoolPlace { message },
        false => features::missing(wasm).unwrap_or(Error::Invalid { message }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::container::container::Container;
    use crate::runtime::engine::machine::Settings;
    use std::collections::BTreeMap;
    use std::ffi::OsStr;
    use std::fs;

    /// A policy is checked against the image's imports. If the imports are unknown, nothing runs.
    #[test]
    fn what_cannot_be_decoded_is_not_linked() {
        let machine = Machine::new(Settings::default(), None).unwrap();
        let empty = b"\0asm\x0d\0\x01\0";
        let image = |wit: &[u8]| {
            let component = Component::from_binary(&machine.engine, empty).unwrap();
            Image::new(&machine, component, Wit::later(wit.to_vec()), Digest::of(empty))
        };
        Container::builder(&image(empty)).build().unwrap();
        let image = image(b"\0asm\x0d\0\x01");
        assert!(image.imports().is_empty() && image.exports().is_empty());
        for _ in 0..2 {
            let error = Container::builder(&image).prepare().unwrap_err();
            assert!(matches!(error, Error::NotWit { .. }), "{error}");
        }
    }

    /// The fuzzer's corpus for its target `image`. Each file takes another path through loading.
    #[test]
    fn the_corpus_of_the_fuzzer() {
        let machine = Machine::new(Settings::default(), None).unwrap();
        let mut loaded = BTreeMap::new();
        for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fuzz/corpus/image")).unwrap() {
            let file = file.unwrap();
            let result = Image::load(&machine, &fs::read(file.path()).unwrap()).map(|image| {
                image.imports();
                image.exports();
                image.wit();
                // This fails if the image imports something.
                let _ = Container::builder(&image).prepare();
            });
            if let Err(error) = &result {
                assert!(!error.to_string().is_empty());
            }
            loaded.insert(file.file_name(), result.is_ok());
        }
        for (name, is_image) in [
            ("component-function.wasm", true),
            ("component-named-function.wasm", false),
            ("module-cut-off.wasm", false),
            ("module-exports.wasm", true),
            ("module-world-imports.wasm", false),
        ] {
            assert_eq!(loaded.get(OsStr::new(name)), Some(&is_image), "{name}");
        }
    }

    /// Each level takes three bytes, so a recursive reader would exhaust the stack.
    #[test]
    fn types_that_are_deep_in_each_other() {
        let machine = Machine::new(Settings::default(), None).unwrap();
        let number = |number: usize| [number as u8 | 0x80, (number >> 7) as u8 | 0x80, (number >> 14) as u8];
        for kind in [0x41, 0x42] {
            let types = [&[1][..], &[kind, 1, 1].repeat(100_000), &[kind, 0]].concat();
            let component = [b"\0asm\x0d\0\x01\0\x07", &number(types.len())[..], &types].concat();
            let error = Image::load(&machine, &component).unwrap_err();
            assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
            assert!(error.to_string().contains("at most 100 deep"), "{error}");

            let section = [b"\x0ecomponent-type", &component[..]].concat();
            let module = [b"\0asm\x01\0\0\0\0", &number(section.len())[..], &section].concat();
            let error = Image::load(&machine, &module).unwrap_err();
            assert!(matches!(error, Error::Componentize { .. }), "{error:?}");
            assert!(error.to_string().contains("at most 100 deep"), "{error}");
        }
    }

    /// `wasmparser` asserts that types are at most 127 levels deep. It returns an error for deeper types only if they
    /// are types of values.
    #[test]
    fn components_that_export_the_one_before() {
        let machine = Machine::new(Settings::default(), None).unwrap();
        let number = |number: usize| [number as u8 | 0x80, (number >> 7) as u8];
        for (length, is_asserted) in [(100, false), (140, true)] {
            let mut types = [&number(length + 1)[..], &[0x41, 0]].concat();
            for before in 0..length {
                types.extend([&[0x41, 2, 2, 3, 2, 1], &number(before)[..], &[4, 0, 1, b'a', 4, 0]].concat());
            }
            let export = [&[11, 8, 1, 0, 1, b'w', 3], &number(length)[..], &[0]].concat();
            let component = [b"\0asm\x0d\0\x01\0\x07", &number(types.len())[..], &types, &export].concat();
            let section = [b"\x0ecomponent-type", &component[..]].concat();
            let module = [b"\0asm\x01\0\0\0\0", &number(section.len())[..], &section].concat();

            let error = Image::load(&machine, &module).unwrap_err();
            assert!(matches!(error, Error::Componentize { .. }), "{error:?}");
            assert_eq!(error.to_string().contains("depth <= Self::MAX_DEPTH"), is_asserted, "{error}");
            match Image::load(&machine, &component) {
                Err(Error::Invalid { message }) => assert!(message.contains("MAX_DEPTH") && is_asserted, "{message}"),
                other => assert!(!is_asserted, "{other:?}"),
            }
        }
    }
}
