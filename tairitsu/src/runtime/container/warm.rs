//! A thread that keeps a number of containers spawned, of any kind.

use crate::runtime::base::caught::caught;
use crate::runtime::base::load_error::Error;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// What a [`Pool`](crate::Pool) has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Containers that are warm now.
    pub warm: usize,
    /// Containers that were warm when they were taken.
    pub hits: u64,
    /// Takes that found no warm container, so that the taker spawned a container.
    pub misses: u64,
    /// Failed spawns of the pool's thread. Each failure is a `tracing` warning. The thread tries again at the next
    /// take.
    pub failures: u64,
}

/// Warm containers, and the thread that spawns them. Dropping this ends the thread.
pub(crate) struct Warm<C> {
    inner: Arc<Inner<C>>,
    thread: Option<JoinHandle<()>>,
}

struct Inner<C> {
    size: usize,
    state: Mutex<State<C>>,
    work: Condvar,
}

struct State<C> {
    warm: Vec<C>,
    /// Whether the thread must check for missing containers.
    is_due: bool,
    is_closed: bool,
    stats: PoolStats,
}

impl<C: Send + 'static> Warm<C> {
    pub(crate) fn start(
        size: usize,
        warm: Vec<C>,
        spawn: impl Fn() -> Result<C, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let state = State { warm, is_due: false, is_closed: false, stats: PoolStats::default() };
        let inner = Arc::new(Inner { size, state: Mutex::new(state), work: Condvar::new() });
        let theirs = inner.clone();
        let thread = thread::Builder::new()
            .name("tairitsu-pool".into())
            .spawn(move || theirs.run(spawn))
            .map_err(|error| Error::Engine { message: format!("no thread for a pool: {error}") })?;
        Ok(Self { inner, thread: Some(thread) })
    }

    /// Takes a warm container, if there is one. The thread spawns a replacement.
    pub(crate) fn take(&self) -> Option<C> {
        let mut state = self.inner.lock();
        let taken = state.warm.pop();
        match taken {
            Some(_) => state.stats.hits += 1,
            None => state.stats.misses += 1,
        }
        state.is_due = true;
        self.inner.work.notify_one();
        taken
    }

    pub(crate) fn size(&self) -> usize {
        self.inner.size
    }

    pub(crate) fn stats(&self) -> PoolStats {
        let state = self.inner.lock();
        PoolStats { warm: state.warm.len(), ..state.stats }
    }
}

impl<C> Inner<C> {
    /// The thread's loop: spawns missing containers, without the lock, until a spawn fails.
    fn run(&self, spawn: impl Fn() -> Result<C, Error>) {
        let mut state = self.lock();
        while !state.is_closed {
            if !state.is_due || state.warm.len() >= self.size {
                state.is_due = false;
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            // After a failed spawn the thread waits, unless a container is taken meanwhile.
            state.is_due = false;
            drop(state);
            // A spawn runs host code that may panic, such as the closure of `Output::writer`.
            let spawned = caught(&spawn);
            state = self.lock();
            match spawned {
                Ok(Ok(container)) => {
                    state.warm.push(container);
                    state.is_due = true;
                }
                Ok(Err(error)) => {
                    state.stats.failures += 1;
                    drop(state);
                    warn(&error);
                    state = self.lock();
                }
                Err(message) => {
                    state.stats.failures += 1;
                    drop(state);
                    warn(&format_args!("its spawn panicked: {message}"));
                    state = self.lock();
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<C>> {
        // No code under this lock can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The subscriber that gets this event is somebody else's code, too.
fn warn(reason: &dyn fmt::Display) {
    let _ = caught(|| tracing::warn!(target: "tairitsu::pool", "a container cannot be kept warm: {reason}"));
}

impl<C> Drop for Warm<C> {
    fn drop(&mut self) {
        self.inner.lock().is_closed = true;
        self.inner.work.notify_one();
        if let Some(thread) = self.thread.take() {
            // The thread catches every panic.
            let _ = thread.join();
        }
    }
}
