//! What one thread has at a time, who has it, and who waits for it: shared providers and shared containers.
//!
//! A thread that waits for something that it has itself, by way of other threads or not, would wait for ever. So a thread
//! that waits looks for such a ring.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something that one thread has at a time. Its lock is elsewhere.
#[derive(Debug)]
pub(crate) struct Possession {
    name: String,
    /// The thread that has it. 0 while no thread has it.
    holder: AtomicU64,
}

/// Things that wait for each other in a ring.
#[derive(Clone, Debug)]
pub(crate) struct Ring(String);

impl fmt::Display for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is in a call that has led here: {}", self.0)
    }
}

/// Each thread that waits, and what it waits for.
static WAITING: Mutex<Option<HashMap<u64, Arc<Possession>>>> = Mutex::new(None);

thread_local! {
    /// What this thread has, in the order in which it got it.
    static HELD: RefCell<Vec<Arc<Possession>>> = const { RefCell::new(Vec::new()) };

    /// The number of this thread.
    static ME: u64 = {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Relaxed)
    };
}

impl Possession {
    /// Something with a name for errors.
    pub(crate) fn new(name: String) -> Arc<Self> {
        Arc::new(Self { name, holder: AtomicU64::new(0) })
    }

    /// Notes that this thread has it, until the returned value is dropped. The caller has locked it.
    #[inline]
    pub(crate) fn hold(self: &Arc<Self>) -> Held<'_> {
        self.holder.store(ME.with(|me| *me), Relaxed);
        HELD.with_borrow_mut(|held| held.push(self.clone()));
        Held(self)
    }

    /// Notes that this thread waits for it, until the returned value is dropped.
    pub(crate) fn wait(self: &Arc<Self>) -> Wait {
        let me = ME.with(|me| *me);
        waiting().get_or_insert_default().insert(me, self.clone());
        Wait { me }
    }
}

/// Ends the possession on drop.
#[derive(Debug)]
pub(crate) struct Held<'p>(&'p Arc<Possession>);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Only a possession of this thread ends.
        let _ = self.0.holder.compare_exchange(ME.with(|me| *me), 0, Relaxed, Relaxed);
        // At the end of a thread, its list may be gone already.
        let _ = HELD.try_with(|held| {
            let mut held = held.borrow_mut();
            if let Some(index) = held.iter().rposition(|held| Arc::ptr_eq(held, self.0)) {
                held.remove(index);
            }
        });
    }
}

/// A thread that waits. It waits for one thing at a time.
pub(crate) struct Wait {
    me: u64,
}

impl Wait {
    /// Looks for a ring. If there is one, nothing in it ever goes on.
    ///
    /// # Errors
    ///
    /// - [`Ring`] with the names of all that is in it.
    pub(crate) fn look(&self) -> Result<(), Ring> {
        let guard = waiting();
        let Some(waiting) = &*guard else { return Ok(()) };
        let mut names = Vec::new();
        let mut next = waiting.get(&self.me);
        // A thread waits for one thing, so that the walk is no longer than there are threads.
        while let Some(possession) = next
            && names.len() <= waiting.len()
        {
            names.push(possession.name.clone());
            let holder = possession.holder.load(Relaxed);
            if holder == self.me {
                return Err(ring(possession, names));
            }
            next = waiting.get(&holder);
        }
        Ok(())
    }
}

/// The ring, from what this thread has to what it waits for. The last of `names` is the name of `first`, which this thread
/// has. The others lead there.
fn ring(first: &Arc<Possession>, names: Vec<String>) -> Ring {
    let held = HELD.with_borrow(|held| {
        let from = held.iter().position(|held| Arc::ptr_eq(held, first)).unwrap_or_default();
        held.iter().skip(from).map(|held| held.name.clone()).collect::<Vec<_>>()
    });
    Ring(held.into_iter().chain(names).collect::<Vec<_>>().join(" -> "))
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(waiting) = &mut *waiting() {
            waiting.remove(&self.me);
        }
    }
}

fn waiting() -> MutexGuard<'static, Option<HashMap<u64, Arc<Possession>>>> {
    // Nothing that could panic runs while this lock is held.
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::thread;

    #[test]
    fn a_ring_of_threads() {
        let things: Vec<_> = ["a", "b", "c"].map(|name| Possession::new(name.into())).into();
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            for i in 0..3 {
                let (things, barrier) = (&things, &barrier);
                scope.spawn(move || {
                    let _held = things[i].hold();
                    barrier.wait();
                    if i < 2 {
                        // Two of three make no ring.
                        let wait = things[i + 1].wait();
                        wait.look().unwrap();
                        barrier.wait();
                        barrier.wait();
                        assert!(wait.look().is_err());
                        barrier.wait();
                    } else {
                        barrier.wait();
                        let wait = things[0].wait();
                        let ring = wait.look().unwrap_err().to_string();
                        assert!(ring.ends_with("here: c -> a -> b -> c"), "{ring}");
                        barrier.wait();
                        barrier.wait();
                    }
                });
            }
        });
        assert!(waiting().as_ref().is_some_and(HashMap::is_empty));
    }

    #[test]
    fn what_a_thread_has_itself() {
        let thing = Possession::new("a".into());
        let held = thing.hold();
        assert!(thing.wait().look().unwrap_err().to_string().ends_with("a -> a"));
        drop(held);
        thing.wait().look().unwrap();
    }
}
