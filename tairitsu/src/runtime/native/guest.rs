//! A guest's state, and calls to it.

use super::super::error::{GuestPanic, panic_message};
use super::super::info::Shared;
use super::super::provider::{self, Provided};
use super::super::state::Slot;
use super::super::{Error, Policy, RestartPolicy};
use super::host::{self, Ended, Host};
use super::{AnyCast, Cast};
use crate::__private::HasInterface;
use std::any::{Any, TypeId};
use std::sync::Arc;
use tairitsu_guest::schema::Interface;

/// A guest type that exports interface `I`, which is the trait's object type. `#[tairitsu::guest]` on an impl of the
/// trait implements it.
pub trait Exports<I: ?Sized + HasInterface>: 'static {
    /// The guest itself.
    fn as_interface(&mut self) -> &mut I;
}

/// That a guest type exports an interface. The program has one for each impl, wherever it is.
pub struct NativeExport {
    guest: TypeId,
    pub(super) interface: &'static Interface,
    cast: AnyCast,
}

inventory::collect!(NativeExport);

impl NativeExport {
    /// That `T` exports `I`.
    pub const fn new<T: Exports<I>, I: ?Sized + HasInterface + 'static>() -> Self {
        Self {
            guest: TypeId::of::<T>(),
            interface: I::INTERFACE,
            cast: const { &Cast::<I>(|guest| guest.downcast_mut::<T>().map(T::as_interface)) },
        }
    }

    /// All of a guest type, by id.
    pub(super) fn all_of(guest: TypeId) -> Vec<&'static NativeExport> {
        let mut exports: Vec<_> = inventory::iter::<NativeExport>().filter(|export| export.guest == guest).collect();
        exports.sort_by_key(|export| export.interface.id);
        exports
    }
}

/// Everything that is known before a guest is made.
pub(in super::super) struct NativeTemplate {
    pub(super) make: fn() -> Box<dyn Any + Send>,
    pub(super) exports: Vec<&'static NativeExport>,
    pub(super) provided: Vec<Provided>,
    pub(super) policy: Policy,
    pub(in super::super) restart: RestartPolicy,
}

impl NativeTemplate {
    /// The guest's export of an interface.
    pub(in super::super) fn export<I: ?Sized + HasInterface + 'static>(&self) -> Result<&'static NativeExport, Error> {
        self.exports.iter().copied().find(|export| export.cast.is::<Cast<I>>()).ok_or_else(|| Error::NoExport {
            interface: I::INTERFACE.id.into(),
            found: self.exports.iter().map(|export| export.interface.id.into()).collect(),
        })
    }

    /// A guest in which nothing has been called.
    pub(in super::super) fn open(self: &Arc<Self>, shared: &Arc<Shared>, kept: &mut Vec<Slot>) -> Result<Live, Error> {
        let providers = provider::slots(&self.provided, kept)?;
        let host = Host { providers, template: self.clone(), shared: shared.clone() };
        Ok(Live { state: None, make: self.make, host: Some(Box::new(host)) })
    }
}

/// A guest that is there to be called.
pub(in super::super) struct Live {
    /// Nothing, before the first call.
    state: Option<Box<dyn Any + Send>>,
    make: fn() -> Box<dyn Any + Send>,
    /// Nothing, while the guest's code runs.
    host: Option<Box<Host>>,
}

impl Live {
    /// Runs a function of the guest.
    pub(in super::super) fn call<I: ?Sized + HasInterface + 'static, R>(
        &mut self,
        export: &NativeExport,
        call: impl FnOnce(&mut I) -> R,
    ) -> wasmtime::Result<R> {
        let Self { state, make, host } = self;
        let Some(Cast(cast)) = export.cast.downcast_ref::<Cast<I>>() else { return Err(misplaced()) };
        // What a panic has left is not called again: the container has trapped.
        match host::lend(host, || cast(&mut **state.get_or_insert_with(make)).map(call)) {
            Ok(Some(result)) => Ok(result),
            Ok(None) => Err(misplaced()),
            Err(panic) => Err(match panic.downcast::<Ended>() {
                Ok(ended) => ended.0.into(),
                Err(panic) => wasmtime::Error::new(GuestPanic { message: panic_message(&*panic) }),
            }),
        }
    }

    /// The providers of what the host has. The core world's is there even while another one serves it.
    pub(in super::super) fn providers(&mut self) -> &mut [Slot] {
        match &mut self.host {
            Some(host) => &mut host.providers,
            None => &mut [],
        }
    }

    /// Ends the guest.
    pub(in super::super) fn into_providers(mut self) -> Vec<Slot> {
        self.end();
        self.host.take().map(|host| host.providers).unwrap_or_default()
    }

    /// The guest's destructor is guest code too. That it panics is of no more interest.
    fn end(&mut self) {
        if let Some(state) = self.state.take() {
            let _ = host::lend(&mut self.host, || drop(state));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.end();
    }
}

#[cold]
fn misplaced() -> wasmtime::Error {
    wasmtime::Error::msg("an interface is not where it was found")
}
