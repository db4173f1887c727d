//! Typed calls into a guest.

use super::fault;
use super::native_guest;
use super::native_template::NativeExport;
use crate::__private::HasInterface;
use crate::runtime::base::call_error::{CallError, Fault};
#[cfg(feature = "async")]
use crate::runtime::base::cause::Cause;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::Trap;
use crate::runtime::base::value_error::ValueError;
use crate::runtime::ledger::observe::{self, Call, FunctionName, Names, Outcome};
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::status::Status;
use crate::runtime::store::resources::{Resources, Whose};
use crate::runtime::store::stack::{self, StackLeft};
use crate::runtime::store::state::{self, State};
use crate::runtime::store::time::CallTime;
#[cfg(feature = "async")]
use crate::runtime::store::watch::Watch;
use crate::runtime::values::aside::Aside;
use crate::runtime::values::handles;
use std::fmt;
use std::sync::Arc;
#[cfg(feature = "async")]
use tracing::Instrument;
use wasmtime::Store;
use wasmtime::component::types::Type;
use wasmtime::component::{ComponentNamedList, Func, Lift, Lower, TypedFunc};

/// The connection of a typed client to its guest.
pub struct Client<'c> {
    pub(crate) target: Target<'c>,
    pub(crate) names: Names<'c>,
    /// The trap that ended the container.
    pub(crate) first: &'c mut Option<Trap>,
}

/// The future of a call. The call begins when the future is first polled.
#[cfg(feature = "async")]
pub type Calling<'c, R> = std::pin::Pin<Box<dyn Future<Output = R> + Send + 'c>>;

/// A function of a guest that the host declares with other types, because one of them is older.
pub(crate) trait Bridge: Send + Sync {
    /// Calls function `index` of a client. The arguments are a tuple of the host's types, and so is the result.
    fn call(&self, client: Client<'_>, index: usize, args: Aside) -> Result<Aside, Fault>;

    /// The same, in a container whose calls are futures.
    #[cfg(feature = "async")]
    fn call_async<'c>(&'c self, client: Client<'c>, index: usize, args: Aside) -> Calling<'c, Result<Aside, Fault>>;
}

/// The bridges of an interface's functions, in its order. Empty if no function has one.
pub(crate) type Bridges = Arc<[Option<Arc<dyn Bridge>>]>;

/// The functions of an interface that are called by bridges.
pub(crate) struct Bridged {
    pub(crate) functions: Box<[Option<Func>]>,
    pub(crate) bridges: Bridges,
}

/// The functions that a client calls.
pub(crate) enum Target<'c> {
    /// The functions of an instance.
    ///
    /// A function that is called by a bridge is in `bridged`, and not in `functions`.
    Wasm { store: &'c mut Store<State>, functions: &'c [Option<Func>], bridged: Option<&'c Bridged> },
    /// The functions of a native guest.
    Native { guest: &'c mut native_guest::Live, export: &'static NativeExport, shared: &'c Arc<Shared> },
}

impl Target<'_> {
    /// Begins a call of function `index` of an instance.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline(always)]
    unsafe fn begin<P, R>(&mut self, name: FunctionName<'_>) -> Result<(&mut Store<State>, TypedFunc<P, R>), Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let Target::Wasm { store, functions, .. } = self else { return Err(absent(name)) };
        let Some(function) = functions[name.index] else { return Err(absent(name)) };
        state::begin(store);
        // SAFETY: `resolve` checked the function with these types, says the caller.
        Ok((store, unsafe { TypedFunc::<P, R>::new_unchecked(function) }))
    }
}

/// The error of a call of a function that is not there. Generated code asks first whether an optional function is.
#[cold]
fn absent(name: FunctionName<'_>) -> Fault {
    let error = Error::NoExport { interface: name.to_string(), found: Vec::new() };
    Fault(Box::new(CallError::Interface(Arc::new(error))))
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.names {
            Names::Interface(interface) => interface.id,
            Names::Function(name) => name,
        };
        f.debug_struct("Client").field("name", &name).field("first", &self.first).finish()
    }
}

impl Client<'_> {
    /// Calls function `index`.
    ///
    /// # Safety
    /// - The client was made for an interface whose
    ///   [`GuestInterface::resolve`](super::interface::GuestInterface::resolve) checked function `index` with the same
    ///   `P`, up to lifetimes, and the same `R`.
    #[inline]
    pub unsafe fn call<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + Outcome,
    {
        if self.shared().status() != Status::Running {
            self.enter(index)?;
        }
        // Watched calls have a function of their own, so that the results of other calls are not inspected.
        if Call::is_watched(self.shared()) {
            // SAFETY: the caller guarantees the same.
            return unsafe { self.call_watched::<P, R>(index, params) };
        }
        // SAFETY: the caller guarantees the same.
        unsafe { self.run::<P, R>(index, params) }
    }

    /// [`Client::call`], in a span and counted.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[cold]
    #[inline(never)]
    unsafe fn call_watched<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + Outcome,
    {
        let call = Call::begin(self.shared(), FunctionName { names: self.names, index });
        let entered = call.enter();
        // SAFETY: the caller guarantees the same.
        let result = unsafe { self.run::<P, R>(index, params) };
        drop(entered);
        call.end(&result);
        result
    }

    /// [`Client::call`] after the container's status was checked, inside the call's span.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[inline]
    unsafe fn run<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        self.check_stack(index)?;
        // SAFETY: the caller's.
        let (store, function) = unsafe { self.target.begin::<P, R>(FunctionName { names: self.names, index })? };
        let result = state::within(store, |store| {
            if store.data().has_to_drop() {
                state::drop_resources(store)?;
            }
            function.call(store, params)
        });
        match result {
            Ok(results) => Ok(results),
            Err(error) => Err(self.fault(index, error)),
        }
    }

    /// Checks the handles among the arguments of function `index`. A bad handle is an error of the call only.
    pub fn check_handles<P: tairitsu_guest::abi::Lower>(&self, index: usize, params: &P) -> Result<(), Fault> {
        handles::check(params, self.resources()).map_err(|(resource, reason)| {
            let error = CallError::Handle { function: self.name(index), resource: resource.into(), reason };
            observe::refused(self.shared(), &error);
            Fault(Box::new(error))
        })
    }

    /// Takes back the resources that were lent to the guest for the call. Follows every call with handles.
    pub fn end_lending(&self) {
        if let Some(resources) = self.resources() {
            resources.end_lending();
        }
    }

    /// Assigns the handles in a result to the container's store.
    pub fn settle(&mut self, whose: Option<Arc<Whose>>) {
        if let (Some(whose), Target::Wasm { store, .. }) = (whose, &mut self.target) {
            whose.settle(store.data_mut().resources());
        }
    }

    /// Whether function `index` is called by a bridge.
    #[inline]
    pub(super) fn is_bridged(&self, index: usize) -> bool {
        matches!(&self.target, Target::Wasm { functions, bridged: Some(_), .. } if functions[index].is_none())
    }

    /// Calls function `index` by its bridge, with a tuple of arguments.
    pub(super) fn call_bridged(&mut self, index: usize, args: Result<Aside, ValueError>) -> Result<Aside, Fault> {
        let args = args.map_err(|error| self.wrong(index, error))?;
        let (client, bridge) = self.bridge(index)?;
        bridge.call(client, index, args)
    }

    /// [`Client::call_bridged`], in a container whose calls are futures.
    #[cfg(feature = "async")]
    pub(super) async fn call_bridged_async(
        &mut self,
        index: usize,
        args: Result<Aside, ValueError>,
    ) -> Result<Aside, Fault> {
        let args = args.map_err(|error| self.wrong(index, error))?;
        let (client, bridge) = self.bridge(index)?;
        bridge.call_async(client, index, args).await
    }

    /// The bridge of function `index`, and a client by which it calls the function.
    fn bridge(&mut self, index: usize) -> Result<(Client<'_>, &dyn Bridge), Fault> {
        let name = FunctionName { names: self.names, index };
        let Target::Wasm { store, bridged: Some(bridged), .. } = &mut self.target else { return Err(absent(name)) };
        let Some(Some(bridge)) = bridged.bridges.get(index) else { return Err(absent(name)) };
        let target = Target::Wasm { store, functions: &bridged.functions, bridged: None };
        Ok((Client { target, names: self.names, first: self.first }, &**bridge))
    }

    /// The error of a value that one of the two sides does not have.
    #[cold]
    pub(super) fn wrong(&self, index: usize, error: ValueError) -> Fault {
        let error = CallError::Value { function: self.name(index), error };
        observe::refused(self.shared(), &error);
        Fault(Box::new(error))
    }

    /// The types of a function's parameters, as the component declares them. `None` for a native guest.
    pub(crate) fn param_types(&self, index: usize) -> Option<Vec<Type>> {
        let Target::Wasm { store, functions, .. } = &self.target else { return None };
        let function = (*functions.get(index)?)?;
        Some(function.ty(&**store).params().map(|(_, ty)| ty).collect())
    }

    /// The resources that have crossed between guest and host. `None` if none has crossed.
    pub(crate) fn resources(&self) -> Option<&Arc<Resources>> {
        match &self.target {
            Target::Wasm { store, .. } => store.data().known_resources(),
            Target::Native { .. } => None,
        }
    }

    /// [`Client::call`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[cfg(feature = "async")]
    pub async unsafe fn call_async<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + Outcome + 'static,
    {
        if self.shared().status() != Status::Running {
            self.enter(index)?;
        }
        let call = Call::begin(self.shared(), FunctionName { names: self.names, index });
        // SAFETY: the caller guarantees the same.
        let result = unsafe { self.run_async::<P, R>(index, params) }.instrument(call.span()).await;
        call.end(&result);
        result
    }

    /// [`Client::run`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[cfg(feature = "async")]
    async unsafe fn run_async<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + 'static,
    {
        let name = FunctionName { names: self.names, index };
        // SAFETY: the caller's.
        let (store, function) = unsafe { self.target.begin::<P, R>(name)? };
        let time = store.data().time.clone();
        let mut pending = Pending { shared: time.shared.clone(), first: self.first, name: Some(name) };
        let watch = Watch(time);
        let call = async {
            if store.data().has_to_drop() {
                state::drop_resources_async(store).await?;
            }
            function.call_async(store, params).await
        };
        let result = watch.over(call).await;
        pending.name = None;
        drop(pending);
        match result {
            Ok(results) => Ok(results),
            Err(error) => Err(self.fault(index, error)),
        }
    }

    /// Bounds the calls by the time of their caller until the returned value is dropped, if the container has no deadline
    /// of its own.
    pub(crate) fn bound_by(&self, caller: &Arc<CallTime>) -> Option<Bound> {
        let Target::Wasm { store, .. } = &self.target else { return None };
        store.data().time.set_caller(Some(caller));
        Some(Bound(store.data().time.clone()))
    }

    /// Whether the container's calls are futures.
    #[cfg(feature = "async")]
    pub(super) fn is_async(&self) -> bool {
        matches!(&self.target, Target::Wasm { store, .. } if store.data().yields)
    }

    /// Whether the guest is native: a native guest runs without wasm.
    #[inline]
    pub fn is_native(&self) -> bool {
        matches!(self.target, Target::Native { .. })
    }

    /// Calls function `index` of a native guest.
    pub fn call_native<I: ?Sized + HasInterface + 'static, R>(
        &mut self,
        index: usize,
        call: impl FnOnce(&mut I) -> R,
    ) -> Result<R, Fault> {
        if self.shared().status() != Status::Running {
            self.enter(index)?;
        }
        let Target::Native { guest, export, shared } = &mut self.target else {
            return Err(absent(FunctionName { names: self.names, index }));
        };
        shared.count_call();
        let watched = Call::begin(shared, FunctionName { names: self.names, index });
        let entered = watched.enter();
        let result = guest.call(export, call).map_err(|error| self.fault(index, error));
        drop(entered);
        watched.end_in(|| result.as_ref().err().map(|Fault(error)| error.cause()));
        result
    }

    /// Whether the guest has function `index`. Only optional functions can be absent.
    #[inline]
    pub fn has(&self, index: usize) -> bool {
        match &self.target {
            Target::Wasm { functions, bridged, .. } => {
                functions[index].is_some() || bridged.is_some_and(|bridged| bridged.functions[index].is_some())
            }
            Target::Native { .. } => true,
        }
    }

    /// Fails if the thread has too little stack for a call on it. The guest is not entered then, and can be called again.
    #[inline]
    fn check_stack(&self, index: usize) -> Result<(), Fault> {
        let Target::Wasm { store, .. } = &self.target else { return Ok(()) };
        let limit = store.data().machine().stack;
        stack::check(limit).map_err(|left| self.no_stack(index, limit, left))
    }

    #[cold]
    fn no_stack(&self, index: usize, limit: usize, left: StackLeft) -> Fault {
        let trap = Trap::new(self.name(index), wasmtime::Error::msg(left.to_string()));
        let error = CallError::Stack { limit, trap };
        observe::refused(self.shared(), &error);
        Fault(Box::new(error))
    }

    #[inline]
    fn shared(&self) -> &Shared {
        match &self.target {
            Target::Wasm { store, .. } => store.data().shared(),
            Target::Native { shared, .. } => shared,
        }
    }

    /// The first call of a container goes on; one that has ended has no more calls in it.
    #[cold]
    fn enter(&mut self, index: usize) -> Result<(), Fault> {
        let shared = self.shared();
        let error = match (shared.status(), &*self.first) {
            (Status::Created | Status::Running, _) => {
                shared.run();
                return Ok(());
            }
            (Status::Trapped, Some(first)) => CallError::Trapped { function: self.name(index), first: first.clone() },
            (Status::Trapped | Status::Stopped, _) => CallError::Stopped { function: self.name(index) },
        };
        observe::refused(shared, &error);
        Err(Fault(Box::new(error)))
    }

    #[cold]
    fn fault(&mut self, index: usize, error: wasmtime::Error) -> Fault {
        let name = self.name(index);
        match &mut self.target {
            Target::Wasm { store, .. } => {
                let shared = store.data().shared().clone();
                fault::fault(&shared, Some(store), name, error, self.first)
            }
            Target::Native { shared, .. } => fault::fault(shared, None, name, error, self.first),
        }
    }

    fn name(&self, index: usize) -> String {
        FunctionName { names: self.names, index }.to_string()
    }
}

/// Ends the bound of a caller on drop, also after a panic.
pub(crate) struct Bound(Arc<CallTime>);

impl Drop for Bound {
    fn drop(&mut self) {
        self.0.set_caller(None);
    }
}

/// A call that runs as a future. If the future is dropped, the container traps.
#[cfg(feature = "async")]
struct Pending<'c> {
    shared: Arc<Shared>,
    first: &'c mut Option<Trap>,
    /// `None` once the call is done.
    name: Option<FunctionName<'c>>,
}

#[cfg(feature = "async")]
impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let Some(name) = &self.name else { return };
        self.shared.count_trap();
        let trap = Trap::new(name.to_string(), Cause::Dropped.into());
        *self.first = Some(trap.clone());
        self.shared.trap(&fault::ended_by(Cause::Dropped)(trap));
    }
}
