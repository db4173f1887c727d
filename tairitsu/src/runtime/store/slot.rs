//! The places of a container's providers.

use crate::runtime::base::cause::Cause;
use crate::runtime::ledger::waits::{Held, Possession, Ring};
use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

/// The place of a provider.
pub(crate) enum Slot {
    /// A provider of this container alone.
    Own(Box<dyn Any + Send>),
    /// A provider that other containers share.
    Shared(Arc<SharedProvider>),
}

/// A provider that several containers share. The host may have the lock, too.
pub(crate) struct SharedProvider {
    pub(crate) provider: Arc<Mutex<dyn Any + Send>>,
    pub(crate) possession: Arc<Possession>,
}

/// Access to a provider, for one call to it.
pub(crate) enum Lease<'s> {
    Own(&'s mut (dyn Any + Send)),
    /// The possession ends before the lock is released, so that it does not end the next one's.
    Shared {
        _held: Held<'s>,
        provider: MutexGuard<'s, dyn Any + Send>,
    },
}

/// Why there is no access to a provider. It is boxed, so that access costs no more for it.
pub(crate) enum NoLease {
    /// The call may not go on.
    Ended(Cause),
    /// The provider waits for itself, by way of a container that it calls.
    Ring(Ring),
    /// The provider is not where it was linked.
    NotThere,
}

impl Slot {
    /// Access for a call of a guest. It waits for a shared provider no longer than the call may go on.
    #[inline]
    pub(crate) fn lease(&mut self, may_go_on: impl Fn() -> Result<(), Cause>) -> Result<Lease<'_>, Box<NoLease>> {
        match self {
            Slot::Own(provider) => Ok(Lease::Own(&mut **provider)),
            Slot::Shared(shared) => shared.lease(may_go_on),
        }
    }

    /// Access to a provider of this container alone.
    pub(crate) fn own(&mut self) -> Option<&mut (dyn Any + Send)> {
        match self {
            Slot::Own(provider) => Some(&mut **provider),
            Slot::Shared(_) => None,
        }
    }
}

impl SharedProvider {
    fn lease(&self, may_go_on: impl Fn() -> Result<(), Cause>) -> Result<Lease<'_>, Box<NoLease>> {
        let provider = match self.try_lock() {
            Some(provider) => provider,
            None => self.wait(may_go_on)?,
        };
        Ok(Lease::Shared { _held: self.possession.hold(), provider })
    }

    #[cold]
    fn wait(&self, may_go_on: impl Fn() -> Result<(), Cause>) -> Result<MutexGuard<'_, dyn Any + Send>, Box<NoLease>> {
        let wait = self.possession.wait();
        // The host may have the lock, and then nothing tells when it is released.
        let mut pause = Duration::from_micros(20);
        loop {
            wait.look().map_err(|ring| Box::new(NoLease::Ring(ring)))?;
            may_go_on().map_err(|cause| Box::new(NoLease::Ended(cause)))?;
            thread::sleep(pause);
            if let Some(provider) = self.try_lock() {
                return Ok(provider);
            }
            pause = (pause * 2).min(Duration::from_millis(1));
        }
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, dyn Any + Send>> {
        match self.provider.try_lock() {
            Ok(provider) => Some(provider),
            // A provider's panic is an error of the call in which it happened. Later calls still get the provider.
            Err(TryLockError::Poisoned(provider)) => Some(provider.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

pub(crate) fn not_there() -> wasmtime::Error {
    wasmtime::Error::msg("a provider is not where it was linked")
}

impl Lease<'_> {
    #[inline]
    pub(crate) fn get<P: 'static>(&mut self) -> wasmtime::Result<&mut P> {
        self.any().downcast_mut().ok_or_else(not_there)
    }

    #[inline]
    pub(crate) fn any(&mut self) -> &mut dyn Any {
        match self {
            Lease::Own(provider) => &mut **provider,
            Lease::Shared { provider, .. } => &mut **provider,
        }
    }
}
