//! Calls between a host and a guest of different ages.

use super::client::Client;
#[cfg(feature = "async")]
use super::interface::Calling;
use crate::runtime::base::call_error::Fault;
use crate::runtime::values::aside::Aside;
use std::sync::Arc;
use wasmtime::component::Func;

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
