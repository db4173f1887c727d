//! The registry's own state, under a scheduler that tries the orders of its steps.
//!
//! This crate compiles the runtime's own files of that state a second time. The files name their locks and atomics by
//! `super::sync`. Here that module has the scheduler's types instead of the standard library's. So the tests run the
//! same code as the runtime, and no line of that code is for the tests.
#![cfg(test)]
#![expect(unreachable_pub, reason = "what the runtime exports is not exported here")]

#[path = "../../../tairitsu/src/runtime/ledger/broadcast.rs"]
mod broadcast;
#[path = "../../../tairitsu/src/runtime/ledger/living.rs"]
mod living;
#[path = "../../../tairitsu/src/runtime/ledger/names.rs"]
mod names;
#[path = "../../../tairitsu/src/runtime/ledger/status.rs"]
mod status;

mod sync {
    use std::task::Waker;

    pub(super) use shuttle::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
    pub(super) use shuttle::sync::{Condvar, Mutex, MutexGuard, RwLock};

    pub(super) fn wake(wakers: impl IntoIterator<Item = Waker>) {
        wakers.into_iter().for_each(Waker::wake);
    }
}

mod models;
