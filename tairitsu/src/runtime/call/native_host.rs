//! `tairitsu::Host` outside wasm: the providers of the container whose guest runs on this thread.

use super::native_template::NativeTemplate;
use crate::__private::{HasInterface, NativeMakers, no_native_maker};
use crate::runtime::base::caught::caught;
use crate::runtime::base::cause::Cause;
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::status::Status;
use crate::runtime::provide::cast::{AnyCast, Cast, MakersOf};
use crate::runtime::store::slot::{NoLease, Slot};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;
use tairitsu_guest::schema::Interface;

thread_local! {
    /// The host of the guest that runs on this thread. `None` while a provider runs, because a provider is host code.
    static CURRENT: RefCell<Option<Box<Host>>> = const { RefCell::new(None) };
}

/// The host that a guest reaches through `tairitsu::Host`.
pub(crate) struct Host {
    pub(crate) providers: Vec<Slot>,
    pub(crate) template: Arc<NativeTemplate>,
    pub(crate) shared: Arc<Shared>,
}

/// The panic payload that unwinds a guest after a host call without a result.
pub(crate) struct Ended(pub(crate) Cause);

/// Runs guest code with this host. Restores the thread's previous host afterwards, also after a panic.
pub(crate) fn lend<R>(host: &mut Option<Box<Host>>, guest: impl FnOnce() -> R) -> thread::Result<R> {
    let before = CURRENT.replace(host.take());
    let result = catch_unwind(AssertUnwindSafe(guest));
    *host = CURRENT.replace(before);
    result
}

/// Calls function `index` of the provider of interface `I`, in the native container that runs on this thread.
///
/// # Panics
///
/// - If no container runs on this thread.
/// - If the call has no result. This unwinds the guest, and the call to the container returns an error.
pub fn with_native_host<I: ?Sized + HasInterface + 'static, R>(index: usize, call: impl FnOnce(&mut I) -> R) -> R {
    let no_host = || {
        panic!(
            "`tairitsu::Host` was called for `{}` outside a container: a guest's code has a host only while a \
             container runs it, on the thread that it was called on",
            I::INTERFACE.id
        )
    };
    with_host(no_host, |host| host.call(I::INTERFACE, index, |Cast::<I>(cast), provider| cast(provider).map(call)))
}

/// Calls function `index` of a host's resource, which has no `self`, of the type that the native container on this thread
/// provides.
///
/// # Panics
///
/// As [`with_native_host`].
pub fn with_native_makers<I: ?Sized + NativeMakers + 'static, R>(
    index: usize,
    call: impl FnOnce(&I::Makers) -> R,
) -> R {
    let call = |MakersOf::<I>(makers): &MakersOf<I>, _: &mut dyn Any| Some(call(&makers()));
    with_host(no_native_maker::<I, R>, |host| host.call(I::INTERFACE, index, call))
}

/// Runs code of the host that a guest has called.
fn with_host<R>(no_host: impl FnOnce() -> R, call: impl FnOnce(&mut Host) -> Result<R, Cause>) -> R {
    let Some(mut host) = CURRENT.take() else { return no_host() };
    let result = call(&mut host);
    CURRENT.set(Some(host));
    match result {
        Ok(result) => result,
        Err(cause) => resume_unwind(Box::new(Ended(cause))),
    }
}

impl Host {
    /// Finds the provider of an interface by its cast, which is a `C`.
    fn call<C: 'static, R>(
        &mut self,
        interface: &Interface,
        index: usize,
        call: impl FnOnce(&C, &mut dyn Any) -> Option<R>,
    ) -> Result<R, Cause> {
        let NativeTemplate { provided, policy, .. } = &*self.template;
        let (id, name) = (interface.id, interface.functions[index].name);
        let function = || format!("{id}#{name}");
        if policy.denies(id, id, name) {
            return Err(Cause::Denied { function: function() });
        }
        let find = |cast: Option<AnyCast>| cast?.downcast_ref::<C>();
        let found = provided.iter().zip(&mut self.providers).find_map(|(provided, slot)| {
            let cast = provided.served.iter().find_map(|served| find(served.cast))?;
            Some((cast, slot))
        });
        let Some((cast, slot)) = found else { return Err(Cause::Missing { function: function() }) };
        let status = || self.shared.status();
        let may_go_on = || if status() == Status::Stopped { Err(Cause::Stopped) } else { Ok(()) };
        let mut lease = match slot.lease(may_go_on) {
            Ok(lease) => lease,
            Err(none) => {
                return Err(match *none {
                    NoLease::Ended(cause) => cause,
                    NoLease::Ring(ring) => Cause::Provider { function: function(), message: ring.to_string() },
                    NoLease::NotThere => Cause::Missing { function: function() },
                });
            }
        };
        // As in `ProviderLinker`: a provider is seen again where that is said.
        match caught(|| call(cast, lease.any())) {
            Ok(_) if self.shared.status() == Status::Stopped => Err(Cause::Stopped),
            Ok(Some(result)) => Ok(result),
            Ok(None) => Err(Cause::Missing { function: function() }),
            Err(message) => Err(Cause::Provider { function: function(), message }),
        }
    }
}
