//! A map from names to values.

use super::sync::RwLock;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::PoisonError;

/// A map for many readers and few writers. Each change calls `announce` before the next change can begin. So the
/// announcements come in the order of the changes.
pub(crate) struct Names<K, V> {
    map: RwLock<HashMap<K, V>>,
}

impl<K, V> Default for Names<K, V> {
    fn default() -> Self {
        Self { map: RwLock::new(HashMap::new()) }
    }
}

impl<K: Eq + Hash, V: Clone> Names<K, V> {
    /// Adds a value under a name that is free. Returns `false`, and changes nothing, if the name is taken.
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

    /// Puts a value under a name, and returns the old value. `announce` gets the old value too.
    pub(crate) fn put(&self, key: K, value: V, announce: impl FnOnce(Option<&V>)) -> Option<V> {
        self.write(|map| {
            let old = map.insert(key, value);
            announce(old.as_ref());
            old
        })
    }

    /// Removes a name, if `is_meant` accepts its value.
    pub(crate) fn remove(&self, key: &K, is_meant: impl FnOnce(&V) -> bool, announce: impl FnOnce(&V)) -> Option<V> {
        self.write(|map| {
            if !is_meant(map.get(key)?) {
                return None;
            }
            map.remove(key).inspect(announce)
        })
    }

    /// Calls `f` with the whole map.
    pub(crate) fn read<R>(&self, f: impl FnOnce(&HashMap<K, V>) -> R) -> R {
        // A poisoned lock is safe to use, because nothing that could panic runs while the lock is held.
        f(&self.map.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<R>(&self, f: impl FnOnce(&mut HashMap<K, V>) -> R) -> R {
        f(&mut self.map.write().unwrap_or_else(PoisonError::into_inner))
    }
}
