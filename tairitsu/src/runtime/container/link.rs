//! Guests that call guests: the export of a container becomes the import of another container.

#[cfg(feature = "async")]
use super::async_shared::{self, AsyncPeer, IsAsyncPeer, SharedAsyncContainer};
use super::builder::ContainerBuilder;
use super::container::{Container, Origin};
use crate::codec::no_codec;
use crate::descriptor::Descriptor;
use crate::runtime::base::call_error::Fault;
use crate::runtime::base::cause::Cause;
use crate::runtime::base::load_error::Error;
#[cfg(feature = "async")]
use crate::runtime::call::client::Calling;
use crate::runtime::call::client::Client;
#[cfg(feature = "async")]
use crate::runtime::call::interface::AsyncGuestInterface;
use crate::runtime::call::interface::GuestInterface;
use crate::runtime::dynamic::native::Calls;
use crate::runtime::image::image::Image;
use crate::runtime::ledger::waits::{Held, Possession, Ring};
use crate::runtime::provide::linker::{LinkError, ProviderLinker};
use crate::runtime::provide::served::Served;
use crate::runtime::provide::source::Provided;
use crate::runtime::store::time::CallTime;
use crate::runtime::values::handles::has_handles;
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;
use tairitsu_guest::abi::{Lift, Lower};

/// The longest time between two looks at a ring, a deadline or a stop.
const STEP: Duration = Duration::from_millis(5);

/// A container that other containers are linked to, by [`ContainerBuilder::link`]. Cheap to clone, safe to share.
///
/// Only the host or one calling guest has the container at a time.
///
/// ```
/// #[tairitsu::guest]
/// trait Counter {
///     fn count(&mut self) -> u32;
/// }
///
/// #[derive(Default)]
/// struct Tally(u32);
///
/// #[tairitsu::guest]
/// impl Counter for Tally {
///     fn count(&mut self) -> u32 {
///         self.0 += 1;
///         self.0
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let shared = tairitsu::SharedContainer::new(tairitsu::Container::native::<Tally>().build()?);
/// // Guests of an image reach it by `Container::builder(&image).link(Counter, &shared)`.
/// assert_eq!(shared.lock().guest(Counter)?.count()?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SharedContainer {
    inner: Arc<Inner>,
}

struct Inner {
    container: Mutex<Container>,
    origin: Origin,
    possession: Arc<Possession>,
    /// Guards nothing. A thread that waits for the container waits here.
    released: (Mutex<()>, Condvar),
}

impl SharedContainer {
    /// Shares a container.
    pub fn new(container: Container) -> Self {
        let origin = container.origin().clone();
        let possession = Possession::new(format!("container `{}`", container.name()));
        let released = Default::default();
        Self { inner: Arc::new(Inner { container: Mutex::new(container), origin, possession, released }) }
    }

    /// Locks the container. Waits while another thread has it.
    ///
    /// # Panics
    ///
    /// - If the calling thread has the container already, or has something that the container's thread waits for. The thread
    ///   would wait for itself.
    pub fn lock(&self) -> SharedContainerGuard<'_> {
        match self.enter(None) {
            Ok(guard) => guard,
            Err(busy) => panic!("{busy}"),
        }
    }

    /// The image that runs. `None` for a native guest.
    pub fn image(&self) -> Option<&Image> {
        self.inner.origin.image()
    }

    /// The error of a container that needs an interface which this container does not export as declared.
    fn cannot_serve<I: ?Sized + GuestInterface>(&self, interface: Descriptor<I>) -> Option<Error> {
        match &self.inner.origin {
            Origin::Image(template) => template.image().compatibility(interface).into_error(template.image()),
            Origin::Native(native) => native.export::<I>().err(),
        }
    }

    /// Locks the container. Waits no longer than the call may go on that needs it.
    fn enter(&self, time: Option<&CallTime>) -> Result<SharedContainerGuard<'_>, Busy> {
        let inner = &*self.inner;
        let container = match inner.try_lock() {
            Some(container) => container,
            None => inner.wait(time)?,
        };
        Ok(SharedContainerGuard { _held: inner.possession.hold(), container, _release: Release(&inner.released.1) })
    }
}

impl Inner {
    fn try_lock(&self) -> Option<MutexGuard<'_, Container>> {
        match self.container.try_lock() {
            Ok(container) => Some(container),
            // After a panic, the container still has a valid status, as after any other end of a call.
            Err(TryLockError::Poisoned(container)) => Some(container.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    #[cold]
    fn wait(&self, time: Option<&CallTime>) -> Result<MutexGuard<'_, Container>, Busy> {
        let wait = self.possession.wait();
        let (lock, released) = &self.released;
        loop {
            wait.look().map_err(Busy::Ring)?;
            if let Some(time) = time {
                time.may_go_on().map_err(|_| Busy::Ended)?;
            }
            // A release between this and the last attempt is not seen. So the wait is short.
            let guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
            drop(released.wait_timeout(guard, STEP));
            if let Some(container) = self.try_lock() {
                return Ok(container);
            }
        }
    }
}

impl fmt::Debug for SharedContainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedContainer").field("image", &self.image()).finish_non_exhaustive()
    }
}

/// Wakes a thread that waits for the container, on drop.
#[derive(Debug)]
struct Release<'a>(&'a Condvar);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Access to a [`SharedContainer`], until this guard is dropped.
#[derive(Debug)]
#[must_use = "the container is given up when this is dropped"]
pub struct SharedContainerGuard<'a> {
    /// Dropped before the lock is released, so that it does not end the next one's possession.
    _held: Held<'a>,
    container: MutexGuard<'a, Container>,
    /// Dropped after the lock is released.
    _release: Release<'a>,
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

/// Why a container could not be locked.
enum Busy {
    Ring(Ring),
    /// The call that needs the container may not go on.
    Ended,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Busy::Ring(ring) => ring.fmt(f),
            Busy::Ended => f.write_str("it was in other calls for as long as this one had time"),
        }
    }
}

impl ContainerBuilder {
    /// Provides an interface by another container, whose guest exports the interface. So guests call guests.
    ///
    /// All containers of this builder call the one container `other`. Each container has its own policy and limits. The
    /// caller's deadline runs on while the caller waits for `other`. The deadline of `other` bounds its own work.
    ///
    /// An interface with resources cannot be linked, because a resource belongs to one container.
    ///
    /// A guest is not entered while it is in a call. If containers are linked in a ring, a call that would enter a
    /// guest again ends in [`CallError::Linked`], which names the ring. A call to a container that is busy for too long ends
    /// in the same error. If `other` has no deadline, the caller's deadline bounds the work of `other`, too.
    ///
    /// If the calls of this builder's containers are futures, a call of `other` still blocks the polling thread. Use
    /// `link_async` for two containers of that kind.
    ///
    /// [`CallError::Linked`]: crate::CallError::Linked
    pub fn link<I: ?Sized + ForwardedInterface>(mut self, interface: Descriptor<I>, other: &SharedContainer) -> Self {
        let found = other.cannot_serve(interface).or_else(|| refuse_handles(interface));
        self.guest.unlinkable = self.guest.unlinkable.or(found);
        let other = other.clone();
        self.provided.push(Provided::factory(vec![peer::<I>()], move || Peer(other.clone())));
        self
    }
}

/// The error of a link of an interface with resources.
pub(super) fn refuse_handles<I: ?Sized + GuestInterface>(interface: Descriptor<I>) -> Option<Error> {
    let message = "resources are of one container, and do not cross from one to another".into();
    has_handles(I::INTERFACE).then(|| Error::Link { interface: interface.id().into(), message })
}

#[cfg(feature = "async")]
impl ContainerBuilder {
    /// [`ContainerBuilder::link`] to a container whose calls are futures. The containers of this builder must be of that
    /// kind, too.
    ///
    /// While the other container works or waits, the thread is free for other tasks. If the caller's call ends meanwhile, by
    /// its deadline, by a stop or by a dropped future, the other container's call is dropped in the middle. It has
    /// then trapped, as after any dropped future.
    ///
    /// [`ContainerBuilder::prepare`] and [`ContainerBuilder::build`] return [`Error::LinkedAsync`] for such a link.
    pub fn link_async<I>(mut self, interface: Descriptor<I>, other: &SharedAsyncContainer) -> Self
    where
        I: ?Sized + ForwardedInterface + AsyncGuestInterface,
    {
        let image = other.image();
        let found = image.compatibility(interface).into_error(image).or_else(|| refuse_handles(interface));
        self.guest.unlinkable = self.guest.unlinkable.or(found);
        let other = other.clone();
        let served = Served {
            interface: I::INTERFACE,
            link: |linker, place| I::forward_async::<AsyncPeer>(&mut ProviderLinker::new(linker, I::INTERFACE, place)?),
            is_async: true,
            cast: None,
        };
        self.provided.push(Provided::factory(vec![served], move || AsyncPeer(other.clone())));
        self
    }
}

/// An interface whose calls can be forwarded to a container that exports it. `#[tairitsu::guest]` implements this for
/// the trait's object type.
pub trait ForwardedInterface: GuestInterface {
    /// Links every function to the container that exports it.
    fn forward<P: IsPeer>(linker: &mut ProviderLinker<'_, P>) -> Result<(), LinkError>;

    /// The same, if the calls of both containers are futures.
    #[cfg(feature = "async")]
    #[doc(hidden)]
    fn forward_async<P: IsAsyncPeer>(linker: &mut ProviderLinker<'_, P>) -> Result<(), LinkError>;
}

/// The provider that stands for another container.
struct Peer(SharedContainer);

/// Collects the calls of an interface's functions, for calls of a native guest by name.
pub fn collect_calls<I: ?Sized + ForwardedInterface>(calls: &mut dyn Any) -> Result<(), LinkError> {
    I::forward::<Peer>(&mut ProviderLinker::collect(calls, I::INTERFACE))
}

/// A provider that stands for another container. Only `Peer` implements this trait. Generic code over this trait is
/// compiled only for linked interfaces.
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

fn peer<I: ?Sized + ForwardedInterface>() -> Served {
    Served {
        interface: I::INTERFACE,
        link: |linker, place| I::forward::<Peer>(&mut ProviderLinker::new(linker, I::INTERFACE, place)?),
        is_async: false,
        cast: None,
    }
}

/// A forwarded function. The arguments are the tuple `A`, with `N` flat values. The results are the tuple `R`, with
/// `M`.
pub struct ForwardedFunction<A, R, const N: usize, const M: usize>(PhantomData<(A, R)>);

impl<A, R, const N: usize, const M: usize> ForwardedFunction<A, R, N, M>
where
    A: Lift + 'static,
    R: Lower + 'static,
{
    /// Links function `index` of the interface to the export of a container. If the function is denied, every call to
    /// it fails.
    pub fn link<I: ?Sized + GuestInterface, P: IsPeer>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        call: impl Fn(&mut Client<'_>, A) -> Result<R, Fault> + Send + Sync + 'static,
    ) -> Result<(), LinkError> {
        if let Some(calls) = linker.table::<Calls>() {
            calls.add(call);
            return Ok(());
        }
        let interface = linker.interface();
        let name = interface.functions[index].name;
        linker.wrap::<_, A, R, N, M>(
            index,
            |state| state.time.clone(),
            move |peer: &mut P, time, args| {
                match forward::<I, R>(peer.container(), &time, |client| call(client, args)) {
                    Ok(results) => Ok(results),
                    // A call that was stopped has no other error.
                    Err(_) if matches!(time.may_go_on(), Err(Cause::Stopped)) => Err(Cause::Stopped.into()),
                    Err(message) => Err(Cause::Linked { function: format!("{}#{name}", interface.id), message }.into()),
                }
            },
        )
    }
}

#[cfg(feature = "async")]
impl<A, R, const N: usize, const M: usize> ForwardedFunction<A, R, N, M>
where
    A: Lift + 'static,
    R: Lower + 'static,
{
    /// [`ForwardedFunction::link`], between containers whose calls are futures.
    pub fn link_async<I: ?Sized + GuestInterface, P: IsAsyncPeer>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        call: for<'x, 'c> fn(&'x mut Client<'c>, A) -> Calling<'x, Result<R, Fault>>,
    ) -> Result<(), LinkError> {
        let interface = linker.interface();
        let name = interface.functions[index].name;
        linker.forward::<A, R, N, M, _>(index, move |peer: &P, time, args| {
            let peer = peer.container().clone();
            async move {
                let called = async_shared::forward::<I, A, R, N>(&peer, &time, args, call).await;
                called.map_err(|message| Cause::Linked { function: format!("{}#{name}", interface.id), message })
            }
        })
    }
}

/// Calls an export of the container, within the time that the caller has left.
fn forward<I: ?Sized + GuestInterface, R>(
    container: &SharedContainer,
    time: &Arc<CallTime>,
    call: impl FnOnce(&mut Client<'_>) -> Result<R, Fault>,
) -> Result<R, String> {
    let mut container = container.enter(Some(time)).map_err(|busy| busy.to_string())?;
    let mut client = container.client::<I>().map_err(|error| error.to_string())?;
    let _bound = client.bound_by(time);
    call(&mut client).map_err(|Fault(error)| error.to_string())
}

/// Stands in for [`ForwardedFunction`] if an argument or the result is no WIT type. See `crate::codec`.
pub trait NoForwardedFunction<A, R> {
    /// Never reached.
    fn link<I: ?Sized, P>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: impl Fn(&mut Client<'_>, A) -> Result<R, Fault>,
    ) -> Result<(), LinkError> {
        const { no_codec::<A>() };
        unreachable!()
    }

    /// Never reached.
    #[cfg(feature = "async")]
    fn link_async<I: ?Sized, P: IsAsyncPeer>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: for<'x, 'c> fn(&'x mut Client<'c>, A) -> Calling<'x, Result<R, Fault>>,
    ) -> Result<(), LinkError> {
        const { no_codec::<A>() };
        unreachable!()
    }
}

impl<A, R, const N: usize, const M: usize> NoForwardedFunction<A, R> for ForwardedFunction<A, R, N, M> {}
