//! What lives, by number.

use super::sync::{AtomicU64, Mutex, MutexGuard, Ordering};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, Weak};

/// What lives, by number. Its lock is held for an insertion, a removal or a copy, and never while guest code runs.
pub(crate) struct Living<T> {
    next: AtomicU64,
    living: Mutex<BTreeMap<u64, Weak<T>>>,
}

impl<T> Default for Living<T> {
    fn default() -> Self {
        Self { next: AtomicU64::new(0), living: Mutex::new(BTreeMap::new()) }
    }
}

impl<T> Living<T> {
    /// Makes one with a number that no other one has had.
    pub(crate) fn enter(&self, make: impl FnOnce(u64) -> T) -> Arc<T> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let entered = Arc::new(make(id));
        self.living().insert(id, Arc::downgrade(&entered));
        entered
    }

    pub(crate) fn leave(&self, id: u64) {
        self.living().remove(&id);
    }

    /// All of them, oldest first.
    pub(crate) fn list(&self) -> Vec<Arc<T>> {
        self.living().values().filter_map(Weak::upgrade).collect()
    }

    fn living(&self) -> MutexGuard<'_, BTreeMap<u64, Weak<T>>> {
        // Nothing that could panic happens under it.
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
