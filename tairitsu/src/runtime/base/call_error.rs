//! What can go wrong in a call.

use super::bad_handle::BadHandle;
use super::load_error::Error;
use super::trap::Trap;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What [`CallError::cause`] says, and [`DROPPED`].
#[cfg_attr(not(feature = "metrics"), cfg(test))]
pub(crate) const CAUSES: [&str; 19] = [
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
    DROPPED,
];

/// The guest has returned its own error.
pub(crate) const OWN_ERROR: &str = "guest";

/// The call's future was dropped, which nobody gets an error of.
pub(crate) const DROPPED: &str = "dropped";

/// What went wrong in a call to a guest. `E` is the error type of the function, where it has one.
///
/// All but [`Guest`](CallError::Guest), [`Handle`](CallError::Handle), [`Interface`](CallError::Interface),
/// [`Trapped`](CallError::Trapped) and [`Stopped`](CallError::Stopped) end the container: it has no more calls in it until it is restarted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallError<E = Infallible> {
    /// The guest returned its own error.
    Guest(E),
    /// The guest trapped, or returned what its type does not have. A guest's panic is a trap too, and
    /// [`Trap::panic`] has its message.
    Trap(Trap),
    /// The call took longer than [`Limits::deadline`](crate::Limits::deadline).
    #[non_exhaustive]
    Deadline {
        /// The limit.
        limit: Duration,
        /// Where the guest was.
        trap: Trap,
    },
    /// The call used up [`Limits::fuel`](crate::Limits::fuel).
    #[non_exhaustive]
    Fuel {
        /// The limit.
        limit: u64,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest asked for more than [`Limits::memory_bytes`](crate::Limits::memory_bytes).
    #[non_exhaustive]
    Memory {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest asked for more than [`Limits::table_elements`](crate::Limits::table_elements).
    #[non_exhaustive]
    Table {
        /// The limit, in elements.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest gave the host more at once than [`Limits::host_bytes`](crate::Limits::host_bytes).
    #[non_exhaustive]
    HostBytes {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest has more handles at once than [`Limits::handles`](crate::Limits::handles).
    #[non_exhaustive]
    Handles {
        /// The limit.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest used up its stack. See [`RegistryBuilder::stack_bytes`](crate::RegistryBuilder::stack_bytes).
    #[non_exhaustive]
    Stack {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest ended the process that it is not, by WASI's `exit`.
    #[non_exhaustive]
    Exit {
        /// 0 for success. The standard interface has no other code than 1 for failure.
        code: i32,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest called what its [`Policy`](crate::Policy) denies.
    #[non_exhaustive]
    Denied {
        /// The function, `interface#function`.
        function: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// A guest that runs without wasm called what nobody provides. For an image that is found before anything runs.
    #[non_exhaustive]
    Missing {
        /// The function, `interface#function`.
        function: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// A provider panicked.
    #[non_exhaustive]
    Provider {
        /// The provider's function, `interface#function`.
        function: String,
        /// What the panic says.
        message: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// A container that it is linked to failed, or was not to be had in time.
    #[non_exhaustive]
    Linked {
        /// That container's function, `interface#function`.
        function: String,
        /// What its call ended in.
        message: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// An argument is a resource that the guest cannot be given. The call was not made.
    #[non_exhaustive]
    Handle {
        /// The function.
        function: String,
        /// The resource's name.
        resource: String,
        /// Why not.
        reason: BadHandle,
    },
    /// The container had trapped in an earlier call.
    #[non_exhaustive]
    Trapped {
        /// The function that was called now.
        function: String,
        /// The first trap.
        first: Trap,
    },
    /// The container was stopped, before the call or during it.
    #[non_exhaustive]
    Stopped {
        /// The function that was called now.
        function: String,
    },
    /// The image lacks the interface that the function belongs to. Only the functions that a [`Container`]
    /// itself has, `init` and `handle_command`, find that out in a call.
    ///
    /// [`Container`]: crate::Container
    Interface(Arc<Error>),
}

impl<E> CallError<E> {
    /// The guest's own error, if it returned one.
    pub fn guest(self) -> Option<E> {
        match self {
            CallError::Guest(error) => Some(error),
            _ => None,
        }
    }

    /// How the call ended in the guest, if it was begun and did not return. For a container that had trapped before,
    /// how it did.
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
            CallError::Guest(_) | CallError::Handle { .. } | CallError::Stopped { .. } | CallError::Interface(_) => {
                None
            }
        }
    }

    /// The variant in a word, which stays as it is: for logs and metrics. `host_bytes` for
    /// [`HostBytes`](CallError::HostBytes), and so on.
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
        }
    }

    /// The same error of a function with another error type, if the guest did not return its own.
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
            // The trap's own text says it.
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
            | CallError::Stack { trap, .. } => Some(trap.source().as_ref()),
            CallError::Interface(error) => error.source(),
            _ => None,
        }
    }
}

/// Why a call failed, before it is known what error type the function has.
pub struct Fault(pub(crate) Box<CallError>);

impl Fault {
    /// The error of a function whose error type is `E`.
    pub fn into<E>(self) -> CallError<E> {
        match self.0.retype() {
            Ok(error) => error,
            Err(never) => match never {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BadHandle, CAUSES, CallError, DROPPED, Error, Trap};
    use std::time::Duration;

    /// What is not in the list is not counted.
    #[test]
    fn every_cause_is_in_the_list() {
        let trap = Trap::new("f".into(), wasmtime::Error::msg("no"), String::new());
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
            CallError::Stopped { function },
            CallError::Interface(Error::NoComponentType.into()),
        ];
        let words: Vec<_> = all.iter().map(CallError::cause).chain([DROPPED]).collect();
        assert_eq!(words, CAUSES);
    }
}
