//! Resources that cross between a container and its host.
//!
//! Each store has one [`Resources`]. It keeps the host's values that the guest has handles to, and wasmtime knows each
//! value by its place there. wasmtime keeps the guest's resources, and the host has a token for each of them. A
//! token reaches its store's [`Resources`] from any thread, and nothing else of the store.

use crate::runtime::base::bad_handle::BadHandle;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tairitsu_guest::abi::{Own, Resource, Token};
use wasmtime::component::ResourceAny;

/// The type by which wasmtime tells one kind of host resource from other resources.
pub(crate) struct Kind<R: ?Sized>(PhantomData<fn(&R)>);

/// The resources of a store, on both sides.
#[derive(Default)]
pub(crate) struct Resources {
    inner: Mutex<Inner>,
    /// The guest has resources to drop, because the host has dropped its handles to them.
    waiting: AtomicBool,
    /// The store is gone.
    closed: AtomicBool,
    /// How many of the guest's resources the host has.
    held: AtomicUsize,
}

#[derive(Default)]
struct Inner {
    /// The host's resources that the guest has handles to. wasmtime knows each by its index here.
    values: Vec<Option<Value>>,
    /// The free places in `values`.
    free: Vec<u32>,
    /// The places of the values that are lent for the current call.
    lent: Vec<u32>,
    /// The guest's resources that the host has dropped, in that order.
    dropped: Vec<ResourceAny>,
}

struct Value {
    /// The id of the interface that declares the resource.
    interface: &'static str,
    /// An `Arc<R>`.
    value: Box<dyn Any + Send + Sync>,
}

impl Resources {
    /// Locks the resources. Nothing that could panic runs while the lock is held: values are dropped after it is
    /// released.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a value of the host for the guest. Returns its place.
    pub(crate) fn insert<R: ?Sized + Resource>(&self, value: Arc<R>) -> u32 {
        let value = Value { interface: R::RESOURCE.home, value: Box::new(value) };
        let inner = &mut *self.inner();
        match inner.free.pop() {
            Some(place) => {
                inner.values[place as usize] = Some(value);
                place
            }
            None => {
                inner.values.push(Some(value));
                inner.values.len() as u32 - 1
            }
        }
    }

    /// Keeps a value until the current call ends. Returns its place.
    pub(crate) fn insert_lent<R: ?Sized + Resource>(&self, value: Arc<R>) -> u32 {
        let place = self.insert(value);
        self.inner().lent.push(place);
        place
    }

    fn value<R: ?Sized + Resource>(&self, place: u32) -> Option<Arc<R>> {
        let inner = self.inner();
        inner.values.get(place as usize)?.as_ref()?.value.downcast_ref::<Arc<R>>().cloned()
    }

    /// Takes a value from the guest. The caller drops it, so that its drop runs without the lock.
    pub(crate) fn remove(&self, place: u32) -> Option<Box<dyn Any + Send + Sync>> {
        let mut inner = self.inner();
        let value = inner.values.get_mut(place as usize)?.take()?;
        inner.free.push(place);
        Some(value.value)
    }

    /// Takes back the values that were lent for the call that has ended.
    pub(crate) fn end_lending(&self) {
        let lent = std::mem::take(&mut self.inner().lent);
        for place in lent {
            drop(self.remove(place));
        }
    }

    /// Whether the guest has resources to drop.
    #[inline]
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.load(Relaxed)
    }

    /// Takes the guest's resources that the host has dropped. The guest must drop them now.
    pub(crate) fn take_dropped(&self) -> Vec<ResourceAny> {
        self.waiting.store(false, Relaxed);
        std::mem::take(&mut self.inner().dropped)
    }

    fn drop_later(&self, resource: ResourceAny) {
        self.held.fetch_sub(1, Relaxed);
        if !self.closed.load(Relaxed) {
            self.inner().dropped.push(resource);
            self.waiting.store(true, Relaxed);
        }
    }

    /// Ends the resources with their store. Drops the host's values that the guest had, and returns what was still held
    /// on either side.
    pub(crate) fn close(&self) -> Leaks {
        self.closed.store(true, Relaxed);
        let inner = std::mem::take(&mut *self.inner());
        let mut leaks = Leaks { by_guest: BTreeMap::new(), by_host: self.held.load(Relaxed) };
        for value in inner.values.iter().flatten() {
            *leaks.by_guest.entry(value.interface).or_default() += 1;
        }
        leaks
    }
}

/// The resources that were still held when a container ended.
///
/// The host's resources that the guest held are dropped then. The guest's resources that the host held no longer exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leaks {
    /// How many of the host's resources the guest held, by the id of the interface that declares them.
    pub by_guest: BTreeMap<&'static str, usize>,
    /// How many of the guest's resources the host held.
    pub by_host: usize,
}

impl Leaks {
    /// Whether no resource was held.
    pub fn is_empty(&self) -> bool {
        self.by_guest.is_empty() && self.by_host == 0
    }
}

/// Warns of leaks in a container that nobody stopped. A caller who stops a container gets the leaks as a value.
pub(crate) fn warn_of(leaks: &Leaks) {
    if !leaks.is_empty() {
        tracing::warn!(target: "tairitsu", "a container has ended: {leaks}");
    }
}

impl fmt::Display for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no resource was held");
        }
        let mut separator = "";
        for (interface, count) in &self.by_guest {
            write!(f, "{separator}the guest held {count} of the host's `{interface}`")?;
            separator = ", ";
        }
        if self.by_host > 0 {
            write!(f, "{separator}the host held {} of the guest's", self.by_host)?;
        }
        Ok(())
    }
}

/// The store that a batch of lifted handles belongs to; set after lifting.
///
/// Lifting cannot reach the store's data. The code that asked for lifting can, so it sets the store afterwards.
#[derive(Default)]
pub struct Whose {
    resources: OnceLock<Arc<Resources>>,
    /// How many of the guest's resources are in the batch.
    taken: AtomicUsize,
}

impl Whose {
    pub(crate) fn settle(&self, resources: &Arc<Resources>) {
        if self.resources.set(resources.clone()).is_ok() {
            resources.held.fetch_add(self.taken.load(Relaxed), Relaxed);
        }
    }
}

/// Values that were lifted together, and the store that their handles belong to.
pub(crate) trait Lifted {
    /// The store of the handles. `None` if there are no handles.
    fn whose(&self) -> Option<&Arc<Whose>>;
}

/// A resource of the host that the guest has given or lent to the host.
pub(crate) struct HostToken {
    place: u32,
    owned: bool,
    gone: AtomicBool,
    whose: Arc<Whose>,
}

/// A resource of the guest that the host owns.
pub(crate) struct GuestToken {
    resource: ResourceAny,
    gone: AtomicBool,
    whose: Arc<Whose>,
}

impl HostToken {
    pub(crate) fn new(place: u32, owned: bool, whose: Arc<Whose>) -> Self {
        Self { place, owned, gone: AtomicBool::new(false), whose }
    }
}

impl GuestToken {
    pub(crate) fn new(resource: ResourceAny, whose: Arc<Whose>) -> Self {
        whose.taken.fetch_add(1, Relaxed);
        Self { resource, gone: AtomicBool::new(false), whose }
    }

    /// The resource, for the guest that `resources` belongs to.
    ///
    /// # Errors
    ///
    /// - [`BadHandle::Ended`] if the handle's container has ended or was restarted.
    /// - [`BadHandle::OfAnother`] if `resources` belongs to another container.
    /// - [`BadHandle::Gone`] if the handle was given away already.
    pub(crate) fn returning(&self, resources: Option<&Arc<Resources>>) -> Result<ResourceAny, BadHandle> {
        let whose = self.whose.resources.get().ok_or(BadHandle::Ended)?;
        if whose.closed.load(Relaxed) {
            return Err(BadHandle::Ended);
        }
        if !resources.is_some_and(|resources| Arc::ptr_eq(whose, resources)) {
            return Err(BadHandle::OfAnother);
        }
        match self.gone.load(Relaxed) {
            true => Err(BadHandle::Gone),
            false => Ok(self.resource),
        }
    }

    pub(crate) fn resource(&self) -> ResourceAny {
        self.resource
    }

    /// Marks the handle as given away.
    pub(crate) fn give(&self) {
        if let Some(whose) = self.whose.resources.get()
            && !self.gone.swap(true, Relaxed)
        {
            whose.held.fetch_sub(1, Relaxed);
        }
    }
}

impl<R: ?Sized + Resource> Token<R> for HostToken {
    fn value(&self) -> Option<Arc<R>> {
        self.whose.resources.get()?.value(self.place)
    }
}

impl<R: ?Sized + Resource> Token<R> for GuestToken {
    fn value(&self) -> Option<Arc<R>> {
        None
    }
}

impl Drop for HostToken {
    fn drop(&mut self) {
        if self.owned
            && !self.gone.load(Relaxed)
            && let Some(resources) = self.whose.resources.get()
        {
            drop(resources.remove(self.place));
        }
    }
}

impl Drop for GuestToken {
    fn drop(&mut self) {
        if !self.gone.load(Relaxed)
            && let Some(resources) = self.whose.resources.get()
        {
            resources.drop_later(self.resource);
        }
    }
}

/// A resource of the host, on its way to a guest.
pub(crate) enum Outgoing<R: ?Sized> {
    /// The guest has the resource already, or had it. The field is its place.
    Known(u32),
    /// The resource is new to the guest.
    New(Arc<R>),
}

/// How a resource of the host is passed to the guest that `resources` belongs to. If it is `given`, the guest owns it
/// afterwards.
///
/// # Errors
///
/// - [`BadHandle::Gone`] if the handle was given away already.
/// - [`BadHandle::Ended`] if the handle's container has ended.
pub(crate) fn outgoing<R: ?Sized + Resource>(
    own: &Own<R>,
    resources: &Arc<Resources>,
    given: bool,
) -> Result<Outgoing<R>, BadHandle> {
    if let Some(token) = own.token().and_then(|token| (&**token as &dyn Any).downcast_ref::<HostToken>())
        && token.whose.resources.get().is_some_and(|whose| Arc::ptr_eq(whose, resources))
        && (token.owned || !given)
    {
        if given && token.gone.swap(true, Relaxed) {
            return Err(BadHandle::Gone);
        }
        return Ok(Outgoing::Known(token.place));
    }
    own.try_value().map(Outgoing::New).ok_or(BadHandle::Ended)
}

/// The guest's resource behind a handle, and a function that marks the handle as given away.
///
/// # Errors
///
/// - [`BadHandle::NotOfAGuest`] if the handle holds a value of the host.
/// - Those of [`GuestToken::returning`].
pub(crate) fn returning<R: ?Sized + Resource>(
    own: &Own<R>,
    resources: Option<&Arc<Resources>>,
) -> Result<(ResourceAny, impl FnOnce()), BadHandle> {
    let token = own.token().and_then(|token| (&**token as &dyn Any).downcast_ref::<GuestToken>());
    let token = token.ok_or(BadHandle::NotOfAGuest)?;
    Ok((token.returning(resources)?, || token.give()))
}
