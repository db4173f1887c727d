//! Native containers: the guest runs without wasm.

use super::builder::ContainerBuilder;
use super::container::{Container, Origin};
use super::template::complete;
use crate::runtime::base::load_error::Error;
use crate::runtime::call::native_template::{NativeExport, NativeTemplate};
use crate::runtime::ledger::meters::Meters;
use crate::runtime::ledger::shared::Shared;
use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

/// Builds a native container. Made by [`Container::native`].
pub type NativeBuilder = ContainerBuilder<NativeGuest>;

/// A native guest: a Rust type that runs without wasm.
pub struct NativeGuest {
    guest: TypeId,
    type_name: &'static str,
    make: fn() -> Box<dyn Any + Send>,
}

impl Container {
    /// Starts to build a native container: the guest type `T` runs without wasm, for tests and debuggers.
    ///
    /// Clients and providers are the same as for any container. A call runs a function of `T` on the calling thread. In
    /// that function, `tairitsu::Host` reaches the container's providers.
    ///
    /// The guest exports each interface for which `T` has a `#[tairitsu::guest]` impl. The first call makes the guest's
    /// state with `Default`. A panic ends the guest, as a trap does.
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
    /// # Differences from wasm
    ///
    /// Nothing isolates a native guest, because it is the host's own code.
    ///
    /// - There are no limits and no deadline. After [`Handle::stop`], a call ends when the guest next calls the host.
    /// - There is no WASI between the guest and the system. Output is printed, and `std::process::exit` ends the host.
    /// - Threads that the guest starts have no `tairitsu::Host`.
    /// - Values are passed as they are, without WIT. A conversion (`#[wit(as = ..)]`) is not made.
    /// - The guest's imports are not known before a call. A call of a function that nobody provides is
    ///   [`CallError::Missing`]. A call of a denied function is [`CallError::Denied`].
    /// - Interfaces are told apart by their traits, and not by their versions. A client and a provider serve the trait
    ///   that they were made from.
    /// - A panic unwinds the guest, so destructors run that do not run in wasm. With `panic = "abort"`, a panic ends
    ///   the process.
    /// - No registry lists the container.
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
    /// - [`Error::ProvidedTwice`] for an interface with two providers.
    /// - [`Error::Factory`] if a factory panics.
    pub fn build(self) -> Result<Container, Error> {
        let Self { guest: NativeGuest { guest, type_name, make }, provided, policy, restart, name } = self;
        let exports = NativeExport::all_of(guest);
        if exports.is_empty() {
            return Err(Error::NoGuest { ty: type_name.into() });
        }
        let provided = complete(provided, false)?;
        let template = NativeTemplate { make, exports, provided, policy, restart, kept: OnceLock::new() };
        // No registry lists the container, and nobody receives its events.
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
