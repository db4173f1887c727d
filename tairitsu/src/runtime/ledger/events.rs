//! The events of a registry, as a stream.

use crate::runtime::ledger::broadcast::{Hub, Received, Subscription};
use std::fmt;
#[cfg(feature = "async")]
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError};
#[cfg(feature = "async")]
use std::task::{Context, Poll};
use std::time::Duration;

/// An event in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An image was registered under a name that was free.
    #[non_exhaustive]
    ImageRegistered {
        /// The name, with its tag.
        name: String,
        /// The image's digest.
        digest: String,
    },
    /// A name got another image. Containers that run keep the old image.
    #[non_exhaustive]
    ImageReplaced {
        /// The name, with its tag.
        name: String,
        /// The new image's digest.
        digest: String,
        /// The old image's digest.
        old: String,
    },
    /// A name was removed.
    #[non_exhaustive]
    ImageRemoved {
        /// The name, with its tag.
        name: String,
        /// The digest of the image that had the name.
        digest: String,
    },
    /// A container is being spawned. If its start fails, [`Event::ContainerStopped`] comes next.
    ContainerCreated(Subject),
    /// A container was called for the first time since it was created or restarted.
    ContainerStarted(Subject),
    /// A container has trapped.
    #[non_exhaustive]
    ContainerTrapped {
        /// The container that trapped.
        container: Subject,
        /// The text of the error that the call returned.
        cause: String,
    },
    /// A container is being restarted. If its start fails, [`Event::ContainerStopped`] comes next.
    ContainerRestarted(Subject),
    /// A container was stopped or dropped. If a stopped container is dropped later, no second event comes.
    ContainerStopped(Subject),
    /// The reader was too slow, so events before the next event were dropped.
    #[non_exhaustive]
    Lost {
        /// The number of dropped events.
        count: u64,
    },
}

/// The container that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Subject {
    /// The container's number. No other container of the registry ever gets the same number.
    pub id: u64,
    /// The container's name, as lists show it.
    pub name: Arc<str>,
    /// The image's name, if the image has a name.
    pub image: Option<Arc<str>>,
}

/// A subscription to the events of a registry.
///
/// It gets every event after [`Registry::events`] was called, in the order in which they happened. It ends when the
/// registry, its images and its containers are all dropped.
///
/// A slow reader never holds up the registry: it loses the oldest events, and gets [`Event::Lost`] in their place.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// use tairitsu::{Event, Registry};
///
/// let registry = Registry::new();
/// let events = registry.events();
/// registry.register_image("empty:v1", b"\0asm\x0d\0\x01\0")?;
/// assert!(matches!(events.try_recv(), Ok(Event::ImageRegistered { name, .. }) if name == "empty:v1"));
/// # Ok(())
/// # }
/// ```
///
/// [`Registry::events`]: crate::Registry::events
pub struct Events {
    subscription: Subscription<Event>,
}

impl Events {
    pub(crate) fn of(hub: &Arc<Hub<Event>>, capacity: usize) -> Self {
        Self { subscription: hub.subscribe(capacity) }
    }

    /// The next event, if it is there already.
    ///
    /// # Errors
    ///
    /// - [`TryRecvError::Empty`] if there is no event yet.
    /// - [`TryRecvError::Disconnected`] if no event will come any more.
    pub fn try_recv(&self) -> Result<Event, TryRecvError> {
        self.subscription.try_recv().map(event)
    }

    /// The next event. Waits for it, at most for `time`.
    ///
    /// # Errors
    ///
    /// - [`RecvTimeoutError::Timeout`] if no event came in that time.
    /// - [`RecvTimeoutError::Disconnected`] if no event will come any more.
    pub fn recv_timeout(&self, time: Duration) -> Result<Event, RecvTimeoutError> {
        self.subscription.recv(Some(time)).map(event)
    }
}

impl Events {
    /// The same events for a task, which waits for each without holding up its thread. The stream ends where
    /// [`Events`] end.
    #[cfg(feature = "async")]
    pub fn into_stream(self) -> EventStream {
        EventStream { events: self }
    }
}

/// The events of a registry as a [`Stream`](futures_core::Stream), on any executor. Made by [`Events::into_stream`].
#[cfg(feature = "async")]
#[derive(Debug)]
#[must_use = "a stream does nothing until it is polled"]
pub struct EventStream {
    events: Events,
}

#[cfg(feature = "async")]
impl futures_core::Stream for EventStream {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.events.subscription.poll_recv(cx).map(|received| received.map(event))
    }
}

/// Waits for each event.
impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.subscription.recv(None).ok().map(event)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

fn event(received: Received<Event>) -> Event {
    match received {
        Received::Value(event) => event,
        Received::Lost(count) => Event::Lost { count },
    }
}
