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
    panic: Option<String>,
    stderr: String,
    at: Instant,
}

/// How much of standard error, and of a panic's message, an error shows, in bytes.
pub(crate) const SHOWN: usize = 4 * 1024;

impl Trap {
    pub(crate) fn new(function: String, source: wasmtime::Error) -> Self {
        Self::of_guest(function, source, None, String::new())
    }

    /// A guest in wasm that may have noted a panic, and may have written to standard error.
    pub(crate) fn of_guest(function: String, source: wasmtime::Error, panic: Option<String>, stderr: String) -> Self {
        Self { inner: Arc::new(TrapInner { function, source, panic, stderr, at: Instant::now() }) }
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

    /// The guest's panic, if a panic is the reason and the guest was built with Tairitsu.
    ///
    /// For a guest in wasm, it is the panic's place, a line end, and the first 4 KiB of its message, as the guest has noted
    /// them. The guest may lie, so do not trust the text. For a guest that runs without wasm, it is only the message.
    ///
    /// A guest of another origin tells nobody that it has panicked. What it printed is in [`Trap::stderr`].
    pub fn panic(&self) -> Option<&str> {
        match self.inner.source.downcast_ref::<GuestPanic>() {
            Some(panic) => Some(&panic.message),
            None => self.inner.panic.as_deref(),
        }
    }

    /// The last 4 KiB that the guest wrote to standard error in this call.
    pub fn stderr(&self) -> &str {
        &self.inner.stderr
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

/// At most so many bytes from the beginning of a text that a guest wrote.
pub(crate) fn cut(text: &[u8], most: usize) -> String {
    let mut shown = String::from_utf8_lossy(&text[..text.len().min(most)]).into_owned();
    if text.len() > most {
        // The last character may have been cut, or has become longer.
        shown.truncate(shown.floor_char_boundary(most));
        while shown.ends_with(char::REPLACEMENT_CHARACTER) {
            shown.pop();
        }
    }
    shown
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
            None => {
                // The text may be a guest's in part.
                let cause = self.source().root_cause().to_string();
                write!(f, "`{}` failed: {}", self.function(), OneLine(&cut(cause.as_bytes(), SHOWN)))?;
                let is_abort = matches!(self.inner.source.downcast_ref(), Some(wasmtime::Trap::UnreachableCodeReached));
                let stderr = self.stderr().trim();
                if is_abort && !stderr.is_empty() {
                    write!(f, "; its standard error in this call: {}", OneLine(stderr))?;
                }
            }
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
    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(cut(b"abc", 3), "abc");
        assert_eq!(cut("ab\u{e9}".as_bytes(), 3), "ab");
        assert_eq!(cut(b"a\xff", 9), "a\u{fffd}");
        let long = "\u{e9}".repeat(5_000);
        assert!((SHOWN - 1..=SHOWN).contains(&cut(long.as_bytes(), SHOWN).len()));
        assert!(cut(&[0xff; 9_000], SHOWN).len() <= SHOWN);
    }
}
