//! The registry: names for images, and the engine that runs them.

use crate::runtime::base::load_error::Error;
use crate::runtime::base::reference::{Digest, Reference, Tagged};
use crate::runtime::engine::cache::Cache;
use crate::runtime::engine::machine::{Machine, Settings};
use crate::runtime::image::image::Image;
use crate::runtime::ledger::events::{Event, Events};
use crate::runtime::ledger::info::ContainerInfo;
use crate::runtime::ledger::names::Names;
use std::fmt;
use std::sync::Arc;

/// Maps names to images, and owns the engine that compiles and runs them. Cheap to clone, safe to share.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// let registry = tairitsu::Registry::new();
/// // The smallest component: it imports and exports nothing.
/// registry.register_image("empty:v1", b"\0asm\x0d\0\x01\0")?;
/// assert_eq!(registry.image_names(), ["empty:v1"]);
/// assert!(registry.image("empty:v1").is_some() && registry.image("empty:v2").is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    machine: Arc<Machine>,
    images: Names<Tagged, Image>,
}

/// Sets how a registry's engine compiles and runs. These settings are the same for all containers.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// let registry = tairitsu::Registry::builder().fuel(true).stack_bytes(1 << 20).build()?;
/// assert!(registry.containers().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct RegistryBuilder {
    settings: Settings,
    cache: Option<Cache>,
}

impl RegistryBuilder {
    /// Sets whether compiled code counts fuel, for [`Limits::fuel`]. Off by default, because counting costs time.
    ///
    /// A loop that computes is hardly slower. A loop that does little but store takes twice as long.
    ///
    /// [`Limits::fuel`]: crate::Limits::fuel
    pub fn fuel(mut self, counted: bool) -> Self {
        self.settings.fuel = counted;
        self
    }

    /// Sets how much stack wasm may use in one call, in bytes. The default is 512 KiB.
    ///
    /// A calling thread needs as much stack, and more for the host's functions. A Rust thread has 2 MiB.
    pub fn stack_bytes(mut self, bytes: usize) -> Self {
        self.settings.stack = bytes;
        self
    }

    /// Reserves room for `containers` containers at a time, of all images of the registry.
    ///
    /// Starting and ending a container then takes a third of the time, and threads that do so do not block each other.
    /// By default, each container asks the system for its memory.
    ///
    /// A container beyond the reserved room is [`Error::PoolFull`]. Each linear memory takes a place, and nearly all
    /// images have one memory. A heap of collected values takes a place, too.
    ///
    /// The costs:
    ///
    /// - Addresses: 4 GiB for each place, and 3 MiB for its tables, used or not. A 64-bit process has enough for some
    ///   30,000 places.
    /// - Memory: nothing until a place is used. A used place keeps its tables and up to 2 MiB of its last container's
    ///   memory. A place keeps this only if the system can clear it cheaply (Linux 6.7 or later).
    ///
    /// The restrictions:
    ///
    /// - One table has at most 100,000 elements. [`Limits::table_elements`] may not be higher, and an image that begins
    ///   with more does not load.
    /// - There are no shared memories.
    /// - There are no containers whose calls are futures.
    /// - On a platform where wasmtime has no pools (32-bit platforms), this setting has no effect and `tracing` gets a
    ///   warning. [`Registry::pool`] is then `None`.
    ///
    /// [`Limits::table_elements`]: crate::Limits::table_elements
    pub fn pooling(mut self, containers: u32) -> Self {
        self.settings.pool = Some(containers);
        self
    }

    /// Keeps compiled images on disk, so that the next process does not compile them again. By default, every process
    /// compiles its images.
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Sets whether the registry's numbers go to the recorder of the `metrics` facade. Off by default, because the
    /// facade cannot say whether there is a recorder.
    ///
    /// Install the recorder before [`RegistryBuilder::build`]. The registry keeps using the recorder that it finds
    /// there.
    ///
    /// | name | kind | meaning |
    /// |---|---|---|
    /// | `tairitsu_calls_total` | counter | calls to guests that have ended, refused calls included |
    /// | `tairitsu_call_errors_total` | counter | calls that ended in an error, by the label `cause`: [`CallError::cause`], or `dropped` for a call whose future was dropped |
    /// | `tairitsu_call_duration_seconds` | histogram | how long a call took, however it ended; without refused calls |
    /// | `tairitsu_spawn_duration_seconds` | histogram | how long a container took to start or to restart, without failures |
    /// | `tairitsu_compile_duration_seconds` | histogram | how long an image took to load that was in no cache, without failures |
    /// | `tairitsu_cache_hits_total` | counter | images that were in the [cache](RegistryBuilder::cache) |
    /// | `tairitsu_cache_misses_total` | counter | images that were not in the cache |
    /// | `tairitsu_containers` | gauge | containers that exist, as [`Registry::containers`] lists them |
    ///
    /// The numbers of several registries add up. A guest's call to a linked container counts as a call. Native
    /// containers are in no registry and are not counted. With metrics, each call reads the clock twice.
    ///
    /// [`CallError::cause`]: crate::CallError::cause
    #[cfg(feature = "metrics")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
    pub fn metrics(mut self, counted: bool) -> Self {
        self.settings.metrics = counted;
        self
    }

    /// Makes the engine, and an empty registry.
    ///
    /// # Errors
    ///
    /// - [`Error::Engine`] if the platform has no code generator, if no thread can be started, or if a setting is
    ///   invalid.
    /// - [`Error::Pool`] if the platform has no room for a pool of that size, or if the size is 0.
    pub fn build(self) -> Result<Registry, Error> {
        let machine = Machine::new(self.settings, self.cache)?;
        Ok(Registry { inner: Arc::new(Inner { machine, images: Names::default() }) })
    }
}

impl Registry {
    /// Makes an empty registry with default settings.
    ///
    /// # Panics
    ///
    /// - On a platform for which wasmtime generates no code.
    /// - If no thread can be started.
    ///
    /// [`RegistryBuilder::build`] returns these as errors.
    #[expect(clippy::new_without_default, reason = "an engine is not made in passing")]
    #[must_use]
    pub fn new() -> Self {
        match Self::builder().build() {
            Ok(registry) => registry,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts to make a registry with other settings.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// The cache of compiled images, if the registry has one.
    pub fn cache(&self) -> Option<&Cache> {
        self.inner.machine.cache.as_ref().map(|(cache, _)| cache)
    }

    /// How many containers the registry has [reserved](RegistryBuilder::pooling) room for.
    pub fn pool(&self) -> Option<u32> {
        self.inner.machine.pool
    }

    /// The containers that exist, of all images of this registry, oldest first.
    pub fn containers(&self) -> Vec<ContainerInfo> {
        self.inner.machine.living.list().iter().map(|shared| shared.info()).collect()
    }

    /// Subscribes to the events from now on. The subscription keeps up to 1,024 unread events.
    ///
    /// [`Registry::containers`] and [`Registry::image_names`] list what exists already. Call them after this function,
    /// so that no change is missed.
    pub fn events(&self) -> Events {
        self.events_with_capacity(1024)
    }

    /// [`Registry::events`], with a subscription that keeps up to `capacity` unread events, and at least one.
    pub fn events_with_capacity(&self, capacity: usize) -> Events {
        Events::of(&self.inner.machine.hub, capacity)
    }

    /// Compiles a component and registers it as `name` or `name:tag`. A core module is made a component first.
    ///
    /// Without a tag, the tag is `latest`. If the name ends with `@sha256:` and a digest, the bytes must have that
    /// digest.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidName`] for an invalid image name.
    /// - [`Error::NameTaken`] for a name that is registered.
    /// - [`Error::Digest`] if the bytes have another digest than the name says.
    /// - The errors of [`Registry::load_image`].
    ///
    /// The name and the digest are checked before anything is compiled. The name is checked again afterwards.
    pub fn register_image(&self, name: &str, wasm: impl AsRef<[u8]>) -> Result<Image, Error> {
        let tagged = self.tagged(name, wasm.as_ref())?;
        let taken = || Error::NameTaken { name: tagged.to_string() };
        if self.inner.images.read(|images| images.contains_key(&tagged)) {
            return Err(taken());
        }
        // No lock is held during compilation, so another thread may take the name meanwhile.
        let name = tagged.to_string();
        let image = self.load_image(wasm)?.named(&name);
        let announce = || self.announce(|| Event::ImageRegistered { name: name.clone(), digest: image.digest() });
        match self.inner.images.add(tagged.clone(), &image, announce) {
            true => Ok(image),
            false => Err(taken()),
        }
    }

    /// Compiles an image and gives it the name of an older image, if there is one. Returns the new image and the old
    /// one.
    ///
    /// At every moment, the name has one of both images. Templates and containers of the old image keep using it.
    ///
    /// # Errors
    ///
    /// Those of [`Registry::register_image`], except [`Error::NameTaken`]. After an error, the old image stays.
    pub fn replace_image(&self, name: &str, wasm: impl AsRef<[u8]>) -> Result<(Image, Option<Image>), Error> {
        let tagged = self.tagged(name, wasm.as_ref())?;
        let name = tagged.to_string();
        let image = self.load_image(wasm)?.named(&name);
        let digest = image.digest();
        let old = self.inner.images.put(tagged, image.clone(), |old| {
            self.announce(|| match old {
                None => Event::ImageRegistered { name, digest },
                Some(old) => Event::ImageReplaced { name, digest, old: old.digest() },
            });
        });
        Ok((image, old))
    }

    fn tagged(&self, name: &str, wasm: &[u8]) -> Result<Tagged, Error> {
        let reference: Reference = name.parse()?;
        if let Some(expected) = reference.sha256() {
            let found = Digest::of(wasm);
            if found != *expected {
                return Err(Error::Digest { name: name.into(), found: found.to_string() });
            }
        }
        Ok(reference.tagged())
    }

    /// Compiles a component without registering it. A core module is made a component first. If the
    /// [cache](RegistryBuilder::cache) has the image, nothing is compiled.
    ///
    /// # Errors
    ///
    /// - [`Error::NotWasm`] for bytes that are no WebAssembly.
    /// - [`Error::Invalid`] for invalid WebAssembly, or for features that the engine does not have.
    /// - [`Error::NoComponentType`] for a core module without a `component-type` section.
    /// - [`Error::Componentize`] for a core module that cannot be made a component.
    /// - [`Error::NotWit`] for imports or exports that WIT cannot express.
    /// - [`Error::PoolPlace`] for an image that does not fit the registry's [pool](RegistryBuilder::pooling).
    pub fn load_image(&self, wasm: impl AsRef<[u8]>) -> Result<Image, Error> {
        Image::load(&self.inner.machine, wasm.as_ref())
    }

    /// The image with this name, if there is one. Without a tag, the tag is `latest`.
    ///
    /// - `name@sha256:..` is the image with that name and that digest, with any tag.
    /// - `name:tag@sha256:..` is the image with that name, that tag and that digest.
    pub fn get_image(&self, name: &str) -> Option<Image> {
        self.find(&name.parse().ok()?).map(|(_, image)| image)
    }

    /// The image that a reference means, with its whole name.
    fn find(&self, reference: &Reference) -> Option<(Tagged, Image)> {
        let tagged = reference.tagged();
        self.inner.images.read(|images| {
            let found = match (reference.sha256(), reference.tag()) {
                (None, _) => images.get_key_value(&tagged),
                (Some(digest), Some(_)) => images.get_key_value(&tagged).filter(|(_, image)| image.has_digest(digest)),
                (Some(digest), None) => images
                    .iter()
                    .filter(|(other, image)| other.name == tagged.name && image.has_digest(digest))
                    .min_by_key(|(other, _)| &other.tag),
            };
            found.map(|(tagged, image)| (tagged.clone(), image.clone()))
        })
    }

    /// [`Registry::get_image`], under a shorter name.
    pub fn image(&self, name: &str) -> Option<Image> {
        self.get_image(name)
    }

    /// Forgets a name, and returns the name's image. Containers of the image run on.
    ///
    /// A name with a digest is the same name as for [`Registry::get_image`]: `name@sha256:..` forgets the image of that name
    /// with that digest, whatever its tag is. No name is forgotten if no image has the digest.
    pub fn remove_image(&self, name: &str) -> Option<Image> {
        let reference: Reference = name.parse().ok()?;
        let tagged = self.find(&reference)?.0;
        let is_meant = |image: &Image| reference.sha256().is_none_or(|digest| image.has_digest(digest));
        self.inner.images.remove(&tagged, is_meant, |image| {
            self.announce(|| Event::ImageRemoved { name: tagged.to_string(), digest: image.digest() });
        })
    }

    /// The names of all images, with their tags, sorted.
    pub fn image_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.inner.images.read(|images| images.keys().map(Tagged::to_string).collect());
        names.sort();
        names
    }

    fn announce(&self, event: impl FnOnce() -> Event) {
        self.inner.machine.hub.send(event);
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("images", &self.image_names()).finish()
    }
}
