//! What can go wrong, before a call and during one.

use super::check::Report;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use tairitsu_guest::abi::AbiError;

/// What went wrong before any call: with an image, a name, or what a container was to be built of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no WebAssembly.
    #[error("expected a WebAssembly component or core module (`\\0asm`), found {found}")]
    NotWasm {
        /// What they look like.
        found: String,
    },
    /// WebAssembly that is cut off, corrupt, or of features that the engine does not have.
    #[error("expected valid WebAssembly, found a flaw in it: {message}")]
    Invalid {
        /// The flaw, the innermost cause last.
        message: String,
    },
    /// A core module that says nothing about components.
    #[error(
        "expected a core module with a `component-type` section, found one without: build the guest with \
         `#[tairitsu::guest]` on an impl in it, as a `cdylib`"
    )]
    NoComponentType,
    /// A core module that could not be made a component.
    #[error("the core module cannot be made a component: {message}")]
    Componentize {
        /// What is in the way, the innermost cause last.
        message: String,
    },
    /// The component has imports or exports that WIT cannot say.
    #[error("the component's imports and exports are not WIT: {message}")]
    NotWit {
        /// What is in the way.
        message: String,
    },
    /// A name that is no image name.
    #[error("expected an image name, `name` or `name:tag`, found `{name}`: {reason}")]
    InvalidName {
        /// The name.
        name: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// A name that is registered.
    #[error("expected a name that is free, found `{name}` registered: remove that image first, or take another tag")]
    NameTaken {
        /// The name, with its tag.
        name: String,
    },
    /// An interface with two providers.
    #[error("expected one provider of `{interface}`, found two")]
    ProvidedTwice {
        /// The interface's id.
        interface: String,
    },
    /// The image imports what nobody provides, or provides otherwise.
    #[error("the image's imports are not satisfied:\n{report}")]
    Imports {
        /// Every missing and every differing function.
        report: Report,
    },
    /// The image does not export an interface.
    #[error("expected an image that exports `{interface}`, found {}", super::check::list(.found))]
    NoExport {
        /// The interface's id.
        interface: String,
        /// The ids of the interfaces that it does export.
        found: Vec<String>,
    },
    /// The image exports an interface otherwise than the trait has it.
    #[error("the image exports `{interface}` otherwise than the trait declares it:\n{report}")]
    Exports {
        /// The interface's id.
        interface: String,
        /// Every missing and every differing function.
        report: Report,
    },
    /// A provider's functions could not be linked.
    #[error("`{interface}` cannot be linked: {message}")]
    Link {
        /// The interface's id.
        interface: String,
        /// The linker's message.
        message: String,
    },
    /// The component could not be instantiated: its start trapped, or the platform had no room for it.
    #[error("the component cannot be instantiated: {message}")]
    Instantiate {
        /// The engine's message, the innermost cause last.
        message: String,
    },
}

/// What went wrong in a call to a guest. `E` is the error type of the function, where it has one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallError<E = Infallible> {
    /// The guest returned its own error.
    Guest(E),
    /// The guest trapped, or returned what its type does not have. The container has no more calls in it.
    Trap(Trap),
    /// The container had trapped in an earlier call.
    Trapped {
        /// The function that was called now.
        function: String,
        /// The first trap.
        first: Trap,
    },
    /// The image lacks the interface that the function belongs to. Only the functions that a [`Container`]
    /// itself has, `init` and `handle_command`, find that out in a call.
    ///
    /// [`Container`]: crate::Container
    Interface(Arc<Error>),
}

/// A trap: where, and why.
#[derive(Clone, Debug)]
pub struct Trap {
    pub(super) function: String,
    pub(super) source: Arc<wasmtime::Error>,
}

impl Trap {
    /// The function that was called, `interface#function`.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// What was wrong with a value that the guest lowered, if that is why it failed.
    pub fn abi_error(&self) -> Option<&AbiError> {
        self.source.downcast_ref()
    }

    /// The engine's error, with the guest's backtrace as its context.
    pub fn source(&self) -> &wasmtime::Error {
        &self.source
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {}", self.function, self.source.root_cause())
    }
}

impl<E> CallError<E> {
    /// The guest's own error, if it returned one.
    pub fn guest(self) -> Option<E> {
        match self {
            CallError::Guest(error) => Some(error),
            _ => None,
        }
    }
}

impl<E: fmt::Debug> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Guest(error) => write!(f, "the guest returned an error: {error:?}"),
            CallError::Trap(trap) => trap.fmt(f),
            CallError::Trapped { function, first } => {
                write!(f, "`{function}` was not called, since the container had trapped: {first}")
            }
            CallError::Interface(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug> std::error::Error for CallError<E> {}

/// The engine's message with all its causes on one line, outermost first. A backtrace is left out.
pub(super) fn message(error: &wasmtime::Error) -> String {
    error.chain().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ")
}
