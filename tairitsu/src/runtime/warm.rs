//! Containers that are spawned before they are wanted.

use super::life::Status;
use super::{Container, Error, Template};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Containers of one template that are spawned before they are wanted, by a thread of the pool's. Cheap to clone, safe to
/// share; [`Template::pool`] makes it.
///
/// What is taken out has never been called, and is the taker's: it is dropped like any other container and never comes
/// back, so that none has another's state. Spawning costs what it costs, on the pool's thread instead of the taker's: a
/// taker that comes while none is warm spawns one himself.
///
/// Warm containers are in the registry's list, and hold their memory. They go with the pool's last clone, which waits for a
/// spawn that is under way.
#[derive(Clone)]
pub struct Pool {
    owner: Arc<Owner>,
}

/// What a [`Pool`] has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Containers that are warm now.
    pub warm: usize,
    /// Containers that were warm when they were taken.
    pub hits: u64,
    /// Takers that found none, and spawned one themselves.
    pub misses: u64,
    /// Spawns of the pool's thread that failed. Each is a `tracing` warning, and is tried again when something is taken.
    pub failures: u64,
}

/// The handle of the thread, which ends with it.
struct Owner {
    inner: Arc<Inner>,
    thread: Option<JoinHandle<()>>,
}

struct Inner {
    template: Template,
    size: usize,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    warm: Vec<Container>,
    /// The thread is to look whether any are missing.
    is_due: bool,
    is_closed: bool,
    stats: PoolStats,
}

impl Pool {
    pub(super) fn new(template: &Template, size: usize) -> Result<Self, Error> {
        let warm = (0..size).map(|_| template.spawn()).collect::<Result<Vec<_>, _>>()?;
        let state = Mutex::new(State { warm, ..State::default() });
        let inner = Arc::new(Inner { template: template.clone(), size, state, work: Condvar::new() });
        let theirs = inner.clone();
        let thread = thread::Builder::new()
            .name("tairitsu-pool".into())
            .spawn(move || theirs.run())
            .map_err(|error| Error::Engine { message: format!("no thread for a pool: {error}") })?;
        Ok(Self { owner: Arc::new(Owner { inner, thread: Some(thread) }) })
    }

    /// A container that nobody has called: one that is warm, or else one that is spawned now.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`], where none is warm.
    pub fn take(&self) -> Result<Container, Error> {
        let inner = &self.owner.inner;
        let mut state = inner.lock();
        let taken = state.warm.pop();
        match taken {
            Some(_) => state.stats.hits += 1,
            None => state.stats.misses += 1,
        }
        state.is_due = true;
        inner.work.notify_one();
        drop(state);
        match taken {
            // Nobody had it to call it or stop it; but if it is not as it was spawned, it is not handed out.
            Some(container) if container.status() == Status::Created => Ok(container),
            _ => inner.template.spawn(),
        }
    }

    /// So many containers are warm when nothing was taken for a while.
    pub fn size(&self) -> usize {
        self.owner.inner.size
    }

    /// What it has done so far.
    pub fn stats(&self) -> PoolStats {
        let state = self.owner.inner.lock();
        PoolStats { warm: state.warm.len(), ..state.stats }
    }
}

impl Inner {
    /// The thread: spawns what is missing, without the lock, until one fails.
    fn run(&self) {
        let mut state = self.lock();
        while !state.is_closed {
            if !state.is_due || state.warm.len() >= self.size {
                state.is_due = false;
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            // After a failure it waits, unless something is taken meanwhile.
            state.is_due = false;
            drop(state);
            let spawned = self.template.spawn();
            state = self.lock();
            match spawned {
                Ok(container) => {
                    state.warm.push(container);
                    state.is_due = true;
                }
                Err(error) => {
                    tracing::warn!(target: "tairitsu::pool", "a container cannot be kept warm: {error}");
                    state.stats.failures += 1;
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that could panic happens under it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.inner.lock().is_closed = true;
        self.inner.work.notify_one();
        if let Some(thread) = self.thread.take() {
            // A factory's panic is an error of `spawn`, so that the thread has none of its own.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("template", &self.owner.inner.template)
            .field("size", &self.size())
            .field("stats", &self.stats())
            .finish()
    }
}
