//! Names to images.

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

/// Names to images, and the one engine that compiles and runs them. Cheap to clone, safe to share.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    machine: Arc<Machine>,
    images: Names<Tagged, Image>,
}

/// How a registry's engine compiles and runs: what cannot be chosen for one container.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct RegistryBuilder {
    settings: Settings,
    cache: Option<Cache>,
}

impl RegistryBuilder {
    /// Whether compiled code counts fuel, for [`Limits::fuel`]. It does not by default, since it is slower then: hardly
    /// in a loop that computes, twice in one that does little but store.
    ///
    /// [`Limits::fuel`]: crate::Limits::fuel
    pub fn fuel(mut self, counted: bool) -> Self {
        self.settings.fuel = counted;
        self
    }

    /// The stack that wasm may use in one call, in bytes; 512 KiB by default. A thread that calls needs as much, and
    /// some for the host's functions besides; a Rust thread has 2 MiB.
    pub fn stack_bytes(mut self, bytes: usize) -> Self {
        self.settings.stack = bytes;
        self
    }

    /// Reserves room for so many containers at a time, of all images of the registry, so that to start and to end one costs
    /// a third of the time, and threads that do so are not in each other's way. By default memory is asked of the system for
    /// each container.
    ///
    /// A container that is one too many is [`Error::PoolFull`]. Each linear memory of an image takes a place for itself, and
    /// nearly all images have one.
    ///
    /// What it costs, used or not, is addresses: 4 GiB a place, of which a 64-bit process has enough for some 30,000, and
    /// 3 MiB more for tables. Of memory a place costs nothing until it is used; from then on it keeps what its last
    /// container has used, 2 MiB of it at most and its tables, where the system can clear it cheaply (Linux 6.7 or later), and
    /// nothing elsewhere.
    ///
    /// One table has at most 100,000 elements in a pool: [`Limits::table_elements`] may say no more, and an image that begins
    /// with more does not load. Shared memories there are none. On a platform on which wasmtime has no pools (32-bit ones) this does
    /// nothing but say so to `tracing`; [`Registry::pool`] tells.
    ///
    /// [`Limits::table_elements`]: crate::Limits::table_elements
    pub fn pooling(mut self, containers: u32) -> Self {
        self.settings.pool = Some(containers);
        self
    }

    /// Keeps compiled images on disk, so that the next process that loads them need not compile. Images are compiled
    /// each time by default.
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Whether the registry's numbers go to the recorder of the `metrics` facade. They do not by default, since the facade
    /// cannot be asked whether there is one. The recorder has to be installed before [`RegistryBuilder::build`]: the
    /// registry keeps to the one that it finds there.
    ///
    /// | name | kind | what |
    /// |---|---|---|
    /// | `tairitsu_calls_total` | counter | calls to guests that have ended, those that were refused included |
    /// | `tairitsu_call_errors_total` | counter | those that ended in an error, by the label `cause`: [`CallError::cause`]; `dropped` for a call whose future was dropped |
    /// | `tairitsu_call_duration_seconds` | histogram | how long a call took, whatever it ended in; not of those that were refused |
    /// | `tairitsu_spawn_duration_seconds` | histogram | how long a container took to start, or to start anew; not of those that failed |
    /// | `tairitsu_compile_duration_seconds` | histogram | how long an image took to load that was in no cache; not of those that failed |
    /// | `tairitsu_cache_hits_total` | counter | images that were in the [cache](RegistryBuilder::cache) |
    /// | `tairitsu_cache_misses_total` | counter | images that were not |
    /// | `tairitsu_containers` | gauge | containers that live, as [`Registry::containers`] lists them |
    ///
    /// Several registries add up. A call that a guest makes to a container that it is linked to is a call too. Guests without
    /// wasm are in no registry, and not counted. It costs a call the time of two looks at the clock.
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
    /// - [`Error::Engine`] where the platform has no code generator or no thread to spare, or where a setting is none.
    /// - [`Error::Pool`] where there is no room for a pool of that size, and for one of none.
    pub fn build(self) -> Result<Registry, Error> {
        let machine = Machine::new(self.settings, self.cache)?;
        Ok(Registry { inner: Arc::new(Inner { machine, images: Names::default() }) })
    }
}

impl Registry {
    /// An empty registry.
    ///
    /// # Panics
    ///
    /// On a platform for which wasmtime generates no code, and where there is no thread to spare.
    /// [`RegistryBuilder::build`] returns that as an error.
    #[expect(clippy::new_without_default, reason = "an engine is not made in passing")]
    #[must_use]
    pub fn new() -> Self {
        match Self::builder().build() {
            Ok(registry) => registry,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts to make a registry whose engine is set otherwise.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// The cache of compiled images, if it has one.
    pub fn cache(&self) -> Option<&Cache> {
        self.inner.machine.cache.as_ref().map(|(cache, _)| cache)
    }

    /// How many containers there is room for, where that was [reserved](RegistryBuilder::pooling).
    pub fn pool(&self) -> Option<u32> {
        self.inner.machine.pool
    }

    /// The containers that live, of all images of this registry, oldest first.
    pub fn containers(&self) -> Vec<ContainerInfo> {
        self.inner.machine.living.list().iter().map(|shared| shared.info()).collect()
    }

    /// What happens from now on, in a subscription that keeps up to 1,024 events that were not read. See
    /// [`Registry::containers`] and [`Registry::image_names`] for what is there already; asked after this, they leave no
    /// gap.
    pub fn events(&self) -> Events {
        self.events_with_capacity(1024)
    }

    /// [`Registry::events`], in a subscription that keeps so many events, and one at least.
    pub fn events_with_capacity(&self, capacity: usize) -> Events {
        Events::of(&self.inner.machine.hub, capacity)
    }

    /// Compiles a component, or a core module that it makes a component of, and registers it as `name` or
    /// `name:tag`. The tag is `latest` where there is none. With `@sha256:` and a digest after it, the bytes have to have that
    /// digest.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidName`] for what is no image name, [`Error::NameTaken`] for one that is registered, and
    ///   [`Error::Digest`] for other bytes than the name's; all are found before anything is compiled.
    /// - The errors of [`Registry::load_image`].
    pub fn register_image(&self, name: &str, wasm: impl AsRef<[u8]>) -> Result<Image, Error> {
        let tagged = self.tagged(name, wasm.as_ref())?;
        let taken = || Error::NameTaken { name: tagged.to_string() };
        if self.inner.images.read(|images| images.contains_key(&tagged)) {
            return Err(taken());
        }
        // No lock is held while it compiles, so the name may be taken by then.
        let name = tagged.to_string();
        let image = self.load_image(wasm)?.named(&name);
        let announce = || self.announce(|| Event::ImageRegistered { name: name.clone(), digest: image.digest() });
        match self.inner.images.add(tagged.clone(), &image, announce) {
            true => Ok(image),
            false => Err(taken()),
        }
    }

    /// Compiles an image and puts it in the place of the one that has the name, if any has, which it returns beside
    /// it. At every moment the name has the one or the other; templates and containers of the old one go on with
    /// it.
    ///
    /// # Errors
    ///
    /// Those of [`Registry::register_image`], but for [`Error::NameTaken`]. The old image stays then.
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

    /// Compiles a component, or a core module that it makes a component of, without registering it. With a
    /// [cache](RegistryBuilder::cache) that has the image, nothing is compiled.
    ///
    /// # Errors
    ///
    /// [`Error::NotWasm`], [`Error::Invalid`], [`Error::NoComponentType`], [`Error::Componentize`],
    /// [`Error::NotWit`], and [`Error::PoolPlace`] where there is a [pool](RegistryBuilder::pooling).
    pub fn load_image(&self, wasm: impl AsRef<[u8]>) -> Result<Image, Error> {
        Image::load(&self.inner.machine, wasm.as_ref())
    }

    /// The image of that name, if there is one. The tag is `latest` where there is none.
    ///
    /// With a digest, `name@sha256:..` is the image of that name with that digest, whatever its tag, and
    /// `name:tag@sha256:..` the one with both.
    pub fn get_image(&self, name: &str) -> Option<Image> {
        let reference: Reference = name.parse().ok()?;
        let tagged = reference.tagged();
        self.inner.images.read(|images| match (reference.sha256(), reference.tag()) {
            (None, _) => images.get(&tagged).cloned(),
            (Some(digest), Some(_)) => images.get(&tagged).filter(|image| image.has_digest(digest)).cloned(),
            (Some(digest), None) => images
                .iter()
                .filter(|(other, image)| other.name == tagged.name && image.has_digest(digest))
                .min_by_key(|(other, _)| &other.tag)
                .map(|(_, image)| image.clone()),
        })
    }

    /// [`Registry::get_image`], under a shorter name.
    pub fn image(&self, name: &str) -> Option<Image> {
        self.get_image(name)
    }

    /// Forgets a name, and returns its image. Containers of it run on. With a digest in it, the name is kept if
    /// its image has another one.
    pub fn remove_image(&self, name: &str) -> Option<Image> {
        let reference: Reference = name.parse().ok()?;
        let tagged = reference.tagged();
        let is_meant = |image: &Image| reference.sha256().is_none_or(|digest| image.has_digest(digest));
        self.inner.images.remove(&tagged, is_meant, |image| {
            self.announce(|| Event::ImageRemoved { name: tagged.to_string(), digest: image.digest() });
        })
    }

    /// The names of all images, with their tags, in order.
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
