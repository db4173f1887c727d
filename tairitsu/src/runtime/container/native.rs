//! Containers whose guest runs without wasm.

use super::builder::ContainerBuilder;
use super::container::{Container, Origin};
use super::template::complete;
use crate::runtime::base::load_error::Error;
use crate::runtime::call::native_template::{NativeExport, NativeTemplate};
use crate::runtime::ledger::meters::Meters;
use crate::runtime::ledger::shared::Shared;
use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Builds a container whose guest runs without wasm. Made by [`Container::native`].
pub type NativeBuilder = ContainerBuilder<NativeGuest>;

/// A guest that runs without wasm: a Rust type.
pub struct NativeGuest {
    guest: TypeId,
    type_name: &'static str,
    make: fn() -> Box<dyn Any + Send>,
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
        ContainerBuilder::of(NativeGuest {
            guest: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            make: || Box::new(T::default()),
        })
    }
}

impl NativeBuilder {
    /// Makes the container.
    ///
    /// # Errors
    ///
    /// - [`Error::NoGuest`] for a type without a `#[tairitsu::guest]` impl.
    /// - [`Error::ProvidedTwice`].
    /// - [`Error::Factory`] where a factory panics.
    pub fn build(self) -> Result<Container, Error> {
        let Self { guest: NativeGuest { guest, type_name, make }, provided, policy, restart, name } = self;
        let exports = NativeExport::all_of(guest);
        if exports.is_empty() {
            return Err(Error::NoGuest { ty: type_name.into() });
        }
        let provided = complete(provided)?;
        let template = NativeTemplate { make, exports, provided, policy, restart };
        // It is in no registry's list, and nobody hears of it.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (id, name) = (NEXT.fetch_add(1, Relaxed), name.as_deref().unwrap_or(type_name));
        let shared = Arc::new(Shared::new(id, Some(name), None, &Arc::default(), &Meters::new(false)));
        Container::start(Origin::Native(Arc::new(template)), shared)
    }
}

impl fmt::Debug for NativeGuest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NativeGuest").field(&self.type_name).finish()
    }
}
