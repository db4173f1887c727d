//! Names to images.

use super::machine::{Machine, Settings};
use super::reference::Reference;
use super::{ContainerInfo, Error, Image};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Names to images, and the one engine that compiles and runs them. Cheap to clone, safe to share.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    machine: Arc<Machine>,
    images: RwLock<HashMap<Reference, Image>>,
}

/// How a registry's engine compiles: what cannot be chosen for one container.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegistryBuilder {
    settings: Settings,
}

impl RegistryBuilder {
    /// Whether compiled code counts fuel, for [`Limits::fuel`]. It does not by default, since it is slower then.
    ///
    /// [`Limits::fuel`]: crate::Limits::fuel
    #[must_use]
    pub fn fuel(mut self, counted: bool) -> Self {
        self.settings.fuel = counted;
        self
    }

    /// The stack that wasm may use in one call, in bytes; 512 KiB by default. A thread that calls needs as much, and
    /// some for the host's functions besides; a Rust thread has 2 MiB.
    #[must_use]
    pub fn stack_bytes(mut self, bytes: usize) -> Self {
        self.settings.stack = bytes;
        self
    }

    /// Makes the engine, and an empty registry.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] where the platform has no code generator or no thread to spare, or where a setting is none.
    pub fn build(self) -> Result<Registry, Error> {
        let machine = Machine::new(self.settings)?;
        Ok(Registry { inner: Arc::new(Inner { machine, images: RwLock::default() }) })
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

    /// The containers that live, of all images of this registry, oldest first.
    pub fn containers(&self) -> Vec<ContainerInfo> {
        self.inner.machine.roster.list()
    }

    /// Compiles a component, or a core module that it makes a component of, and registers it as `name` or
    /// `name:tag`. The tag is `latest` where there is none.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidName`] for what is no image name, and [`Error::NameTaken`] for one that is registered;
    ///   both are found before anything is compiled.
    /// - The errors of [`Registry::load_image`].
    pub fn register_image(&self, name: &str, wasm: impl AsRef<[u8]>) -> Result<Image, Error> {
        let reference = Reference::parse(name)?;
        let taken = || Error::NameTaken { name: reference.to_string() };
        if self.read(|images| images.contains_key(&reference)) {
            return Err(taken());
        }
        // No lock is held while it compiles, so the name may be taken by then.
        let image = self.load_image(wasm)?.named(&reference.to_string());
        self.write(|images| match images.entry(reference.clone()) {
            std::collections::hash_map::Entry::Occupied(_) => Err(taken()),
            std::collections::hash_map::Entry::Vacant(entry) => Ok(entry.insert(image).clone()),
        })
    }

    /// Compiles a component, or a core module that it makes a component of, without registering it.
    ///
    /// # Errors
    ///
    /// [`Error::NotWasm`], [`Error::Invalid`], [`Error::NoComponentType`], [`Error::Componentize`],
    /// [`Error::NotWit`].
    pub fn load_image(&self, wasm: impl AsRef<[u8]>) -> Result<Image, Error> {
        Image::load(&self.inner.machine, wasm.as_ref())
    }

    /// The image of that name, if there is one. The tag is `latest` where there is none.
    pub fn get_image(&self, name: &str) -> Option<Image> {
        let reference = Reference::parse(name).ok()?;
        self.read(|images| images.get(&reference).cloned())
    }

    /// Forgets a name, and returns its image. Containers of it run on.
    pub fn remove_image(&self, name: &str) -> Option<Image> {
        let reference = Reference::parse(name).ok()?;
        self.write(|images| images.remove(&reference))
    }

    /// The names of all images, with their tags, in order.
    pub fn image_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.read(|images| images.keys().map(Reference::to_string).collect());
        names.sort();
        names
    }

    // A poisoned lock is no reason to stop: nothing that could panic happens under it.

    fn read<R>(&self, f: impl FnOnce(&HashMap<Reference, Image>) -> R) -> R {
        f(&self.inner.images.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<R>(&self, f: impl FnOnce(&mut HashMap<Reference, Image>) -> R) -> R {
        f(&mut self.inner.images.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("images", &self.image_names()).finish()
    }
}
