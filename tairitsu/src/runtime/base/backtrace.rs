//! The guest's functions that were running when a call ended, as text.
//!
//! A guest chooses the names of its functions. wasmtime's own text of a backtrace demangles them. A name of C++ with 300
//! bytes can stand for a text that fills the memory. So nothing here prints wasmtime's text.

use std::fmt::{self, Write};
use wasmtime::WasmBacktrace;

/// How much of a name is shown, in bytes.
const SHOWN: usize = 512;

/// How wasmtime's text of a backtrace begins, and its text of a list of instances.
const BEGINNINGS: [&str; 2] = ["error while executing at wasm backtrace", "wasm coredump generated while executing"];

/// The guest's functions that were running when a call ended, innermost first.
///
/// `Display` prints a line for each function: its core module and its name, if the guest was built with names. Names of Rust
/// are demangled. A name is cut after 512 bytes, and its control characters are escaped. The names are the guest's, so do
/// not trust them.
pub struct Backtrace<'t>(&'t WasmBacktrace);

impl<'t> Backtrace<'t> {
    pub(crate) fn of(error: &'t wasmtime::Error) -> Option<Self> {
        error.downcast_ref().map(Self)
    }
}

impl fmt::Display for Backtrace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("in the guest's functions, innermost first:")?;
        for (i, frame) in self.0.frames().iter().enumerate() {
            write!(f, "\n{i:>4}: ")?;
            if let Some(module) = frame.module().name() {
                shown(f, module)?;
                f.write_char('!')?;
            }
            match frame.func_name() {
                Some(name) => shown(f, rustc_demangle::demangle(name))?,
                None => write!(f, "<wasm function {}>", frame.func_index())?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Backtrace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether a cause in a chain of errors is wasmtime's backtrace, or its list of instances. Stops its `Display` before the
/// first name.
pub(super) fn is_backtrace(cause: &dyn std::error::Error) -> bool {
    BEGINNINGS.iter().any(|beginning| {
        let mut found = Cut { to: &mut String::new(), left: beginning.len() };
        let _ = write!(found, "{cause}");
        found.to == beginning
    })
}

fn shown(f: &mut fmt::Formatter<'_>, name: impl fmt::Display) -> fmt::Result {
    let mut text = String::new();
    let is_cut = write!(Cut { to: &mut text, left: SHOWN }, "{name}").is_err();
    for c in text.chars() {
        match c {
            c if c.is_control() => write!(f, "{}", c.escape_default())?,
            c => f.write_char(c)?,
        }
    }
    f.write_str(if is_cut { ".." } else { "" })
}

/// Takes the beginning of a text, and fails then, so that the rest of the text is not made.
struct Cut<'a> {
    to: &'a mut String,
    left: usize,
}

impl Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let taken = &text[..text.floor_char_boundary(self.left)];
        self.to.push_str(taken);
        self.left -= taken.len();
        if taken.len() == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::{BEGINNINGS, Cut, is_backtrace};
    use std::fmt::{self, Write};

    #[test]
    fn a_text_is_cut_at_a_character() {
        for (left, expected, fits) in
            [(0, "", false), (1, "a", false), (2, "a", false), (3, "a\u{e9}", true), (9, "a\u{e9}", true)]
        {
            let mut text = String::new();
            assert_eq!(Cut { to: &mut text, left }.write_str("a\u{e9}").is_ok(), fits);
            assert_eq!(text, expected);
        }
    }

    /// The names come after the beginning. They are not asked for.
    #[test]
    fn names_are_not_printed_to_recognize_a_backtrace() {
        #[derive(Debug)]
        struct Names(&'static str);

        impl fmt::Display for Names {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)?;
                f.write_str(":\n")?;
                panic!("a name was asked for");
            }
        }

        impl std::error::Error for Names {}

        assert!(BEGINNINGS.iter().all(|beginning| is_backtrace(&Names(beginning))));
        assert!(!is_backtrace(&fmt::Error));
    }
}
