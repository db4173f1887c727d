//! The containers that live, by number.

use super::sync::{AtomicU64, Mutex, MutexGuard, Ordering};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, Weak};

/// The values that live, by number. A lock guards the map. The lock is held only to insert, remove or copy, never while
/// guest code runs.
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
    /// Makes a value with a new number, and adds it. No two values get the same number.
    pub(crate) fn enter(&self, make: impl FnOnce(u64) -> T) -> Arc<T> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let entered = Arc::new(make(id));
        self.living().insert(id, Arc::downgrade(&entered));
        entered
    }

    pub(crate) fn leave(&self, id: u64) {
        self.living().remove(&id);
    }

    /// All living values, oldest first.
    pub(crate) fn list(&self) -> Vec<Arc<T>> {
        self.living().values().filter_map(Weak::upgrade).collect()
    }

    fn living(&self) -> MutexGuard<'_, BTreeMap<u64, Weak<T>>> {
        // Nothing that could panic runs while this lock is held.
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
