//! The builder of containers and templates.

use super::imports::{check_imports, check_size, is_wasi, link_denied_imports};
use super::template::{Template, TemplateInner, complete};
use super::untyped;
use crate::__private::HasInterface;
use crate::core_world::HostApi;
use crate::runtime::base::limits::{Limits, TABLE_ELEMENTS};
use crate::runtime::base::load_error::Error;
use crate::runtime::base::policy::Policy;
use crate::runtime::base::restart::RestartPolicy;
use crate::runtime::base::track::same_track;
use crate::runtime::base::trap::message;
use crate::runtime::dynamic::provider::{DynamicProvider, provider_of};
use crate::runtime::dynamic::value::Value;
use crate::runtime::engine::machine::Asyncness;
use crate::runtime::image::image::Image;
use crate::runtime::provide::descriptors::Descriptors;
use crate::runtime::provide::linker::Place;
use crate::runtime::provide::provides::{Provides, ProvidesResource, ResourceOf};
use crate::runtime::provide::served::Served;
use crate::runtime::provide::source::{Provided, Source, served};
use crate::runtime::store::resolution::Resolutions;
use crate::runtime::store::terms::Terms;
use std::fmt;
use std::sync::{Arc, Mutex};
use wasmtime::component::Linker;

/// Builds containers and templates: collects the guest, its providers, and what the guest may do.
///
/// [`Container::builder`] starts with an image, and [`Container::native`] with a Rust type of the host. The functions
/// for both come first here.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// use std::time::Duration;
/// use tairitsu::{Container, Limits, Policy, Registry, RestartPolicy};
///
/// let image = Registry::new().load_image(b"\0asm\x0d\0\x01\0")?;
/// let container = Container::builder(&image)
///     .policy(Policy::allow_all().deny("wasi:sockets/*")?)
///     .limits(Limits::new().deadline(Duration::from_millis(200)))
///     .restart(RestartPolicy::on_trap())
///     .build()?;
/// assert_eq!(container.handle().info().calls, 0);
/// # Ok(())
/// # }
/// ```
///
/// [`Container::builder`]: crate::Container::builder
/// [`Container::native`]: crate::Container::native
#[must_use = "a builder does nothing until it is built or prepared"]
pub struct ContainerBuilder<G = ImageGuest> {
    pub(crate) guest: G,
    pub(crate) provided: Vec<Provided>,
    pub(crate) policy: Policy,
    pub(crate) restart: RestartPolicy,
    pub(crate) name: Option<String>,
}

/// The guest of a container with an image.
#[derive(Debug)]
pub struct ImageGuest {
    image: Image,
    limits: Limits,
    /// Why a container cannot be linked to this guest: the first error that was found.
    pub(crate) unlinkable: Option<Error>,
    /// The providers without types.
    pub(super) untyped: Vec<DynamicProvider>,
    #[cfg(feature = "wasi")]
    wasi: crate::runtime::store::grants::Wasi,
}

impl<G> ContainerBuilder<G> {
    pub(crate) fn of(guest: G) -> Self {
        Self { guest, provided: Vec::new(), policy: Policy::default(), restart: RestartPolicy::default(), name: None }
    }

    /// Provides an interface to the one container that this builder builds.
    ///
    /// The type of `provider` names the interface, if the type has one `#[tairitsu::host]` impl. For a type with more
    /// impls, use [`ContainerBuilder::provide_as`].
    ///
    /// A template has any number of containers, so [`ContainerBuilder::prepare`] refuses a provider that exists only
    /// once. Use [`ContainerBuilder::provide_with`] or [`ContainerBuilder::provide_shared`] there. A container that
    /// restarts keeps the provider as it is.
    pub fn provide<Interface, P>(mut self, provider: P) -> Self
    where
        P: Provides<Interface>, // for a type with several interfaces: `.provide_as((Journal, Clock), provider)`
        Interface: ?Sized + HasInterface + 'static,
    {
        self.provided.push(Provided::value(vec![Served::new::<Interface, P>()], provider));
        self
    }

    /// Provides the named interfaces by one object: one interface, or a tuple of up to four.
    ///
    /// ```ignore
    /// builder.provide_as((Journal, Clock), services)
    /// ```
    pub fn provide_as<D: Descriptors<P>, P: Send + 'static>(mut self, _interfaces: D, provider: P) -> Self {
        self.provided.push(Provided::value(D::served().0, provider));
        self
    }

    /// Provides an interface by a new object for every container, and for every restart of a container.
    ///
    /// ```ignore
    /// builder.provide_with(|| Log::default())
    /// ```
    pub fn provide_with<I: ?Sized + HasInterface + 'static, P: Provides<I>>(
        mut self,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.provided.push(Provided::factory(vec![Served::new::<I, P>()], make));
        self
    }

    /// [`ContainerBuilder::provide_with`], for the named interfaces.
    pub fn provide_with_as<D: Descriptors<P>, P: Send + 'static>(
        mut self,
        _interfaces: D,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.provided.push(Provided::factory(D::served().0, make));
        self
    }

    /// Provides an interface by one object that all containers share. The caller can keep the object too.
    ///
    /// Each call to the object locks it, and other containers wait for the lock. After a panic, the object is used
    /// again as it is.
    pub fn provide_shared<I: ?Sized + HasInterface + 'static, P: Provides<I>>(
        mut self,
        provider: Arc<Mutex<P>>,
    ) -> Self {
        self.provided.push(Provided::shared(vec![Served::new::<I, P>()], provider));
        self
    }

    /// [`ContainerBuilder::provide_shared`], for the named interfaces.
    pub fn provide_shared_as<D: Descriptors<P>, P: Send + 'static>(
        mut self,
        _interfaces: D,
        provider: Arc<Mutex<P>>,
    ) -> Self {
        self.provided.push(Provided::shared(D::served().0, provider));
        self
    }

    /// Provides a resource whose values are of type `T`.
    ///
    /// Guests can make values with the resource's functions that have no `self`, and call the values that they are
    /// given. Guests can also be given values of other types that implement the resource's trait.
    pub fn resource<T: ProvidesResource>(mut self) -> Self {
        let source = Source::Kept(|| Box::new(ResourceOf::<T>::new()));
        self.provided.push(Provided { source, served: vec![Served::resource::<T>()] });
        self
    }

    /// Sets which imports a container may have. By default, it may import everything that is provided.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets whether a container is restarted after a trap. By default, it is not.
    pub fn restart(mut self, restart: RestartPolicy) -> Self {
        self.restart = restart;
        self
    }

    /// Sets the containers' name in a list. By default, the name is the image's name and a number.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl ContainerBuilder {
    pub(crate) fn of_image(image: &Image) -> Self {
        Self::of(ImageGuest {
            image: image.clone(),
            limits: Limits::default(),
            unlinkable: None,
            untyped: Vec::new(),
            #[cfg(feature = "wasi")]
            wasi: Default::default(),
        })
    }

    /// Sets how much a container may use. See [`Limits`] for the defaults.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.guest.limits = limits;
        self
    }

    /// Sets the grants through WASI. By default, nothing is granted.
    #[cfg(feature = "wasi")]
    pub fn wasi(mut self, wasi: crate::runtime::store::grants::Wasi) -> Self {
        self.guest.wasi = wasi;
        self
    }

    /// Provides an interface by a function that serves every call, with values without types.
    ///
    /// `interface` is the interface's id, such as `acme:store/log@1.0.0`. The provider serves each version of the interface
    /// that is compatible by semver. An empty id stands for the functions outside any interface.
    ///
    /// `serve` is given the function's name and the arguments. All containers of a template share it. An error ends the
    /// container with [`CallError::Provider`](crate::CallError::Provider), and so does a result of another type.
    ///
    /// An interface with resources of its own cannot be provided in this way.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use tairitsu::{Container, Registry, Value};
    ///
    /// let image = Registry::new().load_image(std::fs::read("plugin.wasm")?)?;
    /// let mut plugin = Container::builder(&image)
    ///     .provide_dynamic("acme:store/log@1.0.0", |name, args| match (name, args) {
    ///         ("write", [Value::String(line)]) => {
    ///             println!("{line}");
    ///             Ok(None)
    ///         }
    ///         _ => Err(format!("no function `{name}`")),
    ///     })
    ///     .build()?;
    /// plugin.call("run", &[])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn provide_dynamic<E: fmt::Display>(
        mut self,
        interface: &str,
        serve: impl Fn(&str, &[Value]) -> Result<Option<Value>, E> + Send + Sync + 'static,
    ) -> Self {
        self.guest.untyped.push(DynamicProvider::new(interface, serve));
        self
    }

    /// Links and checks, and makes a template for any number of containers.
    ///
    /// # Errors
    ///
    /// - [`Error::Imports`] with every imported function that nobody provides, that is provided with another type, or
    ///   that is denied.
    /// - [`Error::NoExport`] and [`Error::Exports`] for a linked container that does not export the interface as
    ///   declared.
    /// - [`Error::LinkedAsync`] for a link to a container whose calls are futures, unless this container's calls are, too.
    /// - [`Error::ProvidedByValue`] for a provider that exists only once.
    /// - [`Error::ProvidedTwice`] for an interface with two providers.
    /// - [`Error::Link`] for an interface that cannot be linked.
    /// - [`Error::TooLarge`] for an image that needs more than its limits from the start.
    /// - [`Error::FuelNotCounted`] for a limit of fuel in a registry that does not count fuel.
    /// - [`Error::PoolPlace`] for more table elements than a place in the registry's pool has.
    /// - [`Error::Grant`] for a directory that cannot be opened.
    /// - [`Error::NotWit`] for an image from the cache whose WIT cannot be decoded.
    pub fn prepare(self) -> Result<Template, Error> {
        self.template_of_many(Asyncness::No)
    }

    pub(crate) fn template_of_many(self, asyncness: Asyncness) -> Result<Template, Error> {
        if let Some(provided) = self.provided.iter().find(|provided| matches!(provided.source, Source::Value(_))) {
            return Err(Error::ProvidedByValue { interface: provided.interface() });
        }
        let template = self.template(asyncness)?;
        // Report a missing directory now, and not from the first container.
        #[cfg(feature = "wasi")]
        if let Some(wasi) = &template.inner.terms.wasi {
            wasi.open_dirs()?;
        }
        Ok(template)
    }

    pub(crate) fn template(self, asyncness: Asyncness) -> Result<Template, Error> {
        let Self { guest, provided, policy, restart, name } = self;
        let ImageGuest {
            image,
            limits,
            unlinkable,
            untyped,
            #[cfg(feature = "wasi")]
            wasi,
        } = guest;
        if let Some(error) = unlinkable {
            return Err(error);
        }
        image.check()?;
        if limits.fuel.is_some() && !image.machine().fuel {
            return Err(Error::FuelNotCounted);
        }
        if image.machine().pool.is_some() && limits.tables > TABLE_ELEMENTS {
            let message = format!("a limit of {} table elements, where a table has {TABLE_ELEMENTS}", limits.tables);
            return Err(Error::PoolPlace { message });
        }
        check_size(&image, &limits)?;
        let provided = complete(provided, provider_of(&untyped, HostApi.id()).is_some())?;
        if let (Asyncness::No, Some(peer)) = (asyncness, served(&provided).find(|served| served.is_async)) {
            return Err(Error::LinkedAsync { interface: peer.interface.id.into() });
        }
        untyped::check(&provided, &untyped)?;
        let bridged = check_imports(&image, &provided, &untyped, &policy)?;

        let mut linker = Linker::new(image.component().engine());
        #[cfg(feature = "wasi")]
        let wasi = match crate::runtime::wasi::preview2::is_imported(&image) {
            true => {
                let is_provided = |id: &str| served(&provided).any(|served| same_track(served.interface.id, id));
                crate::runtime::wasi::preview2::link(&mut linker, &image, &policy, asyncness, &is_provided)?;
                Some(wasi)
            }
            false => None,
        };
        let imported: Vec<_> = image.world().imports.keys().map(|key| image.resolve().name_world_key(key)).collect();
        for (i, Provided { served, source }) in provided.iter().enumerate() {
            for served in served {
                let id = served.interface.id;
                let imported = || imported.iter().filter(|imported| same_track(id, imported));
                // All versions of an import share one function, so a function denied in one version is denied in all.
                let is_denied = |function: &str| imported().any(|imported| policy.denies(imported, id, function));
                let is_shared = matches!(source, Source::Shared(_));
                // Each import is served under its own name. Under another name the linker may find WASI's interface of a
                // higher version. A provider takes the place of WASI's functions.
                let names: Vec<_> = imported().map(String::as_str).collect();
                let names = if names.is_empty() { vec![id] } else { names };
                linker.allow_shadowing(is_wasi(id));
                for name in names {
                    let bridges =
                        bridged.iter().find(|(imported, _)| imported == name).map_or(&[][..], |(_, bridges)| bridges);
                    let place = Place { name, provider: i, is_shared, asyncness, is_denied: &is_denied, bridges };
                    served.link(&mut linker, &place)?;
                }
                linker.allow_shadowing(false);
            }
        }
        untyped::link(&mut linker, &image, &untyped, &policy, asyncness)?;
        link_denied_imports(&mut linker, &image, &provided, &untyped)?;
        let instance = linker
            .instantiate_pre(image.component())
            .map_err(|error| Error::Link { interface: "imports".into(), message: message(&error) })?;
        let terms = Terms {
            machine: image.machine().clone(),
            limits,
            arena: image.arena(),
            #[cfg(feature = "wasi")]
            wasi,
        };
        Ok(Template {
            inner: Arc::new(TemplateInner {
                image,
                terms: Arc::new(terms),
                instance,
                provided,
                restart,
                resolutions: Resolutions::default(),
                name,
            }),
        })
    }
}

impl<G: fmt::Debug> fmt::Debug for ContainerBuilder<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interfaces: Vec<_> = served(&self.provided).map(|served| served.interface.id).collect();
        f.debug_struct("ContainerBuilder")
            .field("guest", &self.guest)
            .field("provides", &interfaces)
            .field("policy", &self.policy)
            .finish()
    }
}
