//! Typed calls into a guest.

use super::Error;
use super::error::{CallError, Trap};
use super::handle::{self, Resources, Whose};
use super::image::Image;
use super::info::Shared;
use super::life::Status;
use super::link::IsPeer;
use super::native::{self, NativeExport};
use super::observe::{self, Call, Outcome};
use super::provider::{LinkError, ProviderLinker};
use super::state::{self, Cause, State};
#[cfg(feature = "async")]
use super::watch::Watch;
use crate::__private::HasInterface;
use std::fmt;
use std::sync::Arc;
use tairitsu_guest::schema::Interface;
#[cfg(feature = "async")]
use tracing::Instrument;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Func, Instance, Lift, Lower, TypedFunc};

pub use super::error::Fault;

/// Why a function could not be resolved.
pub type ResolveError = wasmtime::Error;

/// An interface that a guest exports. `#[tairitsu::guest]` implements it for the trait's object type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no interface that a guest exports",
    note = "put `#[tairitsu::guest]` on the trait"
)]
pub trait GuestInterface: HasInterface + 'static {
    /// The typed client.
    type Client<'c>;

    /// Resolves every function, in the interface's order, and checks its type.
    fn resolve(resolver: &mut Resolver<'_>) -> Result<(), ResolveError>;

    /// Makes the client.
    fn client(client: Client<'_>) -> Self::Client<'_>;

    /// Links every function to a container that exports it.
    fn forward<P: IsPeer>(linker: &mut ProviderLinker<'_, P>) -> Result<(), LinkError>;
}

/// A call that begins when it is polled.
#[cfg(feature = "async")]
pub type Calling<'c, R> = std::pin::Pin<Box<dyn Future<Output = R> + Send + 'c>>;

/// An interface whose calls may be futures.
#[cfg(feature = "async")]
pub trait AsyncGuestInterface: GuestInterface {
    /// The typed client.
    type AsyncClient<'c>;

    /// Makes the client.
    fn async_client(client: Client<'_>) -> Self::AsyncClient<'_>;
}

/// Resolves the functions of one interface in an instance.
pub struct Resolver<'r> {
    pub(super) store: &'r mut Store<State>,
    pub(super) instance: Instance,
    pub(super) export: ComponentExportIndex,
    pub(super) interface: &'static Interface,
    /// Nothing for an optional one that is not there.
    pub(super) functions: Vec<Option<ComponentExportIndex>>,
}

impl Resolver<'_> {
    /// Resolves the interface's next function, of which `index` is the place, and checks its type.
    pub fn function<P, R>(&mut self, index: usize) -> Result<(), ResolveError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        if let Some(func) = self.next(index)? {
            func.typed::<P, R>(&*self.store)?;
        }
        Ok(())
    }

    /// Looks the next function up.
    fn next(&mut self, index: usize) -> Result<Option<Func>, ResolveError> {
        assert_eq!(self.functions.len(), index, "functions are resolved in the interface's order");
        let function = &self.interface.functions[index];
        let found = self
            .instance
            .get_export_index(&mut *self.store, Some(&self.export), function.name)
            .and_then(|export| Some((export, self.instance.get_func(&mut *self.store, export)?)));
        if found.is_none() && !function.optional {
            return Err(wasmtime::Error::msg(format!("the instance has no function `{}`", function.name)));
        }
        let (export, func) = found.unzip();
        self.functions.push(export);
        Ok(func)
    }
}

/// What a typed client calls through.
pub struct Client<'c> {
    pub(super) target: Target<'c>,
    pub(super) interface: &'static Interface,
    /// The trap that ended the container.
    pub(super) first: &'c mut Option<Trap>,
}

/// What a client calls.
pub(super) enum Target<'c> {
    /// The functions of an instance.
    Wasm { store: &'c mut Store<State>, functions: &'c [Option<Func>] },
    /// The functions of a guest without wasm.
    Native { guest: &'c mut native::Live, export: &'static NativeExport, shared: &'c Arc<Shared> },
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("interface", &self.interface.id).field("first", &self.first).finish()
    }
}

impl Client<'_> {
    /// Calls function `index`.
    ///
    /// # Safety
    /// - The client was made for an interface whose [`GuestInterface::resolve`] checked function `index` with
    ///   the same `P`, up to lifetimes, and the same `R`.
    #[inline]
    pub unsafe fn call<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + Outcome,
    {
        if self.shared().status() != Status::Running {
            self.enter(index)?;
        }
        // Apart from those that nobody watches, so that their results are not looked at on their way.
        if Call::is_watched(self.shared()) {
            // SAFETY: the caller's.
            return unsafe { self.call_watched::<P, R>(index, params) };
        }
        // SAFETY: the caller's.
        unsafe { self.run::<P, R>(index, params) }
    }

    /// [`Client::call`], in a span and counted.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[cold]
    #[inline(never)]
    unsafe fn call_watched<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + Outcome,
    {
        let call = Call::begin(self.shared(), Name { interface: self.interface, index });
        let entered = call.enter();
        // SAFETY: the caller's.
        let result = unsafe { self.run::<P, R>(index, params) };
        drop(entered);
        call.end(&result);
        result
    }

    /// [`Client::call`], once it has begun, in its span.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    unsafe fn run<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let Target::Wasm { store, functions } = &mut self.target else { return Err(self.absent(index)) };
        state::begin(store);
        if store.data().has_to_drop()
            && let Err(error) = state::drop_resources(store)
        {
            return Err(self.fault(index, error));
        }
        let Some(function) = functions[index] else { return Err(self.absent(index)) };
        // SAFETY: `resolve` checked the function with these types, says the caller.
        let function = unsafe { TypedFunc::<P, R>::new_unchecked(function) };
        match function.call(&mut **store, params) {
            Ok(results) => Ok(results),
            Err(error) => Err(self.fault(index, error)),
        }
    }

    /// Looks at the handles among the arguments of function `index`.
    pub fn check_handles<P: tairitsu_guest::abi::Lower>(&self, index: usize, params: &P) -> Result<(), Fault> {
        handle::check(params, self.resources()).map_err(|(resource, reason)| {
            let error = CallError::Handle { function: self.name(index), resource: resource.into(), reason };
            observe::refused(self.shared(), &error);
            Fault(Box::new(error))
        })
    }

    /// Takes back what was lent to the guest for the call that is over.
    pub fn end_lending(&self) {
        if let Some(resources) = self.resources() {
            resources.end_lending();
        }
    }

    /// Says whose the handles in a result are.
    pub fn settle(&mut self, whose: Option<Arc<Whose>>) {
        if let (Some(whose), Target::Wasm { store, .. }) = (whose, &mut self.target) {
            whose.settle(store.data_mut().resources());
        }
    }

    /// The resources that have crossed, if any have.
    fn resources(&self) -> Option<&Arc<Resources>> {
        match &self.target {
            Target::Wasm { store, .. } => store.data().known_resources(),
            Target::Native { .. } => None,
        }
    }

    /// [`Client::call`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[cfg(feature = "async")]
    pub async unsafe fn call_async<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + Outcome + 'static,
    {
        if self.shared().status() != Status::Running {
            self.enter(index)?;
        }
        let call = Call::begin(self.shared(), Name { interface: self.interface, index });
        // SAFETY: the caller's.
        let result = unsafe { self.run_async::<P, R>(index, params) }.instrument(call.span()).await;
        call.end(&result);
        result
    }

    /// [`Client::run`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[cfg(feature = "async")]
    async unsafe fn run_async<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + 'static,
    {
        let name = Name { interface: self.interface, index };
        let Target::Wasm { store, functions } = &mut self.target else { return Err(self.absent(index)) };
        state::begin(store);
        let Some(function) = functions[index] else { return Err(self.absent(index)) };
        let watch = Watch::of(store.data());
        let mut pending = Pending { shared: store.data().shared.clone(), first: self.first, name: Some(name) };
        // SAFETY: `resolve` checked the function with these types, says the caller.
        let function = unsafe { TypedFunc::<P, R>::new_unchecked(function) };
        let call = async {
            if store.data().has_to_drop() {
                state::drop_resources_async(store).await?;
            }
            function.call_async(&mut **store, params).await
        };
        let result = watch.over(call).await;
        pending.name = None;
        drop(pending);
        match result {
            Ok(results) => Ok(results),
            Err(error) => Err(self.fault(index, error)),
        }
    }

    /// Whether the guest runs without wasm.
    #[inline]
    pub fn is_native(&self) -> bool {
        matches!(self.target, Target::Native { .. })
    }

    /// Calls function `index` of a guest that runs without wasm.
    pub fn call_native<I: ?Sized + GuestInterface, R>(
        &mut self,
        index: usize,
        call: impl FnOnce(&mut I) -> R,
    ) -> Result<R, Fault> {
        if self.shared().status() != Status::Running {
            self.enter(index)?;
        }
        let Target::Native { guest, export, shared } = &mut self.target else { return Err(self.absent(index)) };
        shared.count_call();
        let watched = Call::begin(shared, Name { interface: self.interface, index });
        let entered = watched.enter();
        let result = guest.call(export, call).map_err(|error| self.fault(index, error));
        drop(entered);
        watched.end_in(|| result.as_ref().err().map(|Fault(error)| error.cause()));
        result
    }

    /// Whether the guest has function `index`. All are there but optional ones.
    #[inline]
    pub fn has(&self, index: usize) -> bool {
        match &self.target {
            Target::Wasm { functions, .. } => functions[index].is_some(),
            Target::Native { .. } => true,
        }
    }

    #[inline]
    fn shared(&self) -> &Shared {
        match &self.target {
            Target::Wasm { store, .. } => &store.data().shared,
            Target::Native { shared, .. } => shared,
        }
    }

    /// Whoever calls an optional function has asked whether it is there.
    #[cold]
    fn absent(&self, index: usize) -> Fault {
        let error = Error::NoExport { interface: self.name(index), found: Vec::new() };
        Fault(Box::new(CallError::Interface(Arc::new(error))))
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
        let (shared, state) = match &self.target {
            Target::Wasm { store, .. } => (&*store.data().shared, Some(store.data())),
            Target::Native { shared, .. } => (&***shared, None),
        };
        fault(shared, state, name, error, self.first)
    }

    fn name(&self, index: usize) -> String {
        Name { interface: self.interface, index }.to_string()
    }
}

/// A function's name, `interface#function`, when somebody wants to know it.
pub(super) struct Name {
    interface: &'static Interface,
    index: usize,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.interface.id, self.interface.functions[self.index].name)
    }
}

/// A call that is under way as a future. If that is dropped, the container has trapped.
#[cfg(feature = "async")]
struct Pending<'c> {
    shared: Arc<Shared>,
    first: &'c mut Option<Trap>,
    /// Nothing, when it is done.
    name: Option<Name>,
}

#[cfg(feature = "async")]
impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let Some(name) = &self.name else { return };
        self.shared.count_trap();
        let trap = Trap::new(name.to_string(), Cause::Dropped.into(), String::new());
        *self.first = Some(trap.clone());
        self.shared.trap(&ended_by(Cause::Dropped)(trap));
    }
}

/// Ends a container, by what its guest came to in a function. A guest without wasm has no store's data.
#[cold]
pub(super) fn fault(
    shared: &Shared,
    state: Option<&State>,
    function: String,
    error: wasmtime::Error,
    first: &mut Option<Trap>,
) -> Fault {
    shared.count_trap();
    let cause = error.downcast_ref::<Cause>().cloned();
    if matches!(cause, Some(Cause::Stopped)) {
        return Fault(Box::new(CallError::Stopped { function }));
    }
    let (ending, stderr) = match state {
        Some(state) => (ending(state, &error, cause), state.stderr_tail()),
        None => (cause.map_or_else(|| boxed(CallError::Trap), ended_by), String::new()),
    };
    let trap = Trap::new(function, error, stderr);
    *first = Some(trap.clone());
    let error = ending(trap);
    shared.trap(&error);
    Fault(Box::new(error))
}

/// The error of a call, from where it ended.
type Ending = Box<dyn FnOnce(Trap) -> CallError>;

fn boxed(ending: impl FnOnce(Trap) -> CallError + 'static) -> Ending {
    Box::new(ending)
}

/// Which error a call ended in.
fn ending(state: &State, error: &wasmtime::Error, cause: Option<Cause>) -> Ending {
    match cause {
        Some(cause) => ended_by(cause),
        None => match error.downcast_ref() {
            Some(wasmtime::Trap::OutOfFuel) => {
                let limit = state.limits().fuel.unwrap_or(u64::MAX);
                boxed(move |trap| CallError::Fuel { limit, trap })
            }
            Some(wasmtime::Trap::StackOverflow) => {
                let limit = state.machine().stack;
                boxed(move |trap| CallError::Stack { limit, trap })
            }
            _ if is_out_of_handles(error) => {
                let limit = state.limits().handles;
                boxed(move |trap| CallError::Handles { limit, trap })
            }
            _ if is_out_of_host_bytes(error) => {
                let limit = state.limits().host_bytes;
                boxed(move |trap| CallError::HostBytes { limit, trap })
            }
            _ => match exit_code(error) {
                Some(code) => boxed(move |trap| CallError::Exit { code, trap }),
                None => boxed(CallError::Trap),
            },
        },
    }
}

/// Which error the host ended a call in.
fn ended_by(cause: Cause) -> Ending {
    match cause {
        Cause::Deadline { limit } => boxed(move |trap| CallError::Deadline { limit, trap }),
        Cause::Memory { limit } => boxed(move |trap| CallError::Memory { limit, trap }),
        Cause::Table { limit } => boxed(move |trap| CallError::Table { limit, trap }),
        Cause::Denied { function } => boxed(move |trap| CallError::Denied { function, trap }),
        Cause::Missing { function } => boxed(move |trap| CallError::Missing { function, trap }),
        Cause::Provider { function, message } => boxed(move |trap| CallError::Provider { function, message, trap }),
        Cause::Linked { function, message } => boxed(move |trap| CallError::Linked { function, message, trap }),
        // Nobody has the future of the one any more, and the other was seen to before.
        Cause::Dropped | Cause::Stopped => boxed(CallError::Trap),
    }
}

/// wasmtime has no public type for it; a test holds its text to this.
fn is_out_of_host_bytes(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}

/// As above; those that are WASI's are counted in a table of their own.
fn is_out_of_handles(error: &wasmtime::Error) -> bool {
    let is_full = matches!(error.downcast_ref(), Some(wasmtime::component::ResourceTableError::Full));
    is_full || error.root_cause().to_string().contains("store handle limit exceeded")
}

#[cfg(feature = "wasi")]
use super::wasi::exit_code;

#[cfg(not(feature = "wasi"))]
fn exit_code(_: &wasmtime::Error) -> Option<i32> {
    None
}

/// Where an interface is in an image: the id under which the image exports it.
pub(super) fn find_export(image: &Image, interface: &Interface) -> Option<(String, wit_parser::InterfaceId)> {
    let resolve = image.resolve();
    image.world().exports.iter().find_map(|(key, item)| match item {
        wit_parser::WorldItem::Interface { id, .. } => {
            let name = resolve.name_world_key(key);
            super::check::same_track(interface.id, &name).then_some((name, *id))
        }
        _ => None,
    })
}
