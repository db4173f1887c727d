//! What the registry's state locks and waits by. `tests/model` compiles the files that use this against a scheduler's.

pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, RwLock};
