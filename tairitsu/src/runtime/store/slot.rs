//! The places of a container's providers.

use super::time::CallTime;
use crate::runtime::base::cause::Cause;
use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// The place of a provider.
pub(crate) enum Slot {
    /// A provider of this container alone.
    Own(Box<dyn Any + Send>),
    /// A provider that other containers share.
    Shared(Arc<Mutex<dyn Any + Send>>),
}

/// Access to a provider, for one call to it.
pub(crate) enum Lease<'s> {
    Own(&'s mut (dyn Any + Send)),
    Shared(MutexGuard<'s, dyn Any + Send>),
}

impl Slot {
    /// Access for a call of a guest, which waits for a shared provider no longer than the call may take. A provider that
    /// waits for itself, by way of a container that it calls, ends with the call.
    #[inline]
    pub(crate) fn lease_within(&mut self, time: &CallTime) -> Result<Lease<'_>, Cause> {
        match self {
            Slot::Own(provider) => Ok(Lease::Own(&mut **provider)),
            Slot::Shared(provider) => shared(provider, time).map(Lease::Shared),
        }
    }

    #[inline]
    pub(crate) fn lease(&mut self) -> Lease<'_> {
        match self {
            Slot::Own(provider) => Lease::Own(&mut **provider),
            // A provider's panic is an error of the call in which it happened. Later calls still get the provider.
            Slot::Shared(provider) => Lease::Shared(provider.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

fn shared<'s>(provider: &'s Mutex<dyn Any + Send>, time: &CallTime) -> Result<MutexGuard<'s, dyn Any + Send>, Cause> {
    // The lock may be the host's own as well, so that nothing tells when it is released.
    let mut pause = Duration::from_micros(20);
    loop {
        match provider.try_lock() {
            Ok(provider) => return Ok(provider),
            // A provider's panic is an error of the call in which it happened. Later calls still get the provider.
            Err(TryLockError::Poisoned(provider)) => return Ok(provider.into_inner()),
            Err(TryLockError::WouldBlock) => time.may_go_on()?,
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(1));
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
            Lease::Shared(provider) => &mut **provider,
        }
    }
}
