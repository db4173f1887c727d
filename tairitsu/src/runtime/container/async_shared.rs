//! A container whose calls are futures, and which other containers are linked to.

use super::async_container::{AsyncContainer, AsyncTemplate};
use crate::runtime::base::call_error::Fault;
use crate::runtime::call::client::Calling;
use crate::runtime::call::client::Client;
use crate::runtime::call::interface::GuestInterface;
use crate::runtime::image::image::Image;
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::targets::Target;
use crate::runtime::store::time::{self, CallTime};
use crate::runtime::values::tuple::ValueTuple;
use async_lock::{Mutex, MutexGuard};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// An [`AsyncContainer`] that other containers are linked to, by [`ContainerBuilder::link_async`](crate::ContainerBuilder::link_async). Cheap to clone, safe to
/// share.
///
/// Only the host or one calling guest has the container at a time. The others wait, and leave their threads to other tasks.
///
/// ```no_run
/// # use tairitsu::{Container, Image, SharedAsyncContainer};
/// #[tairitsu::guest]
/// trait Sensor {
///     fn temperature(&mut self) -> f32;
/// }
///
/// async fn station(station: &Image, sensor: &Image) -> Result<(), tairitsu::Error> {
///     let sensor = SharedAsyncContainer::new(Container::builder(sensor).build_async().await?);
///     let station = Container::builder(station).link_async(Sensor, &sensor).build_async().await?;
///     # drop(station);
///     Ok(())
/// }
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct SharedAsyncContainer {
    inner: Arc<Inner>,
}

struct Inner {
    container: Mutex<AsyncContainer>,
    template: AsyncTemplate,
    shared: Arc<Shared>,
}

/// Access to a [`SharedAsyncContainer`], until this guard is dropped.
#[derive(Debug)]
#[must_use = "the container is given up when this is dropped"]
pub struct SharedAsyncContainerGuard<'a> {
    /// Dropped before the lock is released, so that nobody finds a ring that is over.
    _target: Target,
    container: MutexGuard<'a, AsyncContainer>,
}

impl Deref for SharedAsyncContainerGuard<'_> {
    type Target = AsyncContainer;

    fn deref(&self) -> &AsyncContainer {
        &self.container
    }
}

impl DerefMut for SharedAsyncContainerGuard<'_> {
    fn deref_mut(&mut self) -> &mut AsyncContainer {
        &mut self.container
    }
}

impl SharedAsyncContainer {
    /// Shares a container.
    pub fn new(container: AsyncContainer) -> Self {
        let (template, shared) = container.parts();
        Self { inner: Arc::new(Inner { container: Mutex::new(container), template, shared }) }
    }

    /// Locks the container. Waits while another task or a guest has it.
    ///
    /// # Panics
    ///
    /// - If a provider calls this, and the container waits for the call that the provider is in. Nobody would ever go on.
    pub async fn lock(&self) -> SharedAsyncContainerGuard<'_> {
        match self.enter().await {
            Ok(guard) => guard,
            Err(ring) => panic!("{ring}"),
        }
    }

    async fn enter(&self) -> Result<SharedAsyncContainerGuard<'_>, String> {
        let target = Target::need(time::current_container(), &self.inner.shared)?;
        Ok(SharedAsyncContainerGuard { _target: target, container: self.inner.container.lock().await })
    }

    /// The image that runs.
    pub fn image(&self) -> &Image {
        self.inner.template.image()
    }
}

impl fmt::Debug for SharedAsyncContainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedAsyncContainer").field("image", &self.image()).finish_non_exhaustive()
    }
}

/// The provider that stands for another container.
pub(super) struct AsyncPeer(pub(super) SharedAsyncContainer);

/// A provider that stands for another container whose calls are futures. Only `AsyncPeer` implements this trait.
pub trait IsAsyncPeer: Send + 'static {
    /// The container.
    #[doc(hidden)]
    fn container(&self) -> &SharedAsyncContainer;
}

impl IsAsyncPeer for AsyncPeer {
    fn container(&self) -> &SharedAsyncContainer {
        &self.0
    }
}

/// Calls an export of the container. The future of the caller's call bounds this future.
pub(super) async fn forward<I: ?Sized + GuestInterface, A, R, const N: usize>(
    peer: &SharedAsyncContainer,
    caller: &Arc<CallTime>,
    args: ValueTuple<A, N>,
    call: for<'x, 'c> fn(&'x mut Client<'c>, A) -> Calling<'x, Result<R, Fault>>,
) -> Result<R, String> {
    let mut container = peer.enter().await?;
    let mut client = container.client::<I>().await.map_err(|error| error.to_string())?;
    let _bound = client.bound_by(caller);
    call(&mut client, args.value).await.map_err(|Fault(error)| error.to_string())
}

/// A forwarded call, by a future whose values are all `Send`.
struct Forwarded<F>(F);

// SAFETY: `forwarded` makes the only ones, and its caller guarantees that the future can be sent.
unsafe impl<F> Send for Forwarded<F> {}

impl<F: Future> Future for Forwarded<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the field is pinned as the struct is, and is never moved out of it.
        unsafe { self.map_unchecked_mut(|forwarded| &mut forwarded.0) }.poll(cx)
    }
}

/// Boxes the future of a forwarded call.
///
/// rustc does not prove here that the future is `Send`: it would prove it part by part, and it gives up on types that are
/// deep inside each other.
///
/// # Safety
/// - While it waits, the future holds only clients, futures that are `Send`, and types that are lifted or lowered.
pub unsafe fn forwarded<'x, R>(future: impl Future<Output = R> + 'x) -> Calling<'x, R> {
    Box::pin(Forwarded(future))
}
