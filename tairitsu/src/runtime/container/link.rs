//! Guests that call guests: the export of a container becomes the import of another container.

use super::builder::ContainerBuilder;
use super::container::{Container, Origin};
use crate::codec::no_codec;
use crate::descriptor::Descriptor;
use crate::runtime::base::call_error::Fault;
use crate::runtime::base::cause::Cause;
use crate::runtime::base::load_error::Error;
use crate::runtime::call::client::Client;
use crate::runtime::call::interface::GuestInterface;
use crate::runtime::image::image::Image;
use crate::runtime::provide::linker::{LinkError, ProviderLinker};
use crate::runtime::provide::served::Served;
use crate::runtime::provide::source::Provided;
use crate::runtime::values::handles::has_handles;
use crate::runtime::values::tuple::ValueTuple;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use tairitsu_guest::abi::{Lift, Lower};

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
    /// Only the holder locks this, so nobody waits for the lock for long.
    container: Mutex<Container>,
    origin: Origin,
    holder: Holder,
}

/// The thread that has a container.
#[derive(Debug, Default)]
struct Holder {
    thread: Mutex<Option<ThreadId>>,
    released: Condvar,
}

impl SharedContainer {
    /// Shares a container.
    pub fn new(container: Container) -> Self {
        let origin = container.origin().clone();
        Self { inner: Arc::new(Inner { container: Mutex::new(container), origin, holder: Holder::default() }) }
    }

    /// Locks the container. Waits while another thread has it.
    ///
    /// # Panics
    ///
    /// - If the calling thread has the container already. The thread would wait for itself.
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

    /// Locks the container. Fails if another thread has it for longer than `time`.
    fn enter(&self, time: Option<Duration>) -> Result<SharedContainerGuard<'_>, Busy> {
        let Inner { container, holder, .. } = &*self.inner;
        let release = holder.take(time)?;
        // After a panic, the container still has a valid status, as after any other end of a call.
        let container = container.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(SharedContainerGuard { container, _release: release })
    }
}

impl fmt::Debug for SharedContainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedContainer").field("image", &self.image()).finish_non_exhaustive()
    }
}

impl Holder {
    fn take(&self, time: Option<Duration>) -> Result<Release<'_>, Busy> {
        let me = thread::current().id();
        let mut waited: Option<Instant> = None;
        let mut thread = self.lock();
        while let Some(holder) = *thread {
            if holder == me {
                return Err(Busy::Reentered);
            }
            let start = *waited.get_or_insert_with(Instant::now);
            thread = match time.map(|time| time.checked_sub(start.elapsed())) {
                None => self.released.wait(thread).unwrap_or_else(PoisonError::into_inner),
                Some(Some(left)) => self.released.wait_timeout(thread, left).unwrap_or_else(PoisonError::into_inner).0,
                Some(None) => return Err(Busy::Waited),
            };
        }
        *thread = Some(me);
        Ok(Release(self))
    }

    fn lock(&self) -> MutexGuard<'_, Option<ThreadId>> {
        // No code under this lock can panic.
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the container up on drop.
#[derive(Debug)]
struct Release<'a>(&'a Holder);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
        self.0.released.notify_one();
    }
}

/// Access to a [`SharedContainer`], until this guard is dropped.
#[derive(Debug)]
#[must_use = "the container is given up when this is dropped"]
pub struct SharedContainerGuard<'a> {
    container: MutexGuard<'a, Container>,
    /// Dropped after the lock.
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

impl ContainerBuilder {
    /// Provides an interface by another container, whose guest exports the interface. So guests call guests.
    ///
    /// All containers of this builder call the one container `other`. Each container has its own policy and limits. The
    /// caller's deadline runs on while the caller waits for `other`. The deadline of `other` bounds its own work.
    ///
    /// An interface with resources cannot be linked, because a resource belongs to one container.
    ///
    /// A guest is not entered while it is in a call. If containers are linked in a ring, a call that would enter a
    /// guest again ends in [`CallError::Linked`]. A call to a container that is busy for too long ends in the same
    /// error.
    ///
    /// [`CallError::Linked`]: crate::CallError::Linked
    pub fn link<I: ?Sized + ForwardedInterface>(mut self, interface: Descriptor<I>, other: &SharedContainer) -> Self {
        self.guest.unlinkable = self.guest.unlinkable.or(other.cannot_serve(interface));
        if has_handles(I::INTERFACE) {
            let message = "resources are of one container, and do not cross from one to another".into();
            self.guest.unlinkable =
                self.guest.unlinkable.or(Some(Error::Link { interface: interface.id().into(), message }));
        }
        let other = other.clone();
        self.provided.push(Provided::factory(vec![peer::<I>()], move || Peer(other.clone())));
        self
    }
}

/// An interface whose calls can be forwarded to a container that exports it. `#[tairitsu::guest]` implements this for
/// the trait's object type.
pub trait ForwardedInterface: GuestInterface {
    /// Links every function to the container that exports it.
    fn forward<P: IsPeer>(linker: &mut ProviderLinker<'_, P>) -> Result<(), LinkError>;
}

/// The provider that stands for another container.
struct Peer(SharedContainer);

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
        is_peer: true,
        cast: None,
    }
}

/// A forwarded function. The arguments are the tuple `A`, with `N` flat values. The results are the tuple `R`, with
/// `M`.
pub struct ForwardedFunction<A, R, const N: usize, const M: usize>(PhantomData<(A, R)>);

impl<A, R, const N: usize, const M: usize> ForwardedFunction<A, R, N, M>
where
    A: Lift + Send + Sync + 'static,
    R: Lower + Send + Sync + 'static,
{
    /// Links function `index` of the interface to the export of a container. If the function is denied, every call to
    /// it fails.
    pub fn link<I: ?Sized + GuestInterface, P: IsPeer>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        call: impl Fn(&mut Client<'_>, A) -> Result<R, Fault> + Send + Sync + 'static,
    ) -> Result<(), LinkError> {
        let interface = linker.interface();
        let name = interface.functions[index].name;
        linker.wrap(
            index,
            |state| state.time.left(),
            move |peer: &mut P, time, args: ValueTuple<A, N>| {
                forward::<I, R>(peer.container(), time, |client| call(client, args.value))
                    .map(ValueTuple::<R, M>::new)
                    .map_err(|message| Cause::Linked { function: format!("{}#{name}", interface.id), message }.into())
            },
        )
    }
}

/// Calls an export of the container, within the time that the caller has left.
fn forward<I: ?Sized + GuestInterface, R>(
    container: &SharedContainer,
    time: Option<Duration>,
    call: impl FnOnce(&mut Client<'_>) -> Result<R, Fault>,
) -> Result<R, String> {
    let mut container = container.enter(time).map_err(|busy| busy.to_string())?;
    let mut client = container.client::<I>().map_err(|error| error.to_string())?;
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
}

impl<A, R, const N: usize, const M: usize> NoForwardedFunction<A, R> for ForwardedFunction<A, R, N, M> {}
