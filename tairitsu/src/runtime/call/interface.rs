//! Interfaces that guests export, and the resolution of their functions.

use super::client::{Bridges, Client};
use crate::__private::HasInterface;
use crate::runtime::store::state::State;
use tairitsu_guest::schema::Interface;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Func, Instance, Lift, Lower};

/// Why a function could not be resolved.
pub type ResolveError = wasmtime::Error;

/// An interface that a guest exports. `#[tairitsu::guest]` implements this for the trait's object type.
///
/// # Safety
/// - [`GuestInterface::resolve`] checks each function with the types with which a client of [`GuestInterface::client`] calls
///   the function of that index.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no interface that a guest exports",
    note = "put `#[tairitsu::guest]` on the trait"
)]
pub unsafe trait GuestInterface: HasInterface + 'static {
    /// The typed client.
    type Client<'c>;

    /// Resolves every function, in the interface's order, and checks each function's type.
    fn resolve(resolver: &mut Resolver<'_>) -> Result<(), ResolveError>;

    /// Makes the client.
    fn client(client: Client<'_>) -> Self::Client<'_>;
}

/// An interface whose calls can be futures.
///
/// # Safety
/// - As for [`GuestInterface`]: a client of [`AsyncGuestInterface::async_client`] calls each function with the types that were
///   checked.
#[cfg(feature = "async")]
pub unsafe trait AsyncGuestInterface: GuestInterface {
    /// The typed client.
    type AsyncClient<'c>;

    /// Makes the client.
    fn async_client(client: Client<'_>) -> Self::AsyncClient<'_>;
}

/// Resolves the functions of one interface in an instance.
pub struct Resolver<'r> {
    pub(crate) store: &'r mut Store<State>,
    pub(crate) instance: Instance,
    pub(crate) export: ComponentExportIndex,
    pub(crate) interface: &'static Interface,
    /// The functions that are called by bridges, which check the types themselves.
    pub(crate) bridges: Bridges,
    /// `None` for an optional function that the instance lacks.
    pub(crate) functions: Vec<Option<ComponentExportIndex>>,
}

impl Resolver<'_> {
    /// Resolves the interface's next function, at position `index`, and checks the function's type.
    ///
    /// # Panics
    ///
    /// - If a function before `index` was not resolved.
    pub fn function<P, R>(&mut self, index: usize) -> Result<(), ResolveError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        if let Some(func) = self.next(index)?
            && !matches!(self.bridges.get(index), Some(Some(_)))
        {
            func.typed::<P, R>(&*self.store)?;
        }
        Ok(())
    }

    /// Looks up the next function.
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
