//! The locks and atomics of the registry's state, and how its tasks are woken. `tests/model` compiles the files that use them against the types of
//! `shuttle`, which tries many orders of the threads' steps.

pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, RwLock};

pub(crate) use super::wake::wake;
