//! Names to what they stand for.

use super::sync::RwLock;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::PoisonError;

/// A map that many read and few change. Every change is told to `announce` before another one can be made, so that what
/// is told is in the order of what happened.
pub(crate) struct Names<K, V> {
    map: RwLock<HashMap<K, V>>,
}

impl<K, V> Default for Names<K, V> {
    fn default() -> Self {
        Self { map: RwLock::new(HashMap::new()) }
    }
}

impl<K: Eq + Hash, V: Clone> Names<K, V> {
    /// Whether the name was free, and now stands for the value.
    pub(crate) fn add(&self, key: K, value: &V, announce: impl FnOnce()) -> bool {
        self.write(|map| match map.entry(key) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(value.clone());
                announce();
                true
            }
        })
    }

    /// Has the name stand for the value, and returns what it stood for. That is what `announce` is told, too.
    pub(crate) fn put(&self, key: K, value: V, announce: impl FnOnce(Option<&V>)) -> Option<V> {
        self.write(|map| {
            let old = map.insert(key, value);
            announce(old.as_ref());
            old
        })
    }

    /// Forgets a name, if what it stands for is the one that is meant.
    pub(crate) fn remove(&self, key: &K, is_meant: impl FnOnce(&V) -> bool, announce: impl FnOnce(&V)) -> Option<V> {
        self.write(|map| {
            if !is_meant(map.get(key)?) {
                return None;
            }
            map.remove(key).inspect(announce)
        })
    }

    /// Looks at all of them.
    pub(crate) fn read<R>(&self, f: impl FnOnce(&HashMap<K, V>) -> R) -> R {
        // A poisoned lock is no reason to stop: nothing that could panic happens under it.
        f(&self.map.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<R>(&self, f: impl FnOnce(&mut HashMap<K, V>) -> R) -> R {
        f(&mut self.map.write().unwrap_or_else(PoisonError::into_inner))
    }
}
