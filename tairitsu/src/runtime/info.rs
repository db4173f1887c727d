//! What can be known of a container from outside: its state, its age, what it has done.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Where a container is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Instantiated, and not called yet.
    Created,
    /// Called at least once, and as good as ever.
    Running,
    /// Ended by a trap or a limit. Every call is an error until it is restarted.
    Trapped,
    /// Stopped by the host. Every call is an error until it is restarted.
    Stopped,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Created => "created",
            Status::Running => "running",
            Status::Trapped => "trapped",
            Status::Stopped => "stopped",
        })
    }
}

/// A container, as a list shows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ContainerInfo {
    /// A number that no other container of the registry has had.
    pub id: u64,
    /// The name that it was given, or one made of the image's and the number.
    pub name: String,
    /// The image's name, where it has one.
    pub image: Option<String>,
    /// Where it is in its life.
    pub status: Status,
    /// The time since it was spawned.
    pub age: Duration,
    /// The calls that were begun.
    pub calls: u64,
    /// The traps, and the other ends that a container comes to.
    pub traps: u64,
    /// The times that it was restarted.
    pub restarts: u64,
    /// The bytes of its linear memories.
    pub memory: usize,
}

/// A hold on a container from any thread: it shows how the container is, and stops it.
#[derive(Clone)]
pub struct Handle {
    pub(super) shared: Arc<Shared>,
}

impl Handle {
    /// Stops the container. A call that runs ends within two ticks of 10 ms of guest code, with
    /// [`CallError::Stopped`]; a host function is not interrupted, but for a guest that waits in WASI. What the
    /// container holds is freed as soon as its owner uses or drops it.
    ///
    /// [`CallError::Stopped`]: crate::CallError::Stopped
    pub fn stop(&self) {
        self.shared.set_status(Status::Stopped);
        #[cfg(feature = "async")]
        self.shared.wake();
    }

    /// Where the container is in its life. One that was dropped is stopped.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// All that is known of it.
    pub fn info(&self) -> ContainerInfo {
        self.shared.info()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.shared.info()).finish()
    }
}

/// The part of a container that others see. Only the container counts; anybody may stop it.
pub(super) struct Shared {
    id: u64,
    name: String,
    image: Option<String>,
    born: Instant,
    status: AtomicU8,
    calls: AtomicU64,
    traps: AtomicU64,
    restarts: AtomicU64,
    memory: AtomicUsize,
    /// Who is to be woken when it is stopped.
    #[cfg(feature = "async")]
    waiting: Mutex<Option<std::task::Waker>>,
}

impl Shared {
    /// Says who is to be woken when it is stopped from now on.
    #[cfg(feature = "async")]
    pub(super) fn set_waiting(&self, waker: Option<&std::task::Waker>) {
        // A waker is somebody else's code, and runs without the lock.
        let new = waker.cloned();
        let before = std::mem::replace(&mut *self.waiting(), new);
        drop(before);
    }

    #[cfg(feature = "async")]
    fn wake(&self) {
        let waiting = self.waiting().take();
        waiting.into_iter().for_each(std::task::Waker::wake);
    }

    #[cfg(feature = "async")]
    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<std::task::Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(super) fn status(&self) -> Status {
        match self.status.load(Relaxed) {
            0 => Status::Created,
            1 => Status::Running,
            2 => Status::Trapped,
            _ => Status::Stopped,
        }
    }

    pub(super) fn set_status(&self, status: Status) {
        self.status.store(status as u8, Relaxed);
    }

    /// Goes from one state to another, unless somebody has changed it in between.
    pub(super) fn advance(&self, from: Status, to: Status) -> bool {
        self.status.compare_exchange(from as u8, to as u8, Relaxed, Relaxed).is_ok()
    }

    /// Counts a call. Only the container's own thread does, so that it is a load and a store.
    #[inline]
    pub(super) fn count_call(&self) {
        self.calls.store(self.calls.load(Relaxed).wrapping_add(1), Relaxed);
    }

    pub(super) fn count_trap(&self) {
        self.traps.fetch_add(1, Relaxed);
    }

    pub(super) fn count_restart(&self) {
        self.restarts.fetch_add(1, Relaxed);
    }

    pub(super) fn set_memory(&self, bytes: usize) {
        self.memory.store(bytes, Relaxed);
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn info(&self) -> ContainerInfo {
        ContainerInfo {
            id: self.id,
            name: self.name.clone(),
            image: self.image.clone(),
            status: self.status(),
            age: self.born.elapsed(),
            calls: self.calls.load(Relaxed),
            traps: self.traps.load(Relaxed),
            restarts: self.restarts.load(Relaxed),
            memory: self.memory.load(Relaxed),
        }
    }
}

/// The containers that live, by number. Its lock is held for an insertion, a removal or a copy, and never while
/// guest code runs.
#[derive(Default)]
pub(super) struct Roster {
    next: AtomicU64,
    living: Mutex<BTreeMap<u64, Weak<Shared>>>,
}

impl Roster {
    pub(super) fn enter(&self, name: Option<&str>, image: Option<&str>) -> Arc<Shared> {
        let id = self.next.fetch_add(1, Relaxed);
        let shared = Arc::new(Shared {
            id,
            name: match name {
                Some(name) => name.into(),
                None => format!("{}#{id}", image.unwrap_or("container")),
            },
            image: image.map(Into::into),
            born: Instant::now(),
            status: AtomicU8::new(Status::Created as u8),
            calls: AtomicU64::new(0),
            traps: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
            memory: AtomicUsize::new(0),
            #[cfg(feature = "async")]
            waiting: Mutex::default(),
        });
        self.living().insert(id, Arc::downgrade(&shared));
        shared
    }

    pub(super) fn leave(&self, shared: &Shared) {
        shared.set_status(Status::Stopped);
        self.living().remove(&shared.id);
    }

    pub(super) fn list(&self) -> Vec<ContainerInfo> {
        let living: Vec<_> = self.living().values().filter_map(Weak::upgrade).collect();
        living.iter().map(|shared| shared.info()).collect()
    }

    fn living(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Weak<Shared>>> {
        // Nothing that could panic happens under it.
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
