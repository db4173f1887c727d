//! The data of a container's store, and how a call in the store begins and is held to its deadline.

use super::quota::Quota;
use super::resources::{Leaks, Resources, warn_of};
use super::room::Room;
#[cfg(feature = "async")]
use super::slot::not_there;
use super::slot::{Lease, NoLease, Slot};
use super::terms::Terms;
use super::time::{self, CallTime};
use crate::runtime::base::cause::entering;
use crate::runtime::base::limits::Limits;
use crate::runtime::engine::machine::Machine;
use crate::runtime::ledger::shared::Shared;
use std::sync::Arc;
use wasmtime::{Store, UpdateDeadline};

/// The data of a container's store.
pub(crate) struct State {
    pub(crate) providers: Vec<Slot>,
    pub(crate) quota: Quota,
    pub(crate) terms: Arc<Terms>,
    /// The time of the current call.
    pub(crate) time: Arc<CallTime>,
    fuel: Option<u64>,
    /// The guest's arena, for the strings and lists of a call.
    pub(crate) room: Room,
    resources: OwnResources,
    /// Whether the call runs as a future, and lets other tasks run at every tick.
    #[cfg(feature = "async")]
    pub(crate) yields: bool,
    /// Made at the first call of WASI. Every guest that is built for a WASI target imports WASI, and few guests call
    /// it.
    #[cfg(feature = "wasi")]
    pub(crate) wasi: Option<Box<super::grants::WasiState>>,
}

impl State {
    /// Makes a store, with everything that its limits need.
    pub(crate) fn store(terms: &Arc<Terms>, shared: &Arc<Shared>) -> Store<State> {
        let Terms { machine, limits, arena, .. } = &**terms;
        let pulse = machine.ticker.pulse().clone();
        let state = State {
            providers: Vec::new(),
            quota: Quota::new(limits, machine.pool.is_some(), shared.clone()),
            terms: terms.clone(),
            time: Arc::new(CallTime::new(shared.clone(), pulse, limits.deadline)),
            fuel: machine.fuel.then(|| limits.fuel.unwrap_or(u64::MAX)),
            room: arena.room(),
            resources: OwnResources(None),
            #[cfg(feature = "async")]
            yields: false,
            #[cfg(feature = "wasi")]
            wasi: None,
        };
        let mut store = Store::new(&machine.engine, state);
        store.limiter(|state| &mut state.quota);
        store.set_hostcall_fuel(limits.host_bytes);
        store.set_max_component_handles(limits.handles);
        store.epoch_deadline_callback(|store| store.data().tick());
        store
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.time.shared
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.terms.machine
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.terms.limits
    }

    /// The provider at `index`.
    #[inline]
    pub(crate) fn provider(&mut self, index: usize) -> Result<Lease<'_>, Box<NoLease>> {
        match self.providers.get_mut(index) {
            Some(slot) => slot.lease(|| self.time.may_go_on()),
            None => Err(Box::new(NoLease::NotThere)),
        }
    }

    /// The provider at `index`, which belongs to this container alone.
    #[cfg(feature = "async")]
    pub(crate) fn own_provider<P: 'static>(&mut self, index: usize) -> wasmtime::Result<&mut P> {
        self.providers
            .get_mut(index)
            .and_then(Slot::own)
            .and_then(|provider| provider.downcast_mut())
            .ok_or_else(not_there)
    }

    /// The resources that cross between the guest and the host. Makes them at the first use.
    pub(crate) fn resources(&mut self) -> &Arc<Resources> {
        self.resources.0.get_or_insert_default()
    }

    /// The resources that cross between the guest and the host, if any have crossed.
    pub(crate) fn known_resources(&self) -> Option<&Arc<Resources>> {
        self.resources.0.as_ref()
    }

    /// Ends the resources with the store, and returns what was still held.
    pub(crate) fn close_resources(&mut self) -> Leaks {
        self.resources.close()
    }

    /// Whether the host has dropped resources of the guest that the guest still has to drop.
    #[inline]
    pub(crate) fn has_to_drop(&self) -> bool {
        self.resources.0.as_ref().is_some_and(|resources| resources.is_waiting())
    }

    /// The last bytes that the guest wrote to standard error.
    pub(crate) fn stderr_tail(&self) -> String {
        #[cfg(feature = "wasi")]
        if let Some(wasi) = &self.wasi {
            return wasi.stderr_tail();
        }
        String::new()
    }

    /// Runs at every tick while guest code runs. Decides whether the guest code may go on.
    fn tick(&self) -> wasmtime::Result<UpdateDeadline> {
        self.time.may_go_on()?;
        self.time.pulse.beat();
        #[cfg(feature = "async")]
        if self.yields {
            return Ok(UpdateDeadline::Yield(1));
        }
        Ok(UpdateDeadline::Continue(1))
    }
}

/// The store's resources. They end with the store, even if tokens of them still exist.
struct OwnResources(Option<Arc<Resources>>);

impl OwnResources {
    fn close(&mut self) -> Leaks {
        self.0.take().map(|resources| resources.close()).unwrap_or_default()
    }
}

impl Drop for OwnResources {
    fn drop(&mut self) {
        warn_of(&self.close());
    }
}

/// Makes the guest drop the resources that the host has dropped, in the same order.
pub(crate) fn drop_resources(store: &mut Store<State>) -> wasmtime::Result<()> {
    let dropped = store.data().known_resources().map(|resources| resources.take_dropped()).unwrap_or_default();
    dropped.into_iter().try_for_each(|resource| resource.resource_drop(&mut *store))
}

/// Does the same as [`drop_resources`], in a container whose calls are futures.
#[cfg(feature = "async")]
pub(crate) async fn drop_resources_async(store: &mut Store<State>) -> wasmtime::Result<()> {
    let dropped = store.data().known_resources().map(|resources| resources.take_dropped()).unwrap_or_default();
    for resource in dropped {
        resource.resource_drop_async(&mut *store).await?;
    }
    Ok(())
}

/// Begins a call. Runs before every call.
#[inline]
pub(crate) fn begin(store: &mut Store<State>) {
    store.data().shared().count_call();
    arm(store);
}

/// Sets a new deadline and new fuel, and frees the arena. Runs before any guest code.
#[inline]
pub(crate) fn arm(store: &mut Store<State>) {
    // Within the same tick, the deadline that was set last is still the next tick.
    let time = &store.data().time;
    if time.pulse.ticks() != time.began() {
        store.set_epoch_deadline(1);
    }
    let state = store.data_mut();
    state.time.begin();
    state.room.clear();
    if let Some(fuel) = state.fuel {
        refuel(store, fuel);
    }
}

/// Runs the call that was armed. Everything in it is held to the call's deadline, lifting included. A panic on the way is an
/// error.
#[inline]
pub(crate) fn within<R>(
    store: &mut Store<State>,
    call: impl FnOnce(&mut Store<State>) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    let time = Arc::as_ptr(&store.data().time);
    // SAFETY: the store owns the time and never replaces it, and the store lives longer than `call`, which borrows it.
    entering(|| time::within(unsafe { &*time }, || call(store)))
}

#[cold]
fn refuel(store: &mut Store<State>, fuel: u64) {
    // This fails only if the engine does not count fuel.
    let counted = store.set_fuel(fuel);
    debug_assert!(counted.is_ok());
}
