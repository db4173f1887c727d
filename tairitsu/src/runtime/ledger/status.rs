//! The status of a container, and waiting for its end.

use super::sync::{AtomicU8, Condvar, Mutex, MutexGuard, Ordering};
use std::fmt;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// The status of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The container was instantiated, and was not called yet.
    Created,
    /// The container was called at least once, and can be called again.
    Running,
    /// A trap or a limit ended the container. Every call returns an error until the container is restarted.
    Trapped,
    /// The host stopped the container. Every call returns an error until the container is restarted.
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

/// A status that is read without a lock and changed under a lock. Each change calls `announce` before the next change
/// can begin. So the announcements come in the order of the changes. `E` says how the container ended.
pub(crate) struct Life<E> {
    status: AtomicU8,
    ends: Mutex<Ends<E>>,
    ended: Condvar,
}

struct Ends<E> {
    /// How many times the container has ended. A waiting thread uses it to notice an end that a restart followed.
    count: u64,
    last: Option<E>,
}

impl<E: Clone> Life<E> {
    /// The life of a new container.
    pub(crate) fn new() -> Self {
        Self {
            status: AtomicU8::new(Status::Created as u8),
            ends: Mutex::new(Ends { count: 0, last: None }),
            ended: Condvar::new(),
        }
    }

    #[inline]
    pub(crate) fn status(&self) -> Status {
        match self.status.load(Ordering::Relaxed) {
            0 => Status::Created,
            1 => Status::Running,
            2 => Status::Trapped,
            _ => Status::Stopped,
        }
    }

    /// Changes created to running.
    pub(crate) fn run(&self, announce: impl FnOnce()) {
        let _ends = self.lock();
        if self.status() == Status::Created {
            self.set(Status::Running);
            announce();
        }
    }

    /// Changes any status except stopped to stopped.
    pub(crate) fn stop(&self, ending: E, announce: impl FnOnce()) {
        if self.status() != Status::Stopped {
            self.end(Status::Stopped, |from| from != Status::Stopped, ending, announce);
        }
    }

    /// Changes running to trapped. A stopped container stays stopped.
    pub(crate) fn trap(&self, ending: E, announce: impl FnOnce()) {
        self.end(Status::Trapped, |from| from == Status::Running, ending, announce);
    }

    /// Changes trapped to created. A container that was stopped meanwhile stays stopped.
    pub(crate) fn revive(&self, announce: impl FnOnce()) {
        let _ends = self.lock();
        if self.status() == Status::Trapped {
            self.set(Status::Created);
            announce();
        }
    }

    /// Changes any status to created.
    pub(crate) fn restart(&self, announce: impl FnOnce()) {
        let _ends = self.lock();
        self.set(Status::Created);
        announce();
    }

    /// Waits for the end, and returns how the container ended. Returns at once if it has ended and was not restarted.
    /// Returns `None` if `time` is over before the end.
    pub(crate) fn wait(&self, time: Option<Duration>) -> Option<E> {
        let start = Instant::now();
        let mut ends = self.lock();
        let before = ends.count;
        while ends.count == before && matches!(self.status(), Status::Created | Status::Running) {
            ends = match time.map(|time| time.checked_sub(start.elapsed())) {
                None => self.ended.wait(ends).unwrap_or_else(PoisonError::into_inner),
                Some(Some(left)) => self.ended.wait_timeout(ends, left).unwrap_or_else(PoisonError::into_inner).0,
                Some(None) => return None,
            };
        }
        ends.last.clone()
    }

    fn end(&self, to: Status, may: impl FnOnce(Status) -> bool, ending: E, announce: impl FnOnce()) {
        let mut ends = self.lock();
        if may(self.status()) {
            self.set(to);
            ends.count += 1;
            ends.last = Some(ending);
            announce();
            self.ended.notify_all();
        }
    }

    /// Writes the status. Call this only while the lock is held.
    fn set(&self, status: Status) {
        self.status.store(status as u8, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Ends<E>> {
        // Nothing that could panic runs while this lock is held.
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
