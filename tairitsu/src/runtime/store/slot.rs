//! The places of a container's providers.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    #[inline]
    pub(crate) fn lease(&mut self) -> Lease<'_> {
        match self {
            Slot::Own(provider) => Lease::Own(&mut **provider),
            // A provider's panic is an error of the call in which it happened. Later calls still get the provider.
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
