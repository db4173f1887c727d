//! Code that is not ours, and its panics.

use super::trap::panic_message;
use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code that is not ours. Returns its result, or the message of its panic.
///
/// After a panic, the caller decides whether what the code had in its hands is used again.
#[inline]
pub(crate) fn caught<R>(code: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(message_of)
}

#[cold]
fn message_of(panic: Box<dyn Any + Send>) -> String {
    let message = panic_message(&*panic);
    // The payload may be anything, and dropping it may panic as well.
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        mem::forget(another);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::panic_any;

    #[test]
    fn a_payload_that_panics() {
        struct Bomb;

        impl Drop for Bomb {
            fn drop(&mut self) {
                panic_any(Bomb);
            }
        }

        assert_eq!(caught(|| 1), Ok(1));
        assert_eq!(caught(|| panic!("no {}", 2)), Err::<(), _>("no 2".into()));
        assert_eq!(caught(|| panic_any(Bomb)), Err::<(), _>("something other than text".into()));
    }
}
