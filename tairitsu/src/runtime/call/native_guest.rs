//! The state of a native guest, and calls to the guest.

use super::native_host::{self, Ended, Host};
use super::native_template::{NativeExport, NativeTemplate};
use crate::__private::HasInterface;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::{GuestPanic, panic_message};
use crate::runtime::ledger::shared::Shared;
use crate::runtime::provide::cast::Cast;
use crate::runtime::provide::source;
use crate::runtime::store::slot::Slot;
use std::any::Any;
use std::sync::Arc;

impl NativeTemplate {
    /// Makes a guest. The guest's state is made by the first call.
    pub(crate) fn open(self: &Arc<Self>, shared: &Arc<Shared>, kept: &mut Vec<Slot>) -> Result<Live, Error> {
        let providers = source::slots(&self.provided, kept)?;
        let host = Host { providers, template: self.clone(), shared: shared.clone() };
        Ok(Live { state: None, make: self.make, host: Some(Box::new(host)) })
    }
}

/// A native guest that can be called.
pub(crate) struct Live {
    /// `None` before the first call.
    state: Option<Box<dyn Any + Send>>,
    make: fn() -> Box<dyn Any + Send>,
    /// `None` while the guest's code runs, because the thread has the host then.
    host: Option<Box<Host>>,
}

impl Live {
    /// Calls a function of the guest.
    pub(crate) fn call<I: ?Sized + HasInterface + 'static, R>(
        &mut self,
        export: &NativeExport,
        call: impl FnOnce(&mut I) -> R,
    ) -> wasmtime::Result<R> {
        let Self { state, make, host } = self;
        let Some(Cast(cast)) = export.cast.downcast_ref::<Cast<I>>() else { return Err(misplaced()) };
        // A guest that panicked is not called again, because its container has trapped.
        match native_host::lend(host, || cast(&mut **state.get_or_insert_with(make)).map(call)) {
            Ok(Some(result)) => Ok(result),
            Ok(None) => Err(misplaced()),
            Err(panic) => Err(match panic.downcast::<Ended>() {
                Ok(ended) => ended.0.into(),
                Err(panic) => wasmtime::Error::new(GuestPanic { message: panic_message(&*panic) }),
            }),
        }
    }

    /// The container's providers. The core world's host is among them, even if another provider serves its interface.
    pub(crate) fn providers(&mut self) -> &mut [Slot] {
        match &mut self.host {
            Some(host) => &mut host.providers,
            None => &mut [],
        }
    }

    /// Ends the guest, and returns the providers.
    pub(crate) fn into_providers(mut self) -> Vec<Slot> {
        self.end();
        self.host.take().map(|host| host.providers).unwrap_or_default()
    }

    /// Drops the guest's state. The destructor is guest code too; its panic is ignored.
    fn end(&mut self) {
        if let Some(state) = self.state.take() {
            let _ = native_host::lend(&mut self.host, || drop(state));
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
