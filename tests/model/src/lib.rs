//! The registry's own state, under a scheduler that tries the orders of its steps.
//!
//! The files that hold it are compiled here a second time, with the scheduler's locks and atomics in the place of the
//! standard library's: they name both by `super::sync`. So what runs here is what runs there, and no line of it is for
//! the test.
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
    pub(super) use shuttle::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
    pub(super) use shuttle::sync::{Condvar, Mutex, MutexGuard, RwLock};
}

mod models;
