//! Where a container has its providers.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a provider is.
pub(crate) enum Slot {
    /// This container's own.
    Own(Box<dyn Any + Send>),
    /// One that other containers have too.
    Shared(Arc<Mutex<dyn Any + Send>>),
}

/// A provider, for as long as one call to it takes.
pub(crate) enum Lease<'s> {
    Own(&'s mut (dyn Any + Send)),
    Shared(MutexGuard<'s, dyn Any + Send>),
}

impl Slot {
    #[inline]
    pub(crate) fn lease(&mut self) -> Lease<'_> {
        match self {
            Slot::Own(provider) => Lease::Own(&mut **provider),
            // A provider's panic is an error of the call that it was in, and no more than that.
            Slot::Shared(provider) => Lease::Shared(provider.lock().unwrap_or_else(PoisonError::into_inner)),
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
            Lease::Shared(provider) => &mut **provider,
        }
    }
}
