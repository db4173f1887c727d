//! Typed calls into a guest.

use super::container::State;
use super::error::{CallError, Trap};
use super::image::Image;
use crate::__private::HasInterface;
use std::fmt;
use std::sync::Arc;
use tairitsu_guest::schema::Interface;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Func, Instance, Lift, Lower, TypedFunc};

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
}

/// Resolves the functions of one interface in an instance.
pub struct Resolver<'r> {
    pub(super) store: &'r mut Store<State>,
    pub(super) instance: Instance,
    pub(super) export: ComponentExportIndex,
    pub(super) interface: &'static Interface,
    pub(super) functions: Vec<Func>,
}

impl Resolver<'_> {
    /// Resolves the interface's next function, of which `index` is the place, and checks its type.
    pub fn function<P, R>(&mut self, index: usize) -> Result<(), ResolveError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let func = self.next(index)?;
        func.typed::<P, R>(&*self.store)?;
        Ok(())
    }

    /// Looks the next function up.
    fn next(&mut self, index: usize) -> Result<Func, ResolveError> {
        assert_eq!(self.functions.len(), index, "functions are resolved in the interface's order");
        let name = self.interface.functions[index].name;
        let func = self
            .instance
            .get_export_index(&mut *self.store, Some(&self.export), name)
            .and_then(|export| self.instance.get_func(&mut *self.store, export))
            .ok_or_else(|| wasmtime::Error::msg(format!("the instance has no function `{name}`")))?;
        self.functions.push(func);
        Ok(func)
    }
}

/// What a typed client calls through.
pub struct Client<'c> {
    pub(super) store: &'c mut Store<State>,
    pub(super) functions: &'c [Func],
    pub(super) interface: &'static Interface,
    pub(super) trapped: &'c mut Option<Trap>,
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("interface", &self.interface.id).field("trapped", &self.trapped).finish()
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
        if self.trapped.is_some() {
            return Err(self.already_trapped(index));
        }
        // SAFETY: `resolve` checked the function with these types, says the caller.
        let function = unsafe { TypedFunc::<P, R>::new_unchecked(self.functions[index]) };
        match function.call(&mut *self.store, params) {
            Ok(results) => Ok(results),
            Err(error) => Err(self.fault(index, error)),
        }
    }

    #[cold]
    fn fault(&mut self, index: usize, error: wasmtime::Error) -> Fault {
        let trap = Trap { function: self.name(index), source: Arc::new(error) };
        *self.trapped = Some(trap.clone());
        Fault::Trap(trap)
    }

    #[cold]
    fn already_trapped(&self, index: usize) -> Fault {
        match &*self.trapped {
            Some(first) => Fault::Trapped { function: self.name(index), first: first.clone() },
            None => unreachable!("asked only when it has trapped"),
        }
    }

    fn name(&self, index: usize) -> String {
        format!("{}#{}", self.interface.id, self.interface.functions[index].name)
    }
}

/// Why a call failed, before it is known what error type the function has.
pub enum Fault {
    /// It trapped.
    Trap(Trap),
    /// It was not called, since the container had trapped.
    Trapped {
        /// The function.
        function: String,
        /// The first trap.
        first: Trap,
    },
}

impl Fault {
    /// The error of a function whose error type is `E`.
    pub fn into<E>(self) -> CallError<E> {
        match self {
            Fault::Trap(trap) => CallError::Trap(trap),
            Fault::Trapped { function, first } => CallError::Trapped { function, first },
        }
    }
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
