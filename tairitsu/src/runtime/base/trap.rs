//! A call that did not return, and the texts of errors and panics.

use super::backtrace::{Backtrace, is_backtrace};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use tairitsu_guest::abi::AbiError;
use wasmtime::ThrownException;

/// A call that did not return: where it ended, and why. Cheap to clone.
#[derive(Clone)]
pub struct Trap {
    inner: Arc<TrapInner>,
}

struct TrapInner {
    function: String,
    source: wasmtime::Error,
    stderr: String,
    at: Instant,
}

/// How much of standard error, and of a panic's message, an error shows, in bytes.
const SHOWN: usize = 4 * 1024;

impl Trap {
    pub(crate) fn new(function: String, source: wasmtime::Error, stderr: String) -> Self {
        Self { inner: Arc::new(TrapInner { function, source, stderr, at: Instant::now() }) }
    }

    /// When the call ended.
    pub(crate) fn at(&self) -> Instant {
        self.inner.at
    }

    /// The function that was called, `interface#function`.
    pub fn function(&self) -> &str {
        &self.inner.function
    }

    /// The flaw in a value that the guest lowered, if that flaw is the reason.
    pub fn abi_error(&self) -> Option<&AbiError> {
        self.inner.source.downcast_ref()
    }

    /// The guest's panic, if a panic is the reason.
    ///
    /// For a guest in wasm, it is the text that the standard library wrote to standard error, from the panic's place
    /// on: at most 4 KiB. The guest writes that text, so do not trust it. For a guest that runs without wasm, it is
    /// only the panic's message.
    pub fn panic(&self) -> Option<&str> {
        if let Some(panic) = self.inner.source.downcast_ref::<GuestPanic>() {
            return Some(&panic.message);
        }
        let source = &self.inner.source;
        // A guest that was built to unwind throws an exception.
        let is_ended = matches!(source.downcast_ref(), Some(wasmtime::Trap::UnreachableCodeReached))
            || source.is::<ThrownException>();
        is_ended.then(|| panic_in(&self.inner.stderr))?
    }

    /// The last 4 KiB that the guest wrote to standard error.
    pub fn stderr(&self) -> &str {
        let stderr = &self.inner.stderr;
        &stderr[stderr.ceil_char_boundary(stderr.len().saturating_sub(SHOWN))..]
    }

    /// The guest's functions that were running, innermost first. Its `Display` shows their names, if the guest was built
    /// with names.
    pub fn backtrace(&self) -> Option<Backtrace<'_>> {
        Backtrace::of(&self.inner.source)
    }

    /// The engine's error, with the guest's backtrace as context.
    ///
    /// Do not print that context: if a crate of the host enables wasmtime's feature `demangle`, the names of a hostile guest
    /// become texts that fill the memory. Print [`Trap::backtrace`].
    pub fn source(&self) -> &wasmtime::Error {
        &self.inner.source
    }
}

/// The panic of a guest that runs without wasm.
#[derive(Debug, thiserror::Error)]
#[error("the guest panicked: {message}")]
pub(crate) struct GuestPanic {
    pub(crate) message: String,
}

/// The last panic in a text that the standard library wrote: its place and its message.
///
/// The standard library begins a line with the thread's name, as in `thread 'main' (1) panicked at src/lib.rs:30:9:`, and the
/// message follows. The same words in the middle of a line are something else.
fn panic_in(stderr: &str) -> Option<&str> {
    const PANICKED: &str = " panicked at ";
    let mut found = None;
    let mut start = 0;
    for line in stderr.split_inclusive('\n') {
        if line.starts_with("thread '")
            && line.trim_end().ends_with(':')
            && let Some(at) = line.find(PANICKED)
        {
            found = Some(start + at + PANICKED.len());
        }
        start += line.len();
    }
    let panic = &stderr[found?..];
    let end = panic.find("\nnote: run with `RUST_BACKTRACE").unwrap_or(panic.len());
    let panic = panic[..end].trim_end();
    Some(&panic[..panic.floor_char_boundary(SHOWN)])
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
        f.debug_struct("Trap").field("function", &self.function()).field("source", &self.source().root_cause()).finish()
    }
}

/// Prints one line. With `{:#}`, prints the backtrace on further lines.
impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.panic() {
            // The panic's message may have several lines.
            Some(panic) => {
                let at = if self.inner.source.is::<GuestPanic>() { ":" } else { " at" };
                write!(f, "`{}` failed: the guest panicked{at} {}", self.function(), OneLine(panic))?;
            }
            None if self.source().is::<ThrownException>() => {
                write!(f, "`{}` failed: it threw an exception that it did not catch", self.function())?;
            }
            None => write!(f, "`{}` failed: {}", self.function(), self.source().root_cause())?,
        }
        match self.backtrace() {
            Some(backtrace) if f.alternate() => write!(f, "\n{backtrace}"),
            _ => Ok(()),
        }
    }
}

/// The engine's message and all its causes on one line, outermost first. Leaves out the backtrace.
pub(crate) fn message(error: &wasmtime::Error) -> String {
    let causes = error.chain().filter(|cause| !is_backtrace(*cause)).map(|cause| cause.to_string());
    causes.collect::<Vec<_>>().join(": ")
}

/// The message of a panic.
pub(crate) fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
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
    use super::{SHOWN, panic_in};

    #[test]
    fn panics_as_the_standard_library_writes_them() {
        let text = "before\n\nthread 'main' (1) panicked at src/lib.rs:30:9:\nat the\ndisco\n\
                    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(panic_in(text), Some("src/lib.rs:30:9:\nat the\ndisco"));
        assert_eq!(panic_in("thread 'w' panicked at a.rs:1:1:\n"), Some("a.rs:1:1:"));
        for text in ["the inner worker panicked at noon", "x\n at noon\n", "worker 3 panicked at startup, retrying\n"] {
            assert_eq!(panic_in(text), None, "{text}");
            let panicked = format!("thread 'main' (1) panicked at src/lib.rs:1:2:\n{text}");
            assert_eq!(panic_in(&panicked), Some(format!("src/lib.rs:1:2:\n{}", text.trim_end()).as_str()));
        }
        let long = format!("thread 'main' (1) panicked at src/lib.rs:1:2:\n{}", "\u{e9}".repeat(5_000));
        assert!((SHOWN - 1..=SHOWN).contains(&panic_in(&long).unwrap().len()));
        assert_eq!(panic_in("all is well"), None);
    }
}
