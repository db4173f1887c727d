//! Host objects behind the guest's imports.

use super::Error;
use super::carrier::Carrier;
use super::check;
use super::client::{Client, Fault, GuestInterface};
use super::core_host::CoreHost;
use super::error::{message, panic_message};
use super::handle::{Kind, Lifted, ProvidesResource};
use super::link::{self, IsPeer, Peer};
use super::native::{AnyCast, Cast};
use super::state::{Cause, Slot, State};
use super::template::Asyncness;
use super::watch::Watch;
use crate::__private::HasInterface;
use crate::core::HostApi;
use crate::descriptor::Descriptor;
use crate::future::{self, HostFuture};
use std::any::Any;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use tairitsu_guest::abi::{self, Resource};
use tairitsu_guest::schema::Interface;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentNamedList, Lift, Linker, LinkerInstance, Lower, ResourceType};

/// Why a function could not be linked.
pub type LinkError = wasmtime::Error;

/// A type that provides interface `I`, which is the trait's object type. `#[tairitsu::host]` on an impl of the
/// trait implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` provides no interface",
    label = "not a provider",
    note = "put `#[tairitsu::host]` on `{Self}`'s impl of the interface's trait"
)]
pub trait Provides<I: ?Sized + HasInterface>: Send + 'static {
    /// Links every function of the interface.
    fn link(linker: &mut ProviderLinker<'_, Self>) -> Result<(), LinkError>
    where
        Self: Sized;

    /// The object itself, for a guest that runs without wasm.
    fn as_interface(&mut self) -> &mut I;
}

/// Links the functions of one interface to one provider.
pub struct ProviderLinker<'l, P> {
    linker: LinkerInstance<'l, State>,
    interface: &'static Interface,
    place: &'l Place<'l>,
    marker: PhantomData<fn(P)>,
}

/// What an interface's functions are linked to.
pub(super) struct Place<'l> {
    /// The provider's place in the state.
    pub(super) provider: usize,
    #[cfg_attr(not(feature = "async"), allow(dead_code, reason = "it may be"))]
    pub(super) is_shared: bool,
    #[cfg_attr(not(feature = "async"), allow(dead_code, reason = "no call is a future"))]
    pub(super) asyncness: Asyncness,
    pub(super) is_denied: &'l dyn Fn(&str) -> bool,
}

impl<'l, P: 'static> ProviderLinker<'l, P> {
    fn new(
        linker: &'l mut Linker<State>,
        interface: &'static Interface,
        place: &'l Place<'l>,
    ) -> Result<Self, LinkError> {
        Ok(Self { linker: linker.instance(interface.id)?, interface, place, marker: PhantomData })
    }

    /// Links function `index` of the interface; one that is denied, to an error.
    pub fn function<A, R>(
        &mut self,
        index: usize,
        function: impl Fn(&mut P, A) -> R + Send + Sync + 'static,
    ) -> Result<(), LinkError>
    where
        A: ComponentNamedList + Lift + Lifted + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        self.wrap(index, |_| (), move |provider, (), args| Ok(function(provider, args)))
    }

    /// The name of function `index`, unless it is denied: then it is linked, to an error.
    fn allowed(&mut self, index: usize) -> Result<Option<&'static str>, LinkError> {
        let name = self.interface.functions[index].name;
        if (self.place.is_denied)(name) {
            link_denied(&mut self.linker, self.interface.id, name)?;
            return Ok(None);
        }
        Ok(Some(name))
    }

    /// Links function `index`, unless it is denied. What `before` reads of the state is read before the provider is had.
    fn wrap<T, A, R>(
        &mut self,
        index: usize,
        before: impl Fn(&State) -> T + Send + Sync + 'static,
        function: impl Fn(&mut P, T, A) -> wasmtime::Result<R> + Send + Sync + 'static,
    ) -> Result<(), LinkError>
    where
        A: ComponentNamedList + Lift + Lifted + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        let (provider, interface) = (self.place.provider, self.interface);
        let Some(name) = self.allowed(index)? else { return Ok(()) };
        self.linker.func_wrap(name, move |mut store: StoreContextMut<'_, State>, args: A| {
            if let Some(whose) = args.whose() {
                whose.settle(store.data_mut().resources());
            }
            let read = before(store.data());
            let mut lease = store.data_mut().provider(provider)?;
            let provider = lease.get::<P>()?;
            // A provider may be left in the middle of something, and is seen again only where it is shared, or was
            // given by value and its container restarts. Both say so.
            let results = match catch_unwind(AssertUnwindSafe(|| function(provider, read, args))) {
                Ok(results) => results?,
                Err(panic) => return Err(panicked(interface, name, &*panic)),
            };
            drop(lease);
            store.data().after_host()?;
            Ok(results)
        })
    }
}

impl<P: Send + 'static> ProviderLinker<'_, P> {
    /// Links function `index` of the interface, which is a future; one that is denied, to an error. Where calls are no
    /// futures, the thread waits for it, for as long as the call may take.
    pub fn future<A, R, const N: usize, const M: usize>(
        &mut self,
        index: usize,
        function: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> Result<(), LinkError>
    where
        A: abi::Lift + Send + Sync + 'static,
        R: abi::Lower + Send + Sync + 'static,
    {
        #[cfg(feature = "async")]
        if self.place.asyncness == Asyncness::Yes {
            return self.wrap_async::<A, R, N, M>(index, function);
        }
        let interface = self.interface;
        self.wrap(index, Watch::of, move |provider, watch, args: Carrier<A, N>| {
            let call = caught(interface, index, async { function(provider, args.value).await });
            future::wait(watch.over(call)).map(Carrier::<R, M>::new)
        })
    }

    #[cfg(feature = "async")]
    fn wrap_async<A, R, const N: usize, const M: usize>(
        &mut self,
        index: usize,
        function: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> Result<(), LinkError>
    where
        A: abi::Lift + Send + Sync + 'static,
        R: abi::Lower + Send + Sync + 'static,
    {
        let (provider, interface) = (self.place.provider, self.interface);
        let Some(name) = self.allowed(index)? else { return Ok(()) };
        if self.place.is_shared {
            return Err(Error::SharedAsync { function: format!("{}#{name}", interface.id) }.into());
        }
        self.linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, State>, args: Carrier<A, N>| {
            Box::new(async move {
                if let Some(whose) = args.whose() {
                    whose.settle(store.data_mut().resources());
                }
                let provider = store.data_mut().own_provider::<P>(provider)?;
                let result = caught(interface, index, async { function(provider, args.value).await }).await?;
                store.data().after_host()?;
                Ok(Carrier::<R, M>::new(result))
            })
        })
    }
}

/// What a provider's future comes to. Its panic is an error of the call, as in [`ProviderLinker::wrap`].
async fn caught<T>(interface: &Interface, index: usize, future: impl Future<Output = T>) -> wasmtime::Result<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(panic) => Poll::Ready(Err(panicked(interface, interface.functions[index].name, &*panic))),
    })
    .await
}

impl<P> ProviderLinker<'_, P> {
    /// Links the interface's resource. What the guest drops of it is dropped.
    pub fn resource<R: ?Sized + Resource>(&mut self) -> Result<(), LinkError> {
        let (name, interface) = (R::RESOURCE.name, self.interface);
        self.linker.resource(name, ResourceType::host::<Kind<R>>(), move |mut store, place| {
            let value = store.data_mut().resources().remove(place);
            match catch_unwind(AssertUnwindSafe(|| drop(value))) {
                Ok(()) => Ok(store.data().after_host()?),
                Err(panic) => Err(panicked(interface, &format!("[resource-drop]{name}"), &*panic)),
            }
        })
    }
}

impl<P: IsPeer> ProviderLinker<'_, P> {
    /// Links function `index` of the interface to the export of a container; one that is denied, to an error.
    pub fn forward<I, A, R>(
        &mut self,
        index: usize,
        call: impl Fn(&mut Client<'_>, A) -> Result<R, Fault> + Send + Sync + 'static,
    ) -> Result<(), LinkError>
    where
        I: ?Sized + GuestInterface,
        A: ComponentNamedList + Lift + Lifted + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        let interface = self.interface;
        let name = interface.functions[index].name;
        self.wrap(index, State::time_left, move |peer, time, args| {
            link::call::<I, R>(peer.container(), time, |client| call(client, args))
                .map_err(|message| Cause::Linked { function: format!("{}#{name}", interface.id), message }.into())
        })
    }
}

#[cold]
fn panicked(interface: &Interface, function: &str, panic: &(dyn Any + Send)) -> LinkError {
    let function = format!("{}#{function}", interface.id);
    Cause::Provider { function, message: panic_message(panic) }.into()
}

/// Links a function that is an error to call, whatever its type.
pub(super) fn link_denied(
    linker: &mut LinkerInstance<'_, State>,
    interface: &str,
    function: &str,
) -> Result<(), LinkError> {
    let name = if interface.is_empty() { function.into() } else { format!("{interface}#{function}") };
    linker.func_new(function, move |_, _, _, _| Err(Cause::Denied { function: name.clone() }.into()))
}

/// A provider, and the interfaces that it is to provide.
pub(super) struct Provided {
    pub(super) source: Source,
    pub(super) links: Vec<Link>,
}

/// Where a container's provider comes from.
pub(super) enum Source {
    /// From here, for the one container that takes it. Nothing waits for the lock: a template with one of these has
    /// one container.
    Value(Mutex<Option<Box<dyn Any + Send>>>),
    /// Every container has one of its own, and keeps it when it restarts.
    Kept(fn() -> Box<dyn Any + Send>),
    /// Every container has one of its own, and a new one when it restarts.
    Factory(Box<dyn Fn() -> Box<dyn Any + Send> + Send + Sync>),
    /// All containers have this one.
    Shared(Arc<Mutex<dyn Any + Send>>),
}

impl Provided {
    pub(super) fn value<P: Send + 'static>(links: Vec<Link>, provider: P) -> Self {
        Self { source: Source::Value(Mutex::new(Some(Box::new(provider)))), links }
    }

    pub(super) fn factory<P: Send + 'static>(links: Vec<Link>, make: impl Fn() -> P + Send + Sync + 'static) -> Self {
        Self { source: Source::Factory(Box::new(move || Box::new(make()))), links }
    }

    pub(super) fn shared<P: Send + 'static>(links: Vec<Link>, provider: Arc<Mutex<P>>) -> Self {
        Self { source: Source::Shared(provider), links }
    }

    /// A new slot; nothing for what a container keeps.
    pub(super) fn make(&self) -> Result<Option<Slot>, Error> {
        match &self.source {
            Source::Value(_) | Source::Kept(_) => Ok(None),
            Source::Factory(factory) => match catch_unwind(AssertUnwindSafe(factory)) {
                Ok(provider) => Ok(Some(Slot::Own(provider))),
                Err(panic) => Err(Error::Factory { interface: self.interface(), message: panic_message(&*panic) }),
            },
            Source::Shared(provider) => Ok(Some(Slot::Shared(provider.clone()))),
        }
    }

    /// What a container keeps from then on; what is given by value, once.
    pub(super) fn take(&self) -> Result<Slot, Error> {
        let taken = match &self.source {
            Source::Value(provider) => provider.lock().unwrap_or_else(PoisonError::into_inner).take(),
            Source::Kept(make) => Some(make()),
            Source::Factory(_) | Source::Shared(_) => None,
        };
        taken.map(Slot::Own).ok_or_else(|| Error::ProvidedByValue { interface: self.interface() })
    }

    /// The id of the first interface.
    pub(super) fn interface(&self) -> String {
        self.links.first().map(|link| link.interface.id.into()).unwrap_or_default()
    }
}

/// The place of the core world's host among the providers.
pub(super) const CORE: usize = 0;

/// What is provided, with the core world's host, if each interface is provided once.
pub(super) fn complete(mut provided: Vec<Provided>) -> Result<Vec<Provided>, Error> {
    for (i, link) in links(&provided).enumerate() {
        for other in links(&provided).skip(i + 1) {
            if check::same_track(link.interface.id, other.interface.id) {
                return Err(Error::ProvidedTwice { interface: other.interface.id.into() });
            }
        }
    }
    // The core world's host is always there for `on_execute` and `on_log`, and linked unless somebody
    // else provides the interface.
    let has_core = links(&provided).any(|link| check::same_track(link.interface.id, crate::core::HostApi.id()));
    let core = if has_core { Vec::new() } else { vec![Link::new::<dyn HostApi, CoreHost>()] };
    let source = Source::Kept(|| Box::new(CoreHost::default()));
    provided.insert(CORE, Provided { source, links: core });
    Ok(provided)
}

/// The links of all providers.
pub(super) fn links(provided: &[Provided]) -> impl Iterator<Item = &Link> {
    provided.iter().flat_map(|provided| &provided.links)
}

/// A container's providers. `kept` are those of its life before; those that are given by value are taken from there.
pub(super) fn slots(provided: &[Provided], kept: &mut Vec<Slot>) -> Result<Vec<Slot>, Error> {
    // What is made anew comes first, since it can fail.
    let made = provided.iter().map(Provided::make).collect::<Result<Vec<_>, _>>()?;
    let mut kept = std::mem::take(kept).into_iter().map(Some).collect::<Vec<_>>();
    let taken = made.into_iter().zip(provided).enumerate().map(|(i, (made, provided))| match made {
        Some(slot) => Ok(slot),
        None => match kept.get_mut(i).and_then(Option::take) {
            Some(slot) => Ok(slot),
            None => provided.take(),
        },
    });
    taken.collect()
}

type LinkFn = fn(&mut Linker<State>, &Place<'_>) -> Result<(), LinkError>;

pub(super) struct Link {
    pub(super) interface: &'static Interface,
    link: LinkFn,
    /// It is another container.
    pub(super) is_peer: bool,
    /// How a guest that runs without wasm reaches it. Such a guest is linked to no container, and has resources as they are.
    pub(super) cast: Option<AnyCast>,
}

impl Link {
    pub(super) fn new<I: ?Sized + HasInterface + 'static, P: Provides<I>>() -> Self {
        Self {
            interface: I::INTERFACE,
            link: |linker, place| P::link(&mut ProviderLinker::new(linker, I::INTERFACE, place)?),
            is_peer: false,
            cast: Some(const { &Cast::<I>(|provider| provider.downcast_mut::<P>().map(P::as_interface)) }),
        }
    }

    /// Of a resource whose values are of type `T`. A guest that runs without wasm has the values themselves.
    pub(super) fn resource<T: ProvidesResource>() -> Self {
        Self {
            interface: T::Interface::INTERFACE,
            link: |linker, place| T::link(&mut ProviderLinker::new(linker, T::Interface::INTERFACE, place)?),
            is_peer: false,
            cast: None,
        }
    }

    /// To a container that exports it.
    pub(super) fn peer<I: ?Sized + GuestInterface>() -> Self {
        Self {
            interface: I::INTERFACE,
            link: |linker, place| I::forward::<Peer>(&mut ProviderLinker::new(linker, I::INTERFACE, place)?),
            is_peer: true,
            cast: None,
        }
    }

    pub(super) fn link(&self, linker: &mut Linker<State>, place: &Place<'_>) -> Result<(), Error> {
        (self.link)(linker, place).map_err(|error| match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => Error::Link { interface: self.interface.id.into(), message: message(&error) },
        })
    }
}

/// The names of interfaces that `P` provides: a descriptor, or a tuple of up to four.
pub trait Descriptors<P> {
    #[doc(hidden)]
    fn links() -> Links;
}

#[doc(hidden)]
pub struct Links(pub(super) Vec<Link>);

impl<I: ?Sized + HasInterface + 'static, P: Provides<I>> Descriptors<P> for Descriptor<I> {
    fn links() -> Links {
        Links(vec![Link::new::<I, P>()])
    }
}

macro_rules! descriptors {
    ($($name:ident)+) => {
        impl<P, $($name: Descriptors<P>),+> Descriptors<P> for ($($name,)+) {
            fn links() -> Links {
                let mut links = Vec::new();
                $(links.extend($name::links().0);)+
                Links(links)
            }
        }
    };
}

descriptors!(A);
descriptors!(A B);
descriptors!(A B C);
descriptors!(A B C D);
