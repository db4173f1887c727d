//! Where a container is in its life, and who waits for its end.

use super::sync::{AtomicU8, Condvar, Mutex, MutexGuard, Ordering};
use std::fmt;
use std::sync::PoisonError;
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

/// A status that is read without a lock and changed under one. Every change is told to `announce` before another one can
/// be made, so that what is told is in the order of what happened. `E` is how a life ends.
pub(crate) struct Life<E> {
    status: AtomicU8,
    ends: Mutex<Ends<E>>,
    ended: Condvar,
}

struct Ends<E> {
    /// So many times it has ended: who waits sees an end that was followed by a restart.
    count: u64,
    last: Option<E>,
}

impl<E: Clone> Life<E> {
    /// A life that begins.
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

    /// From created to running.
    pub(crate) fn run(&self, announce: impl FnOnce()) {
        let _ends = self.lock();
        if self.status() == Status::Created {
            self.set(Status::Running);
            announce();
        }
    }

    /// From anything but stopped to stopped.
    pub(crate) fn stop(&self, ending: E, announce: impl FnOnce()) {
        if self.status() != Status::Stopped {
            self.end(Status::Stopped, |from| from != Status::Stopped, ending, announce);
        }
    }

    /// From running to trapped; one that was stopped stays it.
    pub(crate) fn trap(&self, ending: E, announce: impl FnOnce()) {
        self.end(Status::Trapped, |from| from == Status::Running, ending, announce);
    }

    /// From anything to created.
    pub(crate) fn restart(&self, announce: impl FnOnce()) {
        let _ends = self.lock();
        self.set(Status::Created);
        announce();
    }

    /// How it ended: at once, if it has and was not restarted; otherwise how it ends next, unless that takes longer than
    /// the time that is given.
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

    /// Only under the lock.
    fn set(&self, status: Status) {
        self.status.store(status as u8, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Ends<E>> {
        // Nothing that could panic happens under it.
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
