//! Links the functions of an interface to a provider.

use crate::future::HostFuture;
use crate::runtime::base::caught::caught;
use crate::runtime::base::cause::Cause;
use crate::runtime::base::executor;
#[cfg(feature = "async")]
use crate::runtime::base::load_error::Error;
use crate::runtime::base::value_error::ValueError;
use crate::runtime::engine::machine::Asyncness;
use crate::runtime::store::resources::{Kind, Lifted};
use crate::runtime::store::slot::{NoLease, not_there};
use crate::runtime::store::state::State;
#[cfg(feature = "async")]
use crate::runtime::store::time::CallTime;
use crate::runtime::store::watch::Watch;
use crate::runtime::values::aside::Aside;
use crate::runtime::values::tuple::ValueTuple;
use std::any::Any;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tairitsu_guest::abi::{self, Resource};
use tairitsu_guest::schema::Interface;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance, ResourceType};

/// Why a function could not be linked.
pub type LinkError = wasmtime::Error;

/// Links the functions of one interface to one provider.
pub struct ProviderLinker<'l, P> {
    to: To<'l>,
    interface: &'static Interface,
    marker: PhantomData<fn(P)>,
}

/// Where the functions are linked to.
enum To<'l> {
    /// An import of a component.
    Import(LinkerInstance<'l, State>, &'l Place<'l>),
    /// A table of calls, of a type that rooms above know.
    Table(&'l mut dyn Any),
}

/// The place that an interface's functions are linked to.
pub(crate) struct Place<'l> {
    /// The name under which the interface is linked: the one by which the image imports it.
    pub(crate) name: &'l str,
    /// The provider's index among the container's providers.
    pub(crate) provider: usize,
    #[cfg_attr(not(feature = "async"), allow(dead_code, reason = "it may be"))]
    pub(crate) is_shared: bool,
    #[cfg_attr(not(feature = "async"), allow(dead_code, reason = "no call is a future"))]
    pub(crate) asyncness: Asyncness,
    pub(crate) is_denied: &'l dyn Fn(&str) -> bool,
    /// The functions that the image imports with other types, because one side is older. Empty if there are none.
    pub(crate) bridges: &'l [Option<Arc<dyn ImportBridge>>],
}

/// A function of the host that a guest imports with other types, because one of them is older.
pub(crate) trait ImportBridge: Send + Sync {
    /// Links the function to `serve`.
    fn link(&self, linker: &mut LinkerInstance<'_, State>, serve: Box<Serve>) -> Result<(), LinkError>;

    /// The error of arguments or of a result that one of the two sides does not have.
    fn failed(&self, error: ValueError) -> LinkError;
}

/// Serves a call of a function. The arguments are a tuple of the host's types, and the result is of the host's type.
pub(crate) type Serve = dyn Fn(&mut StoreContextMut<'_, State>, Aside) -> wasmtime::Result<Aside> + Send + Sync;

impl<'l, P: 'static> ProviderLinker<'l, P> {
    pub(crate) fn new(
        linker: &'l mut Linker<State>,
        interface: &'static Interface,
        place: &'l Place<'l>,
    ) -> Result<Self, LinkError> {
        Ok(Self { to: To::Import(linker.instance(place.name)?, place), interface, marker: PhantomData })
    }

    /// Collects the interface's functions in a table. Only what is forwarded can be collected.
    pub(crate) fn collect(table: &'l mut dyn Any, interface: &'static Interface) -> Self {
        Self { to: To::Table(table), interface, marker: PhantomData }
    }

    /// The table of this type, if the functions are collected in it.
    pub(crate) fn table<T: Any>(&mut self) -> Option<&mut T> {
        match &mut self.to {
            To::Table(table) => table.downcast_mut(),
            To::Import(..) => None,
        }
    }

    fn import(&mut self) -> Result<(&mut LinkerInstance<'l, State>, &'l Place<'l>), LinkError> {
        match &mut self.to {
            To::Import(linker, place) => Ok((linker, place)),
            To::Table(_) => Err(LinkError::msg("expected an import, found a table")),
        }
    }

    /// Links function `index` of the interface. If the function is denied, every call to it fails.
    pub fn function<A, R, const N: usize, const M: usize>(
        &mut self,
        index: usize,
        function: impl Fn(&mut P, A) -> R + Send + Sync + 'static,
    ) -> Result<(), LinkError>
    where
        A: abi::Lift + 'static,
        R: abi::Lower + 'static,
    {
        self.wrap::<_, A, R, N, M>(index, |_| (), move |provider, (), args| Ok(function(provider, args)))
    }

    /// Returns the name of function `index`. A denied function is linked here so that it fails, and has no name.
    fn allowed(&mut self, index: usize) -> Result<Option<&'static str>, LinkError> {
        let Self { interface, .. } = *self;
        let name = interface.functions[index].name;
        let (linker, place) = self.import()?;
        if (place.is_denied)(name) {
            link_denied(linker, interface.id, name)?;
            return Ok(None);
        }
        Ok(Some(name))
    }

    /// Links function `index`, unless the function is denied.
    ///
    /// A call runs `before` on the state first, because `before` cannot read the state while the provider is borrowed
    /// from it.
    pub(crate) fn wrap<T, A, R, const N: usize, const M: usize>(
        &mut self,
        index: usize,
        before: impl Fn(&State) -> T + Send + Sync + 'static,
        function: impl Fn(&mut P, T, A) -> wasmtime::Result<R> + Send + Sync + 'static,
    ) -> Result<(), LinkError>
    where
        A: abi::Lift + 'static,
        R: abi::Lower + 'static,
    {
        let Some(name) = self.allowed(index)? else { return Ok(()) };
        let interface = self.interface;
        let (linker, &Place { provider, asyncness, bridges, .. }) = self.import()?;
        let callee = Callee { interface, name, provider, asyncness };
        if const { A::TYPE.can_grow() || R::TYPE.can_grow() }
            && let Some(Some(bridge)) = bridges.get(index)
        {
            let failing = bridge.clone();
            let serve = move |store: &mut StoreContextMut<'_, State>, args: Aside| {
                let args = args.lift().map_err(|error| failing.failed(error))?;
                let result = callee.serve(store, &before, &function, args)?;
                Aside::lower(&result).map_err(|error| failing.failed(error))
            };
            return bridge.link(linker, Box::new(serve));
        }
        linker.func_wrap(name, move |mut store: StoreContextMut<'_, State>, args: ValueTuple<A, N>| {
            if let Some(whose) = args.whose() {
                whose.settle(store.data_mut().resources());
            }
            callee.serve(&mut store, &before, &function, args.value).map(ValueTuple::<R, M>::new)
        })
    }
}

/// A function of a provider, as a call of it needs it.
#[derive(Clone, Copy)]
struct Callee {
    interface: &'static Interface,
    name: &'static str,
    /// The provider's index among the container's providers.
    provider: usize,
    asyncness: Asyncness,
}

impl Callee {
    /// Serves one call.
    #[inline(always)]
    fn serve<P: 'static, T, A, R>(
        self,
        store: &mut StoreContextMut<'_, State>,
        before: impl Fn(&State) -> T,
        function: impl Fn(&mut P, T, A) -> wasmtime::Result<R>,
        args: A,
    ) -> wasmtime::Result<R> {
        let Self { interface, name, provider, asyncness } = self;
        let read = before(store.data());
        let mut lease = match store.data_mut().provider(provider) {
            Ok(lease) => lease,
            Err(none) => return Err(no_lease(interface, name, *none)),
        };
        let provider = lease.get::<P>()?;
        // A panic may leave the provider in an inconsistent state. The provider is used again only in two cases: if
        // it is shared, or if it was given by value and its container restarts. The docs of both cases say so.
        let results = match asyncness.on_its_stack(|| caught(|| function(provider, read, args))) {
            Ok(results) => results?,
            Err(message) => return Err(panicked(interface, name, message)),
        };
        drop(lease);
        store.data().time.after_host()?;
        Ok(results)
    }
}

impl<P: Send + 'static> ProviderLinker<'_, P> {
    /// Links function `index` of the interface, which is an `async fn`. If the function is denied, every call to it
    /// fails.
    ///
    /// In a container whose calls are not futures, the thread waits for the future until the call's deadline.
    pub fn future<A, R, const N: usize, const M: usize>(
        &mut self,
        index: usize,
        function: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> Result<(), LinkError>
    where
        A: abi::Lift + 'static,
        R: abi::Lower + 'static,
    {
        #[cfg(feature = "async")]
        if self.import()?.1.asyncness == Asyncness::Yes {
            return self.wrap_async::<A, R, N, M>(index, function);
        }
        let interface = self.interface;
        self.wrap::<_, A, R, N, M>(
            index,
            |state| state.time.clone(),
            move |provider, time, args| {
                let call = caught_future(Asyncness::No, interface, index, async { function(provider, args).await });
                match executor::wait(Watch(time).over(call)) {
                    Ok(result) => result,
                    Err(stuck) => Err(panicked(interface, interface.functions[index].name, stuck.to_string())),
                }
            },
        )
    }

    /// Links function `index` to a future that borrows nothing, unless the function is denied.
    #[cfg(feature = "async")]
    pub(crate) fn forward<A, R, const N: usize, const M: usize, F>(
        &mut self,
        index: usize,
        start: impl Fn(&P, Arc<CallTime>, ValueTuple<A, N>) -> F + Send + Sync + 'static,
    ) -> Result<(), LinkError>
    where
        A: abi::Lift + 'static,
        R: abi::Lower + 'static,
        F: Future<Output = Result<R, Cause>> + Send + 'static,
    {
        let Some(name) = self.allowed(index)? else { return Ok(()) };
        self.refuse_bridge(index)?;
        let (linker, &Place { provider, .. }) = self.import()?;
        linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, State>, args: ValueTuple<A, N>| {
            let time = store.data().time.clone();
            let started = store.data_mut().own_provider::<P>(provider).map(|provider| start(provider, time, args));
            Box::new(async move {
                let result = started?.await?;
                store.data().time.after_host()?;
                Ok(ValueTuple::<R, M>::new(result))
            })
        })
    }

    /// The error of a function that would need a bridge, where none is built yet.
    #[cfg(feature = "async")]
    fn refuse_bridge(&mut self, index: usize) -> Result<(), LinkError> {
        let name = self.interface.functions[index].name;
        let (_, place) = self.import()?;
        match place.bridges.get(index) {
            Some(Some(_)) => Err(LinkError::msg(format!(
                "expected `{name}` with the same types on both sides, found it of different ages: its calls are futures, \
                 and such a function has no bridge"
            ))),
            _ => Ok(()),
        }
    }

    #[cfg(feature = "async")]
    fn wrap_async<A, R, const N: usize, const M: usize>(
        &mut self,
        index: usize,
        function: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> Result<(), LinkError>
    where
        A: abi::Lift + 'static,
        R: abi::Lower + 'static,
    {
        let Some(name) = self.allowed(index)? else { return Ok(()) };
        self.refuse_bridge(index)?;
        let interface = self.interface;
        let (linker, &Place { provider, is_shared, .. }) = self.import()?;
        if is_shared {
            return Err(Error::SharedAsync { function: format!("{}#{name}", interface.id) }.into());
        }
        linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, State>, args: ValueTuple<A, N>| {
            Box::new(async move {
                if let Some(whose) = args.whose() {
                    whose.settle(store.data_mut().resources());
                }
                let provider = store.data_mut().own_provider::<P>(provider)?;
                // The future has the whole tuple, which is `Send`, and not the arguments alone.
                let call = async {
                    let args = args;
                    function(provider, args.value).await
                };
                let result = caught_future(Asyncness::Yes, interface, index, call).await?;
                store.data().time.after_host()?;
                Ok(ValueTuple::<R, M>::new(result))
            })
        })
    }
}

/// Polls a provider's future. A panic in the future is an error of the call, as in [`ProviderLinker::wrap`].
async fn caught_future<T>(
    asyncness: Asyncness,
    interface: &Interface,
    index: usize,
    future: impl Future<Output = T>,
) -> wasmtime::Result<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match asyncness.on_its_stack(|| caught(|| future.as_mut().poll(cx))) {
        Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(message) => Poll::Ready(Err(panicked(interface, interface.functions[index].name, message))),
    })
    .await
}

impl<P> ProviderLinker<'_, P> {
    pub(crate) fn interface(&self) -> &'static Interface {
        self.interface
    }
}

impl<P: 'static> ProviderLinker<'_, P> {
    /// Links the interface's resource. When the guest drops a handle that it owns, the host drops the value.
    pub fn resource<R: ?Sized + Resource>(&mut self) -> Result<(), LinkError> {
        let (name, interface) = (R::RESOURCE.name, self.interface);
        let (linker, &Place { asyncness, .. }) = self.import()?;
        linker.resource(name, ResourceType::host::<Kind<R>>(), move |mut store, place| {
            let value = store.data_mut().resources().remove(place);
            match asyncness.on_its_stack(|| caught(|| drop(value))) {
                Ok(()) => Ok(store.data().time.after_host()?),
                Err(message) => Err(panicked(interface, &format!("[resource-drop]{name}"), message)),
            }
        })
    }
}

#[cold]
fn no_lease(interface: &Interface, function: &str, none: NoLease) -> LinkError {
    match none {
        NoLease::Ended(cause) => cause.into(),
        NoLease::Ring(ring) => panicked(interface, function, ring.to_string()),
        NoLease::NotThere => not_there(),
    }
}

#[cold]
fn panicked(interface: &Interface, function: &str, message: String) -> LinkError {
    let function = format!("{}#{function}", interface.id);
    Cause::Provider { function, message }.into()
}

/// Links a function of any type so that every call to it fails.
pub(crate) fn link_denied(
    linker: &mut LinkerInstance<'_, State>,
    interface: &str,
    function: &str,
) -> Result<(), LinkError> {
    let name = if interface.is_empty() { function.into() } else { format!("{interface}#{function}") };
    linker.func_new(function, move |_, _, _, _| Err(Cause::Denied { function: name.clone() }.into()))
}
