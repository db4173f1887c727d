//! What can be known of a container from outside: its state, its age, what it has done, how it ended.

use super::CallError;
use super::broadcast::Hub;
use super::events::{Event, Subject};
use super::life::{Life, Status};
use super::observe::Meters;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

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

/// How a container has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ending {
    /// The host stopped or dropped it.
    Stopped,
    /// A trap or a limit ended it: the error that the call returned.
    Trapped(CallError),
}

/// A hold on a container from any thread: it shows how the container is, stops it, and waits for its end.
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
        self.shared.stop();
        self.shared.wake();
    }

    /// Waits until the container has ended, stopped or trapped, and returns how. If it has, it returns at once. An end that
    /// was followed by a restart counts, if it came while this waited.
    ///
    /// The thread that owns the container waits here forever if nobody else stops it. A container that was stopped from
    /// outside may be in its last call yet: see [`Handle::stop`].
    pub fn wait(&self) -> Ending {
        // Without a time it returns only with an end.
        self.shared.life.wait(None).unwrap_or(Ending::Stopped)
    }

    /// [`Handle::wait`], for so long; nothing, if the container has not ended then.
    pub fn wait_timeout(&self, time: Duration) -> Option<Ending> {
        self.shared.life.wait(Some(time))
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
    subject: Subject,
    hub: Arc<Hub<Event>>,
    meters: Meters,
    born: Instant,
    life: Life<Ending>,
    calls: AtomicU64,
    traps: AtomicU64,
    restarts: AtomicU64,
    memory: AtomicUsize,
    /// Who is to be woken when it is stopped.
    waiting: Mutex<Option<std::task::Waker>>,
}

impl Shared {
    pub(super) fn new(
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
            waiting: Mutex::default(),
        }
    }

    /// It is in the list.
    pub(super) fn entered(&self) {
        self.announce(Event::ContainerCreated);
    }

    pub(super) fn id(&self) -> u64 {
        self.subject.id
    }

    pub(super) fn name(&self) -> &str {
        &self.subject.name
    }

    /// The image's name.
    pub(super) fn image(&self) -> Option<&str> {
        self.subject.image.as_deref()
    }

    #[inline]
    pub(super) fn meters(&self) -> &Meters {
        &self.meters
    }

    #[inline]
    pub(super) fn status(&self) -> Status {
        self.life.status()
    }

    /// It is called for the first time.
    pub(super) fn run(&self) {
        self.life.run(|| self.announce(Event::ContainerStarted));
    }

    pub(super) fn stop(&self) {
        self.life.stop(Ending::Stopped, || self.announce(Event::ContainerStopped));
    }

    /// It has trapped, unless somebody has stopped it.
    pub(super) fn trap(&self, error: &CallError) {
        self.life.trap(Ending::Trapped(error.clone()), || {
            self.announce(|container| Event::ContainerTrapped { container, cause: error.to_string() });
        });
    }

    pub(super) fn restart(&self) {
        self.restarts.fetch_add(1, Relaxed);
        self.life.restart(|| self.announce(Event::ContainerRestarted));
    }

    fn announce(&self, event: impl FnOnce(Subject) -> Event) {
        self.hub.send(|| event(self.subject.clone()));
    }

    /// Counts a call. Only the container's own thread does, so that it is a load and a store.
    #[inline]
    pub(super) fn count_call(&self) {
        self.calls.store(self.calls.load(Relaxed).wrapping_add(1), Relaxed);
    }

    pub(super) fn count_trap(&self) {
        self.traps.fetch_add(1, Relaxed);
    }

    pub(super) fn set_memory(&self, bytes: usize) {
        self.memory.store(bytes, Relaxed);
    }

    /// Says who is to be woken when it is stopped from now on.
    pub(super) fn set_waiting(&self, waker: Option<&std::task::Waker>) {
        // A waker is somebody else's code, and runs without the lock.
        let new = waker.cloned();
        let before = std::mem::replace(&mut *self.waiting(), new);
        drop(before);
    }

    fn wake(&self) {
        let waiting = self.waiting().take();
        waiting.into_iter().for_each(std::task::Waker::wake);
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<std::task::Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn info(&self) -> ContainerInfo {
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
