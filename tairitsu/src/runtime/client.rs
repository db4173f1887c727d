//! Typed calls into a guest.

use super::Error;
use super::error::{CallError, Trap};
use super::image::Image;
use super::life::Status;
use super::link::IsPeer;
use super::provider::{LinkError, ProviderLinker};
use super::state::{self, Cause, State};
use crate::__private::HasInterface;
use std::fmt;
use std::sync::Arc;
use tairitsu_guest::schema::Interface;
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

/// Resolves the functions of one interface in an instance.
pub struct Resolver<'r> {
    pub(super) store: &'r mut Store<State>,
    pub(super) instance: Instance,
    pub(super) export: ComponentExportIndex,
    pub(super) interface: &'static Interface,
    /// Nothing for an optional one that is not there.
    pub(super) functions: Vec<Option<Func>>,
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
        let func = self
            .instance
            .get_export_index(&mut *self.store, Some(&self.export), function.name)
            .and_then(|export| self.instance.get_func(&mut *self.store, export));
        if func.is_none() && !function.optional {
            return Err(wasmtime::Error::msg(format!("the instance has no function `{}`", function.name)));
        }
        self.functions.push(func);
        Ok(func)
    }
}

/// What a typed client calls through.
pub struct Client<'c> {
    pub(super) store: &'c mut Store<State>,
    pub(super) functions: &'c [Option<Func>],
    pub(super) interface: &'static Interface,
    /// The trap that ended the container.
    pub(super) first: &'c mut Option<Trap>,
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
        R: ComponentNamedList + Lift,
    {
        if self.store.data().shared.status() != Status::Running {
            self.enter(index)?;
        }
        state::begin(self.store);
        let Some(function) = self.functions[index] else { return Err(self.absent(index)) };
        // SAFETY: `resolve` checked the function with these types, says the caller.
        let function = unsafe { TypedFunc::<P, R>::new_unchecked(function) };
        match function.call(&mut *self.store, params) {
            Ok(results) => Ok(results),
            Err(error) => Err(self.fault(index, error)),
        }
    }

    /// Whether the guest has function `index`. All are there but optional ones.
    #[inline]
    pub fn has(&self, index: usize) -> bool {
        self.functions[index].is_some()
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
        let shared = &self.store.data().shared;
        let error = match (shared.status(), &*self.first) {
            (Status::Created | Status::Running, _) => {
                shared.run();
                return Ok(());
            }
            (Status::Trapped, Some(first)) => CallError::Trapped { function: self.name(index), first: first.clone() },
            (Status::Trapped | Status::Stopped, _) => CallError::Stopped { function: self.name(index) },
        };
        Err(Fault(Box::new(error)))
    }

    #[cold]
    fn fault(&mut self, index: usize, error: wasmtime::Error) -> Fault {
        let function = self.name(index);
        let state = self.store.data();
        state.shared.count_trap();
        let cause = error.downcast_ref::<Cause>().cloned();
        if matches!(cause, Some(Cause::Stopped)) {
            return Fault(Box::new(CallError::Stopped { function }));
        }
        let ending = ending(state, &error, cause);
        let trap = Trap::new(function, error, state.stderr_tail());
        *self.first = Some(trap.clone());
        let error = ending(trap);
        state.shared.trap(&error);
        Fault(Box::new(error))
    }

    fn name(&self, index: usize) -> String {
        format!("{}#{}", self.interface.id, self.interface.functions[index].name)
    }
}

/// Which error a call ended in.
fn ending(state: &State, error: &wasmtime::Error, cause: Option<Cause>) -> Box<dyn FnOnce(Trap) -> CallError> {
    match cause {
        Some(Cause::Deadline { limit }) => Box::new(move |trap| CallError::Deadline { limit, trap }),
        Some(Cause::Memory { limit }) => Box::new(move |trap| CallError::Memory { limit, trap }),
        Some(Cause::Table { limit }) => Box::new(move |trap| CallError::Table { limit, trap }),
        Some(Cause::Denied { function }) => Box::new(move |trap| CallError::Denied { function, trap }),
        Some(Cause::Provider { function, message }) => {
            Box::new(move |trap| CallError::Provider { function, message, trap })
        }
        Some(Cause::Linked { function, message }) => {
            Box::new(move |trap| CallError::Linked { function, message, trap })
        }
        Some(Cause::Stopped) | None => match error.downcast_ref() {
            Some(wasmtime::Trap::OutOfFuel) => {
                let limit = state.limits.fuel.unwrap_or(u64::MAX);
                Box::new(move |trap| CallError::Fuel { limit, trap })
            }
            Some(wasmtime::Trap::StackOverflow) => {
                let limit = state.machine.stack;
                Box::new(move |trap| CallError::Stack { limit, trap })
            }
            _ if is_out_of_host_bytes(error) => {
                let limit = state.limits.host_bytes;
                Box::new(move |trap| CallError::HostBytes { limit, trap })
            }
            _ => match exit_code(error) {
                Some(code) => Box::new(move |trap| CallError::Exit { code, trap }),
                None => Box::new(CallError::Trap),
            },
        },
    }
}

/// wasmtime has no public type for it; a test holds its text to this.
fn is_out_of_host_bytes(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
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
