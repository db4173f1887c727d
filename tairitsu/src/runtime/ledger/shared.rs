//! The part of a container that other threads can use.

use super::broadcast::Hub;
use super::events::{Event, Subject};
use super::info::{ContainerInfo, Ending};
use super::meters::Meters;
use super::status::{Life, Status};
use super::wake::wake;
use crate::runtime::base::call_error::CallError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The part of a container that other threads can use. Only the container writes the counters. Any thread may stop the
/// container.
pub(crate) struct Shared {
    subject: Subject,
    hub: Arc<Hub<Event>>,
    meters: Meters,
    born: Instant,
    life: Life<Ending>,
    calls: AtomicU64,
    traps: AtomicU64,
    restarts: AtomicU64,
    memory: AtomicUsize,
    /// The containers that this container's call has locked, or waits for.
    #[cfg(feature = "async")]
    pub(super) targets: Mutex<Vec<Arc<Shared>>>,
    /// The task to wake when the container is stopped.
    waiting: Mutex<Option<std::task::Waker>>,
}

impl Shared {
    pub(crate) fn new(
        id: u64,
        name: Option<&str>,
        image: Option<&str>,
        hub: &Arc<Hub<Event>>,
        meters: &Meters,
    ) -> Self {
        let name = match name {
            Some(name) => name.into(),
            None => format!("{}#{id}", image.unwrap_or("container")).into(),
        };
        Self {
            subject: Subject { id, name, image: image.map(Into::into) },
            hub: hub.clone(),
            meters: meters.clone(),
            born: Instant::now(),
            life: Life::new(),
            calls: AtomicU64::new(0),
            traps: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
            memory: AtomicUsize::new(0),
            #[cfg(feature = "async")]
            targets: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// Announces that the container is in the list.
    pub(crate) fn entered(&self) {
        self.announce(Event::ContainerCreated);
    }

    pub(crate) fn id(&self) -> u64 {
        self.subject.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.subject.name
    }

    /// The image's name, if the image has a name.
    pub(crate) fn image(&self) -> Option<&str> {
        self.subject.image.as_deref()
    }

    #[inline]
    pub(crate) fn meters(&self) -> &Meters {
        &self.meters
    }

    #[inline]
    pub(crate) fn status(&self) -> Status {
        self.life.status()
    }

    /// Waits for the end of the container. See [`Life::wait`].
    pub(crate) fn wait(&self, time: Option<Duration>) -> Option<Ending> {
        self.life.wait(time)
    }

    /// Notes the first call since the container was created or restarted.
    pub(crate) fn run(&self) {
        self.life.run(|| self.announce(Event::ContainerStarted));
    }

    pub(crate) fn stop(&self) {
        self.life.stop(Ending::Stopped, || self.announce(Event::ContainerStopped));
    }

    /// Notes a trap. Does nothing if the container was stopped before.
    pub(crate) fn trap(&self, error: &CallError) {
        self.life.trap(Ending::Trapped(error.clone()), || {
            self.announce(|container| Event::ContainerTrapped { container, cause: error.to_string() });
        });
    }

    pub(crate) fn restart(&self) {
        self.restarts.fetch_add(1, Relaxed);
        self.life.restart(|| self.announce(Event::ContainerRestarted));
    }

    /// Notes a restart of a trapped container by its policy.
    pub(crate) fn revive(&self) {
        self.restarts.fetch_add(1, Relaxed);
        self.life.revive(|| self.announce(Event::ContainerRestarted));
    }

    fn announce(&self, event: impl FnOnce(Subject) -> Event) {
        self.hub.send(|| event(self.subject.clone()));
    }

    /// Counts a call. Only the container's own thread counts calls, so a load and a store are enough.
    #[inline]
    pub(crate) fn count_call(&self) {
        self.calls.store(self.calls.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// The number of calls so far, and so of the current call.
    #[cfg(feature = "wasi")]
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    pub(crate) fn count_trap(&self) {
        self.traps.fetch_add(1, Relaxed);
    }

    pub(crate) fn set_memory(&self, bytes: usize) {
        self.memory.store(bytes, Relaxed);
    }

    /// Sets the task to wake when the container is stopped. `None` wakes no task.
    pub(crate) fn set_waiting(&self, waker: Option<&std::task::Waker>) {
        // A waker runs code that is not ours, so it is cloned and dropped outside the lock.
        let new = waker.cloned();
        let before = std::mem::replace(&mut *self.waiting(), new);
        drop(before);
    }

    pub(crate) fn wake(&self) {
        let waiting = self.waiting().take();
        wake(waiting);
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<std::task::Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn info(&self) -> ContainerInfo {
        ContainerInfo {
            id: self.subject.id,
            name: self.subject.name.to_string(),
            image: self.image().map(Into::into),
            status: self.status(),
            age: self.born.elapsed(),
            calls: self.calls.load(Relaxed),
            traps: self.traps.load(Relaxed),
            restarts: self.restarts.load(Relaxed),
            memory: self.memory.load(Relaxed),
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shared").field(&self.name()).finish()
    }
}
