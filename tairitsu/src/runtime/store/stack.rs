//! How much stack the thread has left before guest code is entered.
//!
//! The engine bounds what one call of guest code puts on the stack, and counts from where that call begins. Containers that
//! call each other on one thread begin one below the other, so their bounds add up. A stack that is used up ends the process.

use crate::runtime::engine::machine::Asyncness;
#[cfg(feature = "async")]
use crate::runtime::engine::machine::HOST_STACK;
use std::cell::Cell;
use std::fmt;
use std::ptr;

/// What the host's own code may need below guest code, in bytes: to lift, to lower, and to run a provider.
pub(crate) const HOST_MARGIN: usize = 128 << 10;

thread_local! {
    /// Where the stack ends that runs now, if that is not the thread's own.
    static END: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The bytes that are left of the stack that runs now. `None` if the platform does not tell.
#[inline]
pub(crate) fn left() -> Option<usize> {
    match END.get() {
        Some(end) => Some(here().saturating_sub(end)),
        None => stacker::remaining_stack(),
    }
}

/// Too little stack for a guest.
#[derive(Debug)]
pub(crate) struct StackLeft {
    needed: usize,
    left: usize,
}

impl fmt::Display for StackLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { needed, left } = self;
        write!(
            f,
            "expected {needed} bytes of stack on this thread, for the guest and the host's functions, found {left} left: calls of \
             containers that call each other add up, so make that chain shorter, or the thread's stack larger"
        )
    }
}

/// Whether the stack that runs now has enough left for guest code that may use `limit` bytes, and for the host below it.
#[inline]
pub(crate) fn check(limit: usize) -> Result<(), StackLeft> {
    let needed = limit.saturating_add(HOST_MARGIN);
    match left() {
        Some(left) if left < needed => Err(StackLeft { needed, left }),
        _ => Ok(()),
    }
}

/// Runs host code that guest code has called on a stack of its own, of which so many bytes are left at least.
#[cfg(feature = "async")]
fn with_left<R>(bytes: usize, code: impl FnOnce() -> R) -> R {
    /// The stack around it runs again, whatever happens.
    struct Before(Option<usize>);

    impl Drop for Before {
        fn drop(&mut self) {
            END.set(self.0);
        }
    }

    let _before = Before(END.replace(Some(here().saturating_sub(bytes))));
    code()
}

impl Asyncness {
    /// Runs host code that a guest has called: where calls are futures, the guest and this code have a stack of their own.
    #[inline]
    pub(crate) fn on_its_stack<R>(self, code: impl FnOnce() -> R) -> R {
        #[cfg(feature = "async")]
        if self == Asyncness::Yes {
            // The frames from the guest to here are few.
            return with_left(HOST_STACK - HOST_MARGIN, code);
        }
        code()
    }
}

/// An address on the stack that runs now.
#[inline(always)]
fn here() -> usize {
    let here = 0u8;
    ptr::from_ref(&here).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_knows_its_stack() {
        let size = 4 << 20;
        let thread = std::thread::Builder::new().stack_size(size).spawn(move || {
            let left = left()?;
            assert!((size / 2..=size + (64 << 10)).contains(&left), "{left}");
            Some(())
        });
        let known = thread.unwrap().join().unwrap();
        assert!(known.is_some() || !cfg!(target_os = "linux"));
    }

    #[cfg(feature = "async")]
    #[test]
    fn a_stack_of_its_own_counts_from_where_it_is_entered() {
        let outside = left();
        with_left(1 << 20, || assert!((1 << 19..=1 << 20).contains(&left().unwrap()), "{:?}", left()));
        assert!(left().is_none() == outside.is_none());
    }
}
