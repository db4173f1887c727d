//! What native containers are built of.

use super::super::container::{Container, Origin};
use super::super::info::Shared;
use super::super::observe::Meters;
use super::super::provider::{self, Descriptors, Link, Provided, Provides, links};
use super::super::{Error, Policy, RestartPolicy};
use super::guest::{NativeExport, NativeTemplate};
use crate::__private::HasInterface;
use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// What a container is built of whose guest runs without wasm. Made by [`Container::native`].
pub struct NativeBuilder {
    guest: TypeId,
    type_name: &'static str,
    make: fn() -> Box<dyn Any + Send>,
    provided: Vec<Provided>,
    policy: Policy,
    restart: RestartPolicy,
    name: Option<String>,
}

impl Container {
    /// Starts to build a container of a guest type, without wasm: for tests and debuggers. Clients and providers are those
    /// of any container; a call is one of the type's own functions, on the thread that calls, and `tairitsu::Host` in it
    /// reaches the container's providers.
    ///
    /// The guest exports each interface that the type has a `#[tairitsu::guest]` impl of. Its state is made by
    /// `Default`, when it is called first; a panic ends it, as a trap does.
    ///
    /// ```
    /// #[tairitsu::guest]
    /// trait Counter {
    ///     fn count(&mut self, by: u32) -> u32;
    /// }
    ///
    /// #[derive(Default)]
    /// struct Tally(u32);
    ///
    /// #[tairitsu::guest]
    /// impl Counter for Tally {
    ///     fn count(&mut self, by: u32) -> u32 {
    ///         self.0 += by;
    ///         self.0
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut container = tairitsu::Container::native::<Tally>().build()?;
    /// let mut counter = container.guest(Counter)?;
    /// counter.count(2)?;
    /// assert_eq!(counter.count(3)?, 5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # What it has not
    ///
    /// Nothing keeps a native guest in: it is the host's own code.
    ///
    /// - There are no limits and no deadline. [`Handle::stop`] ends a call when the guest calls the host the next time.
    /// - There is no WASI between the guest and the system: what it prints is printed, and `std::process::exit` ends the host.
    /// - Threads that it starts have no `tairitsu::Host`.
    /// - Values are handed over as they are, not by way of WIT: a conversion (`#[wit(as = ..)]`) is not made.
    /// - What the guest imports is not known before it is called. A call of what nobody provides is
    ///   [`CallError::Missing`], and one of what is denied [`CallError::Denied`].
    /// - Interfaces are told apart by their traits, and not by their versions: a client and a provider serve the trait that
    ///   they were made of.
    /// - A panic unwinds it, so that destructors run which do not in wasm. Built with `panic = "abort"`, it ends the process.
    /// - It is in no registry's list.
    ///
    /// [`Handle::stop`]: crate::Handle::stop
    /// [`CallError::Missing`]: crate::CallError::Missing
    /// [`CallError::Denied`]: crate::CallError::Denied
    pub fn native<T: Default + Send + 'static>() -> NativeBuilder {
        NativeBuilder {
            guest: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            make: || Box::new(T::default()),
            provided: Vec::new(),
            policy: Policy::default(),
            restart: RestartPolicy::default(),
            name: None,
        }
    }
}

impl NativeBuilder {
    /// Provides an interface. See [`ContainerBuilder::provide`].
    ///
    /// [`ContainerBuilder::provide`]: crate::ContainerBuilder::provide
    #[must_use]
    pub fn provide<I: ?Sized + HasInterface + 'static, P: Provides<I>>(mut self, provider: P) -> Self {
        self.provided.push(Provided::value(vec![Link::new::<I, P>()], provider));
        self
    }

    /// Provides the interfaces that are named. See [`ContainerBuilder::provide_as`].
    ///
    /// [`ContainerBuilder::provide_as`]: crate::ContainerBuilder::provide_as
    #[must_use]
    pub fn provide_as<D: Descriptors<P>, P: Send + 'static>(mut self, _interfaces: D, provider: P) -> Self {
        self.provided.push(Provided::value(D::links().0, provider));
        self
    }

    /// Provides an interface by an object that is made anew for every restart. See [`ContainerBuilder::provide_with`].
    ///
    /// [`ContainerBuilder::provide_with`]: crate::ContainerBuilder::provide_with
    #[must_use]
    pub fn provide_with<I: ?Sized + HasInterface + 'static, P: Provides<I>>(
        mut self,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.provided.push(Provided::factory(vec![Link::new::<I, P>()], make));
        self
    }

    /// [`NativeBuilder::provide_with`], for the interfaces that are named.
    #[must_use]
    pub fn provide_with_as<D: Descriptors<P>, P: Send + 'static>(
        mut self,
        _interfaces: D,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.provided.push(Provided::factory(D::links().0, make));
        self
    }

    /// Provides an interface by one object that the caller keeps, or other containers have too. See
    /// [`ContainerBuilder::provide_shared`].
    ///
    /// [`ContainerBuilder::provide_shared`]: crate::ContainerBuilder::provide_shared
    #[must_use]
    pub fn provide_shared<I: ?Sized + HasInterface + 'static, P: Provides<I>>(
        mut self,
        provider: Arc<Mutex<P>>,
    ) -> Self {
        self.provided.push(Provided::shared(vec![Link::new::<I, P>()], provider));
        self
    }

    /// [`NativeBuilder::provide_shared`], for the interfaces that are named.
    #[must_use]
    pub fn provide_shared_as<D: Descriptors<P>, P: Send + 'static>(
        mut self,
        _interfaces: D,
        provider: Arc<Mutex<P>>,
    ) -> Self {
        self.provided.push(Provided::shared(D::links().0, provider));
        self
    }

    /// What may be called of what is provided. By default everything.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// What becomes of a container that has trapped. By default nothing.
    #[must_use]
    pub fn restart(mut self, restart: RestartPolicy) -> Self {
        self.restart = restart;
        self
    }

    /// The container's name. By default it is the type's.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes the container.
    ///
    /// # Errors
    ///
    /// - [`Error::NoGuest`] for a type without a `#[tairitsu::guest]` impl.
    /// - [`Error::ProvidedTwice`].
    /// - [`Error::Factory`] where a factory panics.
    pub fn build(self) -> Result<Container, Error> {
        let Self { guest, type_name, make, provided, policy, restart, name } = self;
        let exports = NativeExport::all_of(guest);
        if exports.is_empty() {
            return Err(Error::NoGuest { ty: type_name.into() });
        }
        let provided = provider::complete(provided)?;
        let template = NativeTemplate { make, exports, provided, policy, restart };
        // It is in no registry's list, and nobody hears of it.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (id, name) = (NEXT.fetch_add(1, Relaxed), name.as_deref().unwrap_or(type_name));
        let shared = Arc::new(Shared::new(id, Some(name), None, &Arc::default(), &Meters::new(false)));
        Container::start(Origin::Native(Arc::new(template)), shared)
    }
}

impl fmt::Debug for NativeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interfaces: Vec<_> = links(&self.provided).map(|link| link.interface.id).collect();
        f.debug_struct("NativeBuilder")
            .field("guest", &self.type_name)
            .field("provides", &interfaces)
            .field("policy", &self.policy)
            .finish()
    }
}
