//! The errors of a call.

use super::bad_handle::BadHandle;
use super::cause::Cause;
use super::load_error::Error;
use super::report::list;
use super::trap::Trap;
use super::value_error::ValueError;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tairitsu_guest::abi::WitType;

/// Every word that [`CallError::cause`] returns, and [`DROPPED`].
#[cfg_attr(not(feature = "metrics"), cfg(test))]
pub(crate) const CAUSES: [&str; 22] = [
    OWN_ERROR,
    "trap",
    "deadline",
    "fuel",
    "memory",
    "table",
    "host_bytes",
    "handles",
    "stack",
    "exit",
    "denied",
    "missing",
    "provider",
    "linked",
    "handle",
    "trapped",
    "stopped",
    "interface",
    "no_function",
    "ambiguous",
    "value",
    DROPPED,
];

/// The cause of a call whose guest returned its own error.
pub(crate) const OWN_ERROR: &str = "guest";

/// The cause of a call whose future was dropped. No caller is left to get an error.
pub(crate) const DROPPED: &str = "dropped";

/// What a call of a guest's function returns that is declared with the result `T`.
///
/// It is a `Result<T, CallError>`. If `T` is a `Result<U, E>`, it is a `Result<U, CallError<E>>`.
pub type Called<T> = Result<<T as WitType>::Ok, CallError<<T as WitType>::Err>>;

/// Why a call to a guest failed. `E` is the error type of the function, if the function has one.
///
/// Most variants end the container: it makes no more calls until it is restarted. These do not:
/// [`Guest`](CallError::Guest), [`Handle`](CallError::Handle), [`Interface`](CallError::Interface),
/// [`NoFunction`](CallError::NoFunction), [`Ambiguous`](CallError::Ambiguous), [`Value`](CallError::Value),
/// [`Trapped`](CallError::Trapped) and [`Stopped`](CallError::Stopped). Of these, `Trapped` and `Stopped` report a
/// container that had ended already, or that the host stopped.
///
/// ```
/// use tairitsu::CallError;
///
/// fn what(error: &CallError<String>) -> String {
///     match error {
///         CallError::Guest(own) => format!("the guest says {own}"),
///         CallError::Deadline { limit, .. } => format!("not within {limit:?}"),
///         error => format!("{}: {error}", error.cause()),
///     }
/// }
/// # assert_eq!(what(&CallError::Guest("no".into())), "the guest says no");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallError<E = Infallible> {
    /// The guest returned its own error.
    Guest(E),
    /// The guest trapped, or returned a value that its type does not allow. A guest's panic is a trap too:
    /// [`Trap::panic`] returns its message.
    Trap(Trap),
    /// The call took longer than [`Limits::deadline`](crate::Limits::deadline).
    #[non_exhaustive]
    Deadline {
        /// The limit.
        limit: Duration,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The call used up [`Limits::fuel`](crate::Limits::fuel).
    #[non_exhaustive]
    Fuel {
        /// The limit.
        limit: u64,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The guest asked for more than [`Limits::memory_bytes`](crate::Limits::memory_bytes).
    #[non_exhaustive]
    Memory {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The guest asked for more than [`Limits::table_elements`](crate::Limits::table_elements).
    #[non_exhaustive]
    Table {
        /// The limit, in elements.
        limit: usize,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The guest passed more bytes to the host at once than [`Limits::host_bytes`](crate::Limits::host_bytes).
    #[non_exhaustive]
    HostBytes {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The guest has more handles at once than [`Limits::handles`](crate::Limits::handles).
    #[non_exhaustive]
    Handles {
        /// The limit.
        limit: usize,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The guest used up its stack, or the thread had too little stack left for the guest. See
    /// [`RegistryBuilder::stack_bytes`](crate::RegistryBuilder::stack_bytes).
    ///
    /// Containers that call each other on one thread share its stack. A call for which too little is left is not made, and
    /// does not end its container.
    #[non_exhaustive]
    Stack {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The guest called WASI's `exit`.
    #[non_exhaustive]
    Exit {
        /// The exit code: 0 for success. For a failure, WASI's `exit` knows only code 1.
        code: i32,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// The guest called a function that its [`Policy`](crate::Policy) denies.
    #[non_exhaustive]
    Denied {
        /// The function, `interface#function`.
        function: String,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// A guest that runs without wasm called a function that has no provider. An image with such an import is refused
    /// before it runs.
    #[non_exhaustive]
    Missing {
        /// The function, `interface#function`.
        function: String,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// A provider could not serve a call of the guest.
    ///
    /// - The provider panicked.
    /// - A provider without types returned an error.
    /// - The guest and the host are of different ages, and a value has a part that the older one does not know.
    #[non_exhaustive]
    Provider {
        /// The provider's function, `interface#function`.
        function: String,
        /// The message of the panic, or the error.
        message: String,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// A linked container failed, or stayed busy for all the time that the call had left.
    #[non_exhaustive]
    Linked {
        /// That container's function, `interface#function`.
        function: String,
        /// The error of the call to the linked container, as text.
        message: String,
        /// Where the guest was when it failed.
        trap: Trap,
    },
    /// An argument is a resource that the guest cannot be given. The guest was not called.
    #[non_exhaustive]
    Handle {
        /// The function.
        function: String,
        /// The resource's name.
        resource: String,
        /// Why the guest cannot be given the resource.
        reason: BadHandle,
    },
    /// The container trapped in an earlier call. The guest was not called.
    #[non_exhaustive]
    Trapped {
        /// The function of this call, not of the earlier call.
        function: String,
        /// The trap of the earlier call.
        first: Trap,
    },
    /// The container was stopped, before the call or during it.
    #[non_exhaustive]
    Stopped {
        /// The function of this call.
        function: String,
    },
    /// The image lacks the interface of the function. Only two functions can find this out in a call: `init` and
    /// `handle_command` of [`Container`]. For every other function, the client is checked before the call.
    ///
    /// [`Container`]: crate::Container
    Interface(Arc<Error>),
    /// The image has no function of the name that was called. The guest was not called.
    #[non_exhaustive]
    NoFunction {
        /// The name that was called.
        function: String,
        /// The function with the most similar name.
        nearest: Option<String>,
    },
    /// The image has several functions that the name stands for. The guest was not called.
    #[non_exhaustive]
    Ambiguous {
        /// The name that was called.
        function: String,
        /// The whole names of these functions.
        candidates: Vec<String>,
    },
    /// A value has no form on the other side. Then the container goes on.
    ///
    /// - An argument of a call by name is not of the type of its parameter. The guest was not called.
    /// - An argument has a part that an older guest does not know. The guest was not called.
    /// - A result has a part that the host does not know, because the host is older. The path begins with `the result`.
    #[non_exhaustive]
    Value {
        /// The function.
        function: String,
        /// Where the value is, and what was expected there.
        error: ValueError,
    },
}

impl<E> CallError<E> {
    /// The guest's own error, if it returned one.
    pub fn guest(self) -> Option<E> {
        match self {
            CallError::Guest(error) => Some(error),
            _ => None,
        }
    }

    /// Where and why the guest ended, if the call began and did not return. For [`Trapped`](CallError::Trapped), it is
    /// the trap of the earlier call.
    pub fn trap(&self) -> Option<&Trap> {
        match self {
            CallError::Trap(trap)
            | CallError::Deadline { trap, .. }
            | CallError::Fuel { trap, .. }
            | CallError::Memory { trap, .. }
            | CallError::Table { trap, .. }
            | CallError::HostBytes { trap, .. }
            | CallError::Handles { trap, .. }
            | CallError::Stack { trap, .. }
            | CallError::Exit { trap, .. }
            | CallError::Denied { trap, .. }
            | CallError::Missing { trap, .. }
            | CallError::Provider { trap, .. }
            | CallError::Linked { trap, .. }
            | CallError::Trapped { first: trap, .. } => Some(trap),
            CallError::Guest(_)
            | CallError::Handle { .. }
            | CallError::Stopped { .. }
            | CallError::Interface(_)
            | CallError::NoFunction { .. }
            | CallError::Ambiguous { .. }
            | CallError::Value { .. } => None,
        }
    }

    /// The name of the variant in lower case, for logs and metrics: `host_bytes` for
    /// [`HostBytes`](CallError::HostBytes), and so on. The names never change.
    pub fn cause(&self) -> &'static str {
        match self {
            CallError::Guest(_) => OWN_ERROR,
            CallError::Trap(_) => "trap",
            CallError::Deadline { .. } => "deadline",
            CallError::Fuel { .. } => "fuel",
            CallError::Memory { .. } => "memory",
            CallError::Table { .. } => "table",
            CallError::HostBytes { .. } => "host_bytes",
            CallError::Handles { .. } => "handles",
            CallError::Stack { .. } => "stack",
            CallError::Exit { .. } => "exit",
            CallError::Denied { .. } => "denied",
            CallError::Missing { .. } => "missing",
            CallError::Provider { .. } => "provider",
            CallError::Linked { .. } => "linked",
            CallError::Handle { .. } => "handle",
            CallError::Trapped { .. } => "trapped",
            CallError::Stopped { .. } => "stopped",
            CallError::Interface(_) => "interface",
            CallError::NoFunction { .. } => "no_function",
            CallError::Ambiguous { .. } => "ambiguous",
            CallError::Value { .. } => "value",
        }
    }

    /// Changes the type of the function's own error.
    ///
    /// # Errors
    ///
    /// The guest's own error, if the guest returned its own error.
    fn retype<F>(self) -> Result<CallError<F>, E> {
        Ok(match self {
            CallError::Guest(error) => return Err(error),
            CallError::Trap(trap) => CallError::Trap(trap),
            CallError::Deadline { limit, trap } => CallError::Deadline { limit, trap },
            CallError::Fuel { limit, trap } => CallError::Fuel { limit, trap },
            CallError::Memory { limit, trap } => CallError::Memory { limit, trap },
            CallError::Table { limit, trap } => CallError::Table { limit, trap },
            CallError::HostBytes { limit, trap } => CallError::HostBytes { limit, trap },
            CallError::Handles { limit, trap } => CallError::Handles { limit, trap },
            CallError::Handle { function, resource, reason } => CallError::Handle { function, resource, reason },
            CallError::Stack { limit, trap } => CallError::Stack { limit, trap },
            CallError::Exit { code, trap } => CallError::Exit { code, trap },
            CallError::Denied { function, trap } => CallError::Denied { function, trap },
            CallError::Missing { function, trap } => CallError::Missing { function, trap },
            CallError::Provider { function, message, trap } => CallError::Provider { function, message, trap },
            CallError::Linked { function, message, trap } => CallError::Linked { function, message, trap },
            CallError::Trapped { function, first } => CallError::Trapped { function, first },
            CallError::Stopped { function } => CallError::Stopped { function },
            CallError::Interface(error) => CallError::Interface(error),
            CallError::NoFunction { function, nearest } => CallError::NoFunction { function, nearest },
            CallError::Ambiguous { function, candidates } => CallError::Ambiguous { function, candidates },
            CallError::Value { function, error } => CallError::Value { function, error },
        })
    }
}

impl<E: fmt::Debug> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Guest(error) => write!(f, "the guest returned an error: {error:?}"),
            CallError::Trapped { function, first } => {
                write!(f, "`{function}` was not called, since the container had trapped: {first}")
            }
            CallError::Stopped { function } => {
                write!(f, "`{function}` did not return, since the container was stopped")
            }
            CallError::Interface(error) => error.fmt(f),
            CallError::NoFunction { function, nearest: None } => {
                write!(f, "expected a function that the image exports, found `{function}`")
            }
            CallError::NoFunction { function, nearest: Some(nearest) } => {
                write!(f, "expected a function that the image exports, found `{function}`: there is `{nearest}`")
            }
            CallError::Ambiguous { function, candidates } => {
                write!(f, "expected the name of one function, found `{function}`, which may be {}", list(candidates))
            }
            CallError::Value { function, error } => write!(f, "{function}: {error}"),
            // The limiter refused memory to the heap of collected values. The engine's text does not say so.
            CallError::Memory { limit, trap } if !trap.source().is::<Cause>() => {
                write!(f, "`{}` failed: its heap needs more memory than its limit of {limit} bytes", trap.function())
            }
            // The text of the trap says everything.
            CallError::Trap(trap)
            | CallError::Deadline { trap, .. }
            | CallError::Memory { trap, .. }
            | CallError::Table { trap, .. }
            | CallError::Denied { trap, .. }
            | CallError::Missing { trap, .. }
            | CallError::Exit { trap, .. }
            | CallError::Provider { trap, .. }
            | CallError::Linked { trap, .. } => trap.fmt(f),
            CallError::Fuel { limit, trap } => {
                write!(f, "`{}` failed: it used up its fuel of {limit}", trap.function())
            }
            CallError::HostBytes { limit, trap } => {
                write!(f, "`{}` failed: it gave the host more at once than its limit of {limit} bytes", trap.function())
            }
            CallError::Handles { limit, trap } => {
                write!(f, "`{}` failed: it has more handles at once than its limit of {limit}", trap.function())
            }
            CallError::Handle { function, resource, reason } => {
                write!(f, "`{function}` was not called: expected a `{resource}` of its container's, found {reason}")
            }
            // The call was refused.
            CallError::Stack { trap, .. } if !trap.source().is::<wasmtime::Trap>() => trap.fmt(f),
            CallError::Stack { limit, trap } => {
                write!(f, "`{}` failed: it used up its stack of {limit} bytes", trap.function())
            }
        }
    }
}

impl<E: fmt::Debug> std::error::Error for CallError<E> {
    /// The engine's error, where this error's own text does not say it already.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CallError::Fuel { trap, .. }
            | CallError::HostBytes { trap, .. }
            | CallError::Handles { trap, .. }
            | CallError::Stack { trap, .. } => Some(trap.source().root_cause()),
            CallError::Interface(error) => error.source(),
            _ => None,
        }
    }
}

/// Why a call failed, before the error type of the function is known.
pub struct Fault(pub(crate) Box<CallError>);

impl Fault {
    /// The error of a function with the error type `E`.
    pub fn into<E>(self) -> CallError<E> {
        match self.0.retype() {
            Ok(error) => error,
            Err(never) => match never {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BadHandle, CAUSES, CallError, DROPPED, Error, Trap, ValueError};
    use std::time::Duration;

    /// A cause that is missing in the list would not be counted.
    #[test]
    fn every_cause_is_in_the_list() {
        let trap = Trap::new("f".into(), wasmtime::Error::msg("no"));
        let (function, message) = (String::from("f"), String::from("no"));
        let limit = 1;
        let all = [
            CallError::Guest(()),
            CallError::Trap(trap.clone()),
            CallError::Deadline { limit: Duration::ZERO, trap: trap.clone() },
            CallError::Fuel { limit: 1, trap: trap.clone() },
            CallError::Memory { limit, trap: trap.clone() },
            CallError::Table { limit, trap: trap.clone() },
            CallError::HostBytes { limit, trap: trap.clone() },
            CallError::Handles { limit, trap: trap.clone() },
            CallError::Stack { limit, trap: trap.clone() },
            CallError::Exit { code: 1, trap: trap.clone() },
            CallError::Denied { function: function.clone(), trap: trap.clone() },
            CallError::Missing { function: function.clone(), trap: trap.clone() },
            CallError::Provider { function: function.clone(), message: message.clone(), trap: trap.clone() },
            CallError::Linked { function: function.clone(), message, trap: trap.clone() },
            CallError::Handle { function: function.clone(), resource: "r".into(), reason: BadHandle::Ended },
            CallError::Trapped { function: function.clone(), first: trap },
            CallError::Stopped { function: function.clone() },
            CallError::Interface(Error::NoComponentType.into()),
            CallError::NoFunction { function: function.clone(), nearest: None },
            CallError::Ambiguous { function: function.clone(), candidates: Vec::new() },
            CallError::Value { function, error: ValueError::new("a", "b") },
        ];
        let words: Vec<_> = all.iter().map(CallError::cause).chain([DROPPED]).collect();
        assert_eq!(words, CAUSES);
    }
}
