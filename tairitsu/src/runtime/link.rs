//! Guests that call guests: a container's export as another one's import.

use super::client::{Client, Fault, GuestInterface};
use super::container::Origin;
use super::{Container, Error, Image};
use crate::descriptor::Descriptor;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

/// A container that other containers are linked to, by `ContainerBuilder::link`. Cheap to clone, safe to share; one at a time
/// has it, be it the host or a guest that calls it.
#[derive(Clone)]
pub struct SharedContainer {
    inner: Arc<Inner>,
}

struct Inner {
    container: Mutex<Container>,
    origin: Origin,
    /// The thread that has the container, or 0.
    holder: AtomicUsize,
}

impl SharedContainer {
    /// Shares a container.
    pub fn new(container: Container) -> Self {
        let origin = container.origin().clone();
        Self { inner: Arc::new(Inner { container: Mutex::new(container), origin, holder: AtomicUsize::new(0) }) }
    }

    /// The container, after whoever has it now is done with it.
    ///
    /// # Panics
    ///
    /// Where the calling thread has it: it would wait for itself.
    pub fn lock(&self) -> SharedContainerGuard<'_> {
        match self.enter(None) {
            Ok(guard) => guard,
            Err(busy) => panic!("{busy}"),
        }
    }

    /// The image that runs; nothing where the guest runs without wasm.
    pub fn image(&self) -> Option<&Image> {
        self.inner.origin.image()
    }

    /// The error of whoever needs an interface that the container does not export, or exports otherwise.
    pub(super) fn cannot_serve<I: ?Sized + GuestInterface>(&self, interface: Descriptor<I>) -> Option<Error> {
        match &self.inner.origin {
            Origin::Image(template) => template.image().compatibility(interface).into_error(template.image()),
            Origin::Native(native) => native.export::<I>().err(),
        }
    }

    /// The container, if it is to be had within that time.
    fn enter(&self, time: Option<Duration>) -> Result<SharedContainerGuard<'_>, Busy> {
        let start = Instant::now();
        let mut pause = Duration::from_micros(20);
        loop {
            let container = match self.inner.container.try_lock() {
                Ok(container) => container,
                // What a panic has left is a container in some state of its life, as any.
                Err(TryLockError::Poisoned(container)) => container.into_inner(),
                Err(TryLockError::WouldBlock) if self.inner.holder.load(Ordering::Relaxed) == this_thread() => {
                    return Err(Busy::Reentered);
                }
                Err(TryLockError::WouldBlock) => {
                    if time.is_some_and(|time| start.elapsed() >= time) {
                        return Err(Busy::Waited);
                    }
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(1));
                    continue;
                }
            };
            self.inner.holder.store(this_thread(), Ordering::Relaxed);
            return Ok(SharedContainerGuard { container, holder: &self.inner.holder });
        }
    }
}

impl fmt::Debug for SharedContainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedContainer").field("image", &self.image()).finish_non_exhaustive()
    }
}

/// An address that no other living thread has, and that is not 0.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

/// A [`SharedContainer`], for as long as this lives.
#[derive(Debug)]
pub struct SharedContainerGuard<'a> {
    container: MutexGuard<'a, Container>,
    holder: &'a AtomicUsize,
}

impl Deref for SharedContainerGuard<'_> {
    type Target = Container;

    fn deref(&self) -> &Container {
        &self.container
    }
}

impl DerefMut for SharedContainerGuard<'_> {
    fn deref_mut(&mut self) -> &mut Container {
        &mut self.container
    }
}

impl Drop for SharedContainerGuard<'_> {
    fn drop(&mut self) {
        // The lock is given up after this.
        self.holder.store(0, Ordering::Relaxed);
    }
}

/// Why a container was not to be had.
enum Busy {
    Reentered,
    Waited,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Busy::Reentered => "it is in a call that has led here, and a guest is not entered while it is in a call",
            Busy::Waited => "it was in other calls for as long as this one had time",
        })
    }
}

/// Provides what a container exports.
pub(super) struct Peer(pub(super) SharedContainer);

/// A container that others are linked to, and nothing else: what is generic over it is compiled only for the interfaces that are linked.
pub trait IsPeer: 'static {
    /// The container.
    #[doc(hidden)]
    fn container(&self) -> &SharedContainer;
}

impl IsPeer for Peer {
    fn container(&self) -> &SharedContainer {
        &self.0
    }
}

/// Calls an export of the container, in the time that the caller has.
pub(super) fn call<I: ?Sized + GuestInterface, R>(
    container: &SharedContainer,
    time: Option<Duration>,
    call: impl FnOnce(&mut Client<'_>) -> Result<R, Fault>,
) -> Result<R, String> {
    let mut container = container.enter(time).map_err(|busy| busy.to_string())?;
    let mut client = container.client::<I>().map_err(|error| error.to_string())?;
    call(&mut client).map_err(|Fault(error)| error.to_string())
}
