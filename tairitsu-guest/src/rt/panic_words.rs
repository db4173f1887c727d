//! The words by which a guest tells the host that it has panicked, and with which message. A guest sets its panic hook before its
//! first export, and runs its constructors there too.

use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The panic of this guest: addresses and lengths of texts in its memory, and numbers.
///
/// The host finds the address of this value as a core global of this name. It reads the words after the guest has trapped. The
/// texts stay where they are, because a guest that has panicked runs no more.
#[unsafe(export_name = "tairitsu:panic")]
pub static PANIC: Panic = Panic([const { AtomicUsize::new(0) }; 6]);

/// The type of [`PANIC`]: the message's address and length, the file's address and length, the line, the column. All are zero
/// before a panic.
#[repr(transparent)]
pub struct Panic([AtomicUsize; 6]);

impl Panic {
    fn write(&self, words: [usize; 6]) {
        for (word, value) in self.0.iter().zip(words) {
            word.store(value, Relaxed);
        }
    }
}

/// Runs the module's constructors, and has panics noted.
#[cold]
pub(super) fn start() {
    super::STARTED.store(true, Relaxed);
    wit_bindgen::rt::run_ctors_once();
    // The closure captures nothing, so that its box takes no memory. To call the hook that was there before, it would have to be
    // kept: each page that an instance writes to is a page of its own.
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| note(info)));
}

/// The hook: notes a panic of this guest in [`PANIC`], and prints the panic for hosts that know nothing of the words.
///
/// A guest that sets a panic hook of its own replaces this one. Then the host sees a trap, and what the hook has printed.
#[inline(always)]
fn note(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("something other than text");
    let (file, line, column) = info.location().map_or(("", 0, 0), |at| (at.file(), at.line(), at.column()));
    PANIC.write([
        message.as_ptr().expose_provenance(),
        message.len(),
        file.as_ptr().expose_provenance(),
        file.len(),
        line as usize,
        column as usize,
    ]);
    // Text by text, since the code of `format!` would be a thousand bytes in each guest.
    for text in ["\npanicked at ", file] {
        print(text.as_bytes());
    }
    print_number(line);
    print_number(column);
    for text in [":\n", message, "\n"] {
        print(text.as_bytes());
    }
}

/// Prints a colon and a number. It calls itself for all digits but the last, which is less code than a loop over a buffer.
#[inline(never)]
fn print_number(number: u32) {
    match number / 10 {
        0 => print(b":"),
        before => print_number(before),
    }
    print(&[b'0' + (number % 10) as u8]);
}

/// Writes to standard error, with less code than `std::io` has for it.
#[cfg(target_os = "wasi")]
#[inline(never)]
fn print(mut bytes: &[u8]) {
    unsafe extern "C" {
        /// The C library's function, with which the standard library is linked.
        fn write(file: i32, bytes: *const u8, len: usize) -> isize;
    }

    while !bytes.is_empty() {
        // SAFETY: the bytes are there for the time of the call.
        let written = unsafe { write(2, bytes.as_ptr(), bytes.len()) };
        // Nobody is left to tell of an error.
        let Some(rest) =
            usize::try_from(written).ok().filter(|written| *written > 0).and_then(|from| bytes.get(from..))
        else {
            return;
        };
        bytes = rest;
    }
}

/// There is nowhere to write to.
#[cfg(not(target_os = "wasi"))]
fn print(_: &[u8]) {}
