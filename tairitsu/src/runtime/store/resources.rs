//! Resources that cross between a container and its host.
//!
//! What lives on the host is kept in [`Resources`], of which each store has one, and the guest has the place in there. What
//! lives in the guest is known to wasmtime, and the host has a token of it. A token reaches its store's [`Resources`]
//! from any thread, and nothing else of the store.

use crate::runtime::base::bad_handle::BadHandle;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tairitsu_guest::abi::{Own, Resource, Token};
use wasmtime::component::ResourceAny;

/// The host's resources of one kind, as wasmtime tells them from others.
pub(crate) struct Kind<R: ?Sized>(PhantomData<fn(&R)>);

/// What a store has of resources.
#[derive(Default)]
pub(crate) struct Resources {
    inner: Mutex<Inner>,
    /// The guest has something to drop.
    waiting: AtomicBool,
    /// The store is gone.
    closed: AtomicBool,
    /// The guest's resources that the host has.
    held: AtomicUsize,
}

#[derive(Default)]
struct Inner {
    /// The host's resources that the guest has handles to. The place is what wasmtime knows one by.
    values: Vec<Option<Value>>,
    /// The free places among them.
    free: Vec<u32>,
    /// Those that are lent for the call at hand.
    lent: Vec<u32>,
    /// The guest's that the host has dropped, in that order.
    dropped: Vec<ResourceAny>,
}

struct Value {
    /// The id of the interface that declares the resource.
    interface: &'static str,
    /// An `Arc<R>`.
    value: Box<dyn Any + Send + Sync>,
}

impl Resources {
    /// Nothing that could panic happens under the lock: values are dropped after it.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a value of the host's for the guest, and returns its place.
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

    /// Keeps a value for as long as the call takes.
    pub(crate) fn insert_lent<R: ?Sized + Resource>(&self, value: Arc<R>) -> u32 {
        let place = self.insert(value);
        self.inner().lent.push(place);
        place
    }

    fn value<R: ?Sized + Resource>(&self, place: u32) -> Option<Arc<R>> {
        let inner = self.inner();
        inner.values.get(place as usize)?.as_ref()?.value.downcast_ref::<Arc<R>>().cloned()
    }

    /// Takes a value from the guest. Whoever gets it drops it.
    pub(crate) fn remove(&self, place: u32) -> Option<Box<dyn Any + Send + Sync>> {
        let mut inner = self.inner();
        let value = inner.values.get_mut(place as usize)?.take()?;
        inner.free.push(place);
        Some(value.value)
    }

    /// Takes back what was lent for the call that is over.
    pub(crate) fn end_lending(&self) {
        let lent = std::mem::take(&mut self.inner().lent);
        for place in lent {
            drop(self.remove(place));
        }
    }

    /// Whether the guest has something to drop.
    #[inline]
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.load(Relaxed)
    }

    /// What the guest has to drop, which the host has dropped.
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

    /// The store is gone: drops what the guest had, and says what was still held on either side.
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

/// The resources that were still held when a container ended: by its guest, of the host's, which are dropped then; and by the
/// host, of the guest's, which are no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leaks {
    /// How many resources of the host's the guest held, by the id of the interface that declares them.
    pub by_guest: BTreeMap<&'static str, usize>,
    /// How many resources of the guest's the host held.
    pub by_host: usize,
}

impl Leaks {
    /// Whether nothing was held.
    pub fn is_empty(&self) -> bool {
        self.by_guest.is_empty() && self.by_host == 0
    }
}

/// For a container that nobody has stopped, who would have been told.
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

/// Whose the handles are that were lifted together. Lifting has no way to the store's data; whoever asked for it has, and
/// says so afterwards.
#[derive(Default)]
pub struct Whose {
    resources: OnceLock<Arc<Resources>>,
    /// How many of the guest's resources are among them.
    taken: AtomicUsize,
}

impl Whose {
    pub(crate) fn settle(&self, resources: &Arc<Resources>) {
        if self.resources.set(resources.clone()).is_ok() {
            resources.held.fetch_add(self.taken.load(Relaxed), Relaxed);
        }
    }
}

/// What was lifted together, and whose its handles are.
pub trait Lifted {
    /// Nothing where there are no handles.
    fn whose(&self) -> Option<&Arc<Whose>>;
}

/// A resource of the host's that the guest has given or lends.
pub(crate) struct HostToken {
    place: u32,
    owned: bool,
    gone: AtomicBool,
    whose: Arc<Whose>,
}

/// A resource of the guest's that the host owns.
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

/// A resource of the host's on its way to a guest.
pub(crate) enum Outgoing<R: ?Sized> {
    /// The guest has it already, or had it.
    Known(u32),
    /// It is new to the guest.
    New(Arc<R>),
}

/// How a resource of the host's goes to the guest that `resources` belongs to. One that is given is the guest's from then on.
pub(crate) fn outgoing<R: ?Sized + Resource>(
    own: &Own<R>,
    resources: &Arc<Resources>,
    given: bool,
) -> Result<Outgoing<R>, BadHandle> {
    if let Some(token) = own.token().and_then(|token| (token as &dyn Any).downcast_ref::<HostToken>())
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

/// The guest's resource behind a handle, which has to be of the guest that `resources` belongs to.
pub(crate) fn returning<R: ?Sized + Resource>(
    own: &Own<R>,
    resources: Option<&Arc<Resources>>,
) -> Result<(ResourceAny, impl FnOnce()), BadHandle> {
    let token = own.token().and_then(|token| (token as &dyn Any).downcast_ref::<GuestToken>());
    let token = token.ok_or(BadHandle::NotOfAGuest)?;
    let whose = token.whose.resources.get().ok_or(BadHandle::Ended)?;
    if whose.closed.load(Relaxed) {
        return Err(BadHandle::Ended);
    }
    if !resources.is_some_and(|resources| Arc::ptr_eq(whose, resources)) {
        return Err(BadHandle::OfAnother);
    }
    if token.gone.load(Relaxed) {
        return Err(BadHandle::Gone);
    }
    let give = || {
        if !token.gone.swap(true, Relaxed) {
            whose.held.fetch_sub(1, Relaxed);
        }
    };
    Ok((token.resource, give))
}
