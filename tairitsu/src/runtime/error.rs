//! What can go wrong, before a call and during one.

use super::check::Report;
use super::handle::BadHandle;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tairitsu_guest::abi::AbiError;
use wasmtime::WasmBacktrace;

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
    #[error("expected an image name, `name`, `name:tag` or `name@sha256:digest`, found `{name}`: {reason}")]
    InvalidName {
        /// The name.
        name: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// Bytes whose digest is not the one in their name.
    #[error("expected an image with the digest of `{name}`, found `{found}`")]
    Digest {
        /// The name, with the digest.
        name: String,
        /// The digest of the bytes.
        found: String,
    },
    /// A name that is registered.
    #[error("expected a name that is free, found `{name}` registered: replace that image, or take another tag")]
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
    /// The image imports what nobody provides, or provides otherwise, or what its policy denies.
    #[error("the image's imports are not satisfied:\n{report}")]
    Imports {
        /// Every missing, every differing and every denied function.
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
    /// The component could not be instantiated: its start trapped, it needs more than its limits, or the platform
    /// had no room for it.
    #[error("the component cannot be instantiated: {message}")]
    Instantiate {
        /// The engine's message, the innermost cause last.
        message: String,
    },
    /// A pool that cannot be had.
    #[error(
        "expected a pool of as many containers as there are addresses for, found {containers} asked for, and that \
         cannot be: {message}"
    )]
    Pool {
        /// How many containers it was to be for.
        containers: u32,
        /// What is in the way.
        message: String,
    },
    /// The pool has no room left.
    #[error(
        "expected a place in the pool of {containers} containers, found all of them taken: drop or stop a container, \
         or make the registry with a larger pool (`RegistryBuilder::pooling`)"
    )]
    PoolFull {
        /// How many containers there is room for, of images with one memory each.
        containers: u32,
    },
    /// An image or a limit that is too large for every place in the pool.
    #[error("expected what fits a place in the pool, found what does not: {message}")]
    PoolPlace {
        /// What a place has, and what was found.
        message: String,
    },
    /// A template of a provider that there is only one of.
    #[error(
        "expected providers that any number of containers can have, found one of `{interface}` that was given by \
         value: give a function that makes it (`provide_with`), share it (`provide_shared`), or `build` the one \
         container that is to have it"
    )]
    ProvidedByValue {
        /// The interface's id; the first of them, for a provider of several.
        interface: String,
    },
    /// A factory panicked.
    #[error("no provider of `{interface}` was made, since its factory panicked: {message}")]
    Factory {
        /// The interface's id; the first of them, for a provider of several.
        interface: String,
        /// What the panic says.
        message: String,
    },
    /// A rule of a policy that is none.
    #[error(
        "expected `namespace:package/interface`, then `@` and a version range and `#` and a function if you like, \
         found `{rule}`: {reason}"
    )]
    Rule {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A limit that this registry cannot keep.
    #[error("expected a registry that counts fuel, found one that does not: make it with `RegistryBuilder::fuel`")]
    FuelNotCounted,
    /// An image that needs more than a limit before it has done anything.
    #[error("expected an image that fits its limit of {limit} {unit}, found one that begins with {found}")]
    TooLarge {
        /// What is counted.
        unit: &'static str,
        /// The limit.
        limit: u64,
        /// What the image's largest memory or table begins with.
        found: u64,
    },
    /// Something that a guest was to be granted is not there.
    #[error("`{what}` cannot be granted: {message}")]
    Grant {
        /// The path.
        what: String,
        /// The system's message.
        message: String,
    },
    /// The container was stopped.
    #[error("expected a container that was not stopped, found `{container}` stopped: `restart` it, or spawn another")]
    Stopped {
        /// The container's name.
        container: String,
    },
    /// A type that is no guest.
    #[error("expected a type with a `#[tairitsu::guest]` impl, found `{ty}` without one")]
    NoGuest {
        /// The Rust type.
        ty: String,
    },
    /// A container whose calls are futures is linked to one whose calls are not.
    #[error(
        "expected providers of a container whose calls are futures, found another container linked as `{interface}`: its \
         calls would hold up the executor's thread"
    )]
    LinkedAsync {
        /// The interface's id.
        interface: String,
    },
    /// An `async fn` of a provider that several containers have, in a container whose calls are futures.
    #[error(
        "expected a provider of its own for each container whose calls are futures, found one that they share, and its \
         `{function}` is an `async fn`: while it waited for one container, no other could call it. Write `provide_with`, \
         and have each provider share what it needs, by an `Arc`"
    )]
    SharedAsync {
        /// The function, `interface#function`.
        function: String,
    },
    /// A function that only the trait's default body could serve, and that body is no future.
    #[error(
        "expected an image that exports `{function}`, found one that is older than the trait: the trait's default body \
         serves it in a container whose calls are no futures"
    )]
    NotAsync {
        /// The function, `interface#function`.
        function: String,
    },
    /// A directory that cannot be a cache of compiled code, or is not safe as one.
    #[error("the cache at `{path}` cannot be used: {message}")]
    Cache {
        /// The directory.
        path: String,
        /// What is in the way, and what to do.
        message: String,
    },
    /// The engine could not be made.
    #[error("the engine cannot be made: {message}")]
    Engine {
        /// Why.
        message: String,
    },
}

/// What [`CallError::cause`] says, and [`DROPPED`].
#[cfg_attr(not(feature = "metrics"), cfg(test))]
pub(super) const CAUSES: [&str; 19] = [
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
pub(super) const OWN_ERROR: &str = "guest";

/// The call's future was dropped, which nobody gets an error of.
pub(super) const DROPPED: &str = "dropped";

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
    Deadline {
        /// The limit.
        limit: Duration,
        /// Where the guest was.
        trap: Trap,
    },
    /// The call used up [`Limits::fuel`](crate::Limits::fuel).
    Fuel {
        /// The limit.
        limit: u64,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest asked for more than [`Limits::memory_bytes`](crate::Limits::memory_bytes).
    Memory {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest asked for more than [`Limits::table_elements`](crate::Limits::table_elements).
    Table {
        /// The limit, in elements.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest gave the host more at once than [`Limits::host_bytes`](crate::Limits::host_bytes).
    HostBytes {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest has more handles at once than [`Limits::handles`](crate::Limits::handles).
    Handles {
        /// The limit.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest used up its stack. See [`RegistryBuilder::stack_bytes`](crate::RegistryBuilder::stack_bytes).
    Stack {
        /// The limit, in bytes.
        limit: usize,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest ended the process that it is not, by WASI's `exit`.
    Exit {
        /// 0 for success. The standard interface has no other code than 1 for failure.
        code: i32,
        /// Where the guest was.
        trap: Trap,
    },
    /// The guest called what its [`Policy`](crate::Policy) denies.
    Denied {
        /// The function, `interface#function`.
        function: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// A guest that runs without wasm called what nobody provides. For an image that is found before anything runs.
    Missing {
        /// The function, `interface#function`.
        function: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// A provider panicked.
    Provider {
        /// The provider's function, `interface#function`.
        function: String,
        /// What the panic says.
        message: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// A container that it is linked to failed, or was not to be had in time.
    Linked {
        /// That container's function, `interface#function`.
        function: String,
        /// What its call ended in.
        message: String,
        /// Where the guest was.
        trap: Trap,
    },
    /// An argument is a resource that the guest cannot be given. The call was not made.
    Handle {
        /// The function.
        function: String,
        /// The resource's name.
        resource: String,
        /// Why not.
        reason: BadHandle,
    },
    /// The container had trapped in an earlier call.
    Trapped {
        /// The function that was called now.
        function: String,
        /// The first trap.
        first: Trap,
    },
    /// The container was stopped, before the call or during it.
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

/// How a call ended that did not return: where, and why. Cheap to clone.
#[derive(Clone)]
pub struct Trap {
    inner: Arc<TrapInner>,
}

struct TrapInner {
    function: String,
    source: wasmtime::Error,
    stderr: String,
}

impl Trap {
    pub(super) fn new(function: String, source: wasmtime::Error, stderr: String) -> Self {
        Self { inner: Arc::new(TrapInner { function, source, stderr }) }
    }

    /// The function that was called, `interface#function`.
    pub fn function(&self) -> &str {
        &self.inner.function
    }

    /// What was wrong with a value that the guest lowered, if that is why it failed.
    pub fn abi_error(&self) -> Option<&AbiError> {
        self.inner.source.downcast_ref()
    }

    /// The guest's panic, if that is why it failed: what the standard library wrote to standard error, from the
    /// place on. It is the guest's word, and 4 KiB of it at most. Of a guest that runs without wasm it is the message alone.
    pub fn panic(&self) -> Option<&str> {
        if let Some(panic) = self.inner.source.downcast_ref::<GuestPanic>() {
            return Some(&panic.message);
        }
        matches!(self.inner.source.downcast_ref(), Some(wasmtime::Trap::UnreachableCodeReached))
            .then(|| panic_in(&self.inner.stderr))?
    }

    /// The end of what the guest has written to standard error, 4 KiB of it at most.
    pub fn stderr(&self) -> &str {
        &self.inner.stderr
    }

    /// The guest's functions that were under way, innermost first. As text it has their demangled names, where the
    /// guest was built with them.
    pub fn backtrace(&self) -> Option<&WasmBacktrace> {
        self.inner.source.downcast_ref()
    }

    /// The engine's error, with the guest's backtrace as its context.
    pub fn source(&self) -> &wasmtime::Error {
        &self.inner.source
    }
}

/// Why a guest ended that ran without wasm.
#[derive(Debug, thiserror::Error)]
#[error("the guest panicked: {message}")]
pub(super) struct GuestPanic {
    pub(super) message: String,
}

/// The last panic in the text that the standard library writes: its place and its message.
fn panic_in(stderr: &str) -> Option<&str> {
    let (_, panic) = stderr.rsplit_once("panicked at ")?;
    let end = panic.find("\nnote: run with `RUST_BACKTRACE").unwrap_or(panic.len());
    Some(panic[..end].trim_end())
}

/// Text on one line, without control characters.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for c in self.0.chars() {
            match c {
                // "place:\nmessage" reads well as "place: message".
                '\n' => f.write_char(' ')?,
                c if c.is_control() => write!(f, "{}", c.escape_default())?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trap").field("function", &self.function()).field("source", self.source()).finish()
    }
}

/// One line; with `{:#}`, the backtrace on more.
impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.panic() {
            // A message may have any number of lines.
            Some(panic) => {
                let at = if self.inner.source.is::<GuestPanic>() { ":" } else { " at" };
                write!(f, "`{}` failed: the guest panicked{at} {}", self.function(), OneLine(panic))?;
            }
            None => write!(f, "`{}` failed: {}", self.function(), self.source().root_cause())?,
        }
        match self.backtrace() {
            Some(backtrace) if f.alternate() => write!(f, "\n{backtrace}"),
            _ => Ok(()),
        }
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

impl<E: fmt::Debug> std::error::Error for CallError<E> {}

/// Why a call failed, before it is known what error type the function has.
pub struct Fault(pub(super) Box<CallError>);

impl Fault {
    /// The error of a function whose error type is `E`.
    pub fn into<E>(self) -> CallError<E> {
        match self.0.retype() {
            Ok(error) => error,
            Err(never) => match never {},
        }
    }
}

/// The engine's message with all its causes on one line, outermost first. A backtrace is left out.
pub(super) fn message(error: &wasmtime::Error) -> String {
    let is_backtrace = |text: &str| text.starts_with("error while executing at wasm backtrace");
    let causes = error.chain().map(|cause| cause.to_string()).filter(|text| !is_backtrace(text));
    causes.collect::<Vec<_>>().join(": ")
}

/// What a panic says.
pub(super) fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(message) = payload.downcast_ref::<&str>() {
        (*message).into()
    } else if let Some(message) = payload.downcast_ref::<String>() {
        message.clone()
    } else {
        "something other than text".into()
    }
}

#[cfg(test)]
mod tests {
    use super::{BadHandle, CAUSES, CallError, DROPPED, Error, Trap, panic_in};
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

    #[test]
    fn panics_as_the_standard_library_writes_them() {
        let text = "before\n\nthread 'main' (1) panicked at src/lib.rs:30:9:\nat the\ndisco\n\
                    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(panic_in(text), Some("src/lib.rs:30:9:\nat the\ndisco"));
        assert_eq!(panic_in("panicked at a.rs:1:1:\n"), Some("a.rs:1:1:"));
        assert_eq!(panic_in("all is well"), None);
    }
}
