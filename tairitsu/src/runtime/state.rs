//! The data of a container's store, and why a host function or a limit ended a call.

use super::arena::Room;
use super::handle::{Leaks, Resources, warn_of};
use super::info::Shared;
use super::life::Status;
use super::limits::{Limits, Quota};
use super::machine::Machine;
use super::template::Template;
use super::ticker::{Pulse, TICK};
use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wasmtime::{Store, UpdateDeadline};

/// The data of a container's store.
pub(super) struct State {
    pub(super) providers: Vec<Slot>,
    pub(super) quota: Quota,
    pub(super) shared: Arc<Shared>,
    pub(super) template: Template,
    pulse: Arc<Pulse>,
    /// When the call began, in ticks; up to one tick earlier.
    began: u64,
    fuel: Option<u64>,
    /// Where in the guest's memory the call's strings and lists go.
    pub(super) room: Room,
    resources: OwnResources,
    /// Whether it runs as a future, and lets others run at every tick.
    #[cfg(feature = "async")]
    pub(super) yields: bool,
    /// Made when it is called first: whoever is built for a WASI target imports it, and few call it.
    #[cfg(feature = "wasi")]
    pub(super) wasi: Option<Box<super::wasi::WasiState>>,
}

/// Where a provider is.
pub(super) enum Slot {
    /// This container's own.
    Own(Box<dyn Any + Send>),
    /// One that other containers have too.
    Shared(Arc<Mutex<dyn Any + Send>>),
}

/// A provider, for as long as one call to it takes.
pub(super) enum Lease<'s> {
    Own(&'s mut (dyn Any + Send)),
    Shared(MutexGuard<'s, dyn Any + Send>),
}

impl Slot {
    #[inline]
    pub(super) fn lease(&mut self) -> Lease<'_> {
        match self {
            Slot::Own(provider) => Lease::Own(&mut **provider),
            // A provider's panic is an error of the call that it was in, and no more than that.
            Slot::Shared(provider) => Lease::Shared(provider.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

fn not_there() -> wasmtime::Error {
    wasmtime::Error::msg("a provider is not where it was linked")
}

impl Lease<'_> {
    #[inline]
    pub(super) fn get<P: 'static>(&mut self) -> wasmtime::Result<&mut P> {
        self.any().downcast_mut().ok_or_else(not_there)
    }

    #[inline]
    pub(super) fn any(&mut self) -> &mut dyn Any {
        match self {
            Lease::Own(provider) => &mut **provider,
            Lease::Shared(provider) => &mut **provider,
        }
    }
}

impl State {
    /// A store with everything in it that its limits need.
    pub(super) fn store(template: &Template, shared: &Arc<Shared>) -> Store<State> {
        let (machine, limits) = (template.image().machine(), &template.inner.limits);
        let state = State {
            providers: Vec::new(),
            quota: Quota::new(limits, machine.pool.is_some(), shared.clone()),
            shared: shared.clone(),
            template: template.clone(),
            pulse: machine.ticker.pulse().clone(),
            began: 0,
            fuel: machine.fuel.then(|| limits.fuel.unwrap_or(u64::MAX)),
            room: template.image().arena().room(),
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

    pub(super) fn machine(&self) -> &Machine {
        self.template.image().machine()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.template.inner.limits
    }

    /// The provider at that place.
    #[inline]
    pub(super) fn provider(&mut self, index: usize) -> wasmtime::Result<Lease<'_>> {
        match self.providers.get_mut(index) {
            Some(slot) => Ok(slot.lease()),
            None => Err(not_there()),
        }
    }

    /// The provider at that place, which this container has alone.
    #[cfg(feature = "async")]
    pub(super) fn own_provider<P: 'static>(&mut self, index: usize) -> wasmtime::Result<&mut P> {
        match self.providers.get_mut(index) {
            Some(Slot::Own(provider)) => provider.downcast_mut(),
            Some(Slot::Shared(_)) | None => None,
        }
        .ok_or_else(not_there)
    }

    /// The resources that cross between the guest and the host.
    pub(super) fn resources(&mut self) -> &Arc<Resources> {
        self.resources.0.get_or_insert_default()
    }

    /// The same, if any have crossed.
    pub(super) fn known_resources(&self) -> Option<&Arc<Resources>> {
        self.resources.0.as_ref()
    }

    /// Ends the resources with the store, and says what was held.
    pub(super) fn close_resources(&mut self) -> Leaks {
        self.resources.close()
    }

    /// Whether the host has dropped resources of the guest's, which the guest has not.
    #[inline]
    pub(super) fn has_to_drop(&self) -> bool {
        self.resources.0.as_ref().is_some_and(|resources| resources.is_waiting())
    }

    /// The end of what the guest has written to standard error.
    pub(super) fn stderr_tail(&self) -> String {
        #[cfg(feature = "wasi")]
        if let Some(wasi) = &self.wasi {
            return wasi.stderr_tail();
        }
        String::new()
    }

    /// Comes with every tick while guest code runs: may it go on?
    fn tick(&self) -> wasmtime::Result<UpdateDeadline> {
        self.may_go_on()?;
        self.pulse.beat();
        #[cfg(feature = "async")]
        if self.yields {
            return Ok(UpdateDeadline::Yield(1));
        }
        Ok(UpdateDeadline::Continue(1))
    }

    /// When the call began, in ticks.
    pub(super) fn began(&self) -> u64 {
        self.began
    }

    /// Whether the call is over its deadline, or its container was stopped.
    pub(super) fn may_go_on(&self) -> Result<(), Cause> {
        if self.shared.status() == Status::Stopped {
            return Err(Cause::Stopped);
        }
        match self.limits().deadline {
            Some(limit) if self.elapsed() >= limit => Err(Cause::Deadline { limit }),
            _ => Ok(()),
        }
    }

    /// Whether the call may go on after a function of the host, which may have taken its time.
    #[inline]
    pub(super) fn after_host(&self) -> Result<(), Cause> {
        if self.pulse.ticks() == self.began { Ok(()) } else { self.may_go_on() }
    }

    /// The time that the call has taken, at least.
    fn elapsed(&self) -> Duration {
        self.pulse.since(self.began).saturating_sub(TICK)
    }

    /// The time that the call has left.
    pub(super) fn time_left(&self) -> Option<Duration> {
        self.limits().deadline.map(|limit| limit.saturating_sub(self.elapsed()))
    }
}

/// The store's resources, which end with it, whoever else has tokens of them.
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

/// Has the guest drop what the host has dropped of its resources, in that order.
pub(super) fn drop_resources(store: &mut Store<State>) -> wasmtime::Result<()> {
    let dropped = store.data().known_resources().map(|resources| resources.take_dropped()).unwrap_or_default();
    dropped.into_iter().try_for_each(|resource| resource.resource_drop(&mut *store))
}

/// [`drop_resources`], in a container whose calls are futures.
#[cfg(feature = "async")]
pub(super) async fn drop_resources_async(store: &mut Store<State>) -> wasmtime::Result<()> {
    let dropped = store.data().known_resources().map(|resources| resources.take_dropped()).unwrap_or_default();
    for resource in dropped {
        resource.resource_drop_async(&mut *store).await?;
    }
    Ok(())
}

/// Comes before every call.
#[inline]
pub(super) fn begin(store: &mut Store<State>) {
    store.data().shared.count_call();
    arm(store);
}

/// Comes before any guest code runs: a new deadline, new fuel, all of the guest's room.
#[inline]
pub(super) fn arm(store: &mut Store<State>) {
    // Within one tick the deadline that was set last is still the next one.
    if store.data().pulse.ticks() != store.data().began {
        store.set_epoch_deadline(1);
    }
    let state = store.data_mut();
    state.pulse.beat();
    state.began = state.pulse.ticks();
    state.room.clear();
    if let Some(fuel) = state.fuel {
        refuel(store, fuel);
    }
}

#[cold]
fn refuel(store: &mut Store<State>, fuel: u64) {
    // It fails only where the engine counts none.
    let counted = store.set_fuel(fuel);
    debug_assert!(counted.is_ok());
}

/// Why something in the host ended a call.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "async"), allow(dead_code, reason = "no future is dropped"))]
pub(super) enum Cause {
    Deadline { limit: Duration },
    Memory { limit: usize },
    Table { limit: usize },
    Denied { function: String },
    Missing { function: String },
    Provider { function: String, message: String },
    Linked { function: String, message: String },
    Dropped,
    Stopped,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Deadline { limit } => write!(f, "it took longer than its deadline of {limit:?}"),
            Cause::Memory { limit } => write!(f, "it asked for more memory than its limit of {limit} bytes"),
            Cause::Table { limit } => write!(f, "it asked for more table elements than its limit of {limit}"),
            Cause::Denied { function } => write!(f, "it called `{function}`, which is denied to it"),
            Cause::Missing { function } => write!(f, "it called `{function}`, which nobody provides"),
            Cause::Provider { function, message } => write!(f, "the provider of `{function}` panicked: {message}"),
            Cause::Linked { function, message } => write!(f, "the container behind `{function}` failed: {message}"),
            Cause::Dropped => f.write_str("its future was dropped before it was done"),
            Cause::Stopped => f.write_str("the container was stopped"),
        }
    }
}

impl std::error::Error for Cause {}
