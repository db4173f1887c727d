//! What happens in a registry, as a stream.

use crate::runtime::ledger::broadcast::{Hub, Received, Subscription};
use std::fmt;
#[cfg(feature = "async")]
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError};
#[cfg(feature = "async")]
use std::task::{Context, Poll};
use std::time::Duration;

/// Something that has happened in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A name that was free has an image.
    #[non_exhaustive]
    ImageRegistered {
        /// The name, with its tag.
        name: String,
        /// The image's digest.
        digest: String,
    },
    /// A name has another image. What runs goes on with the old one.
    #[non_exhaustive]
    ImageReplaced {
        /// The name, with its tag.
        name: String,
        /// The new image's digest.
        digest: String,
        /// The old one's.
        old: String,
    },
    /// A name was forgotten.
    #[non_exhaustive]
    ImageRemoved {
        /// The name, with its tag.
        name: String,
        /// The digest of the image that it had.
        digest: String,
    },
    /// A container is being spawned. If its start fails, it is stopped next.
    ContainerCreated(Subject),
    /// A container was called for the first time since it was created or restarted.
    ContainerStarted(Subject),
    /// A container has trapped.
    #[non_exhaustive]
    ContainerTrapped {
        /// Which.
        container: Subject,
        /// What the call ended in, as its error says it.
        cause: String,
    },
    /// A container is being restarted. If its start fails, it is stopped next.
    ContainerRestarted(Subject),
    /// A container was stopped or dropped. One that is dropped after it was stopped is not heard of again.
    ContainerStopped(Subject),
    /// Events that came before the next one were dropped, since the reader was late.
    #[non_exhaustive]
    Lost {
        /// How many.
        count: u64,
    },
}

/// The container that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Subject {
    /// A number that no other container of the registry has had.
    pub id: u64,
    /// Its name in a list.
    pub name: Arc<str>,
    /// The image's name, where it has one.
    pub image: Option<Arc<str>>,
}

/// A subscription to the events of a registry, from [`Registry::events`] on and in the order in which they happened. It
/// ends when the registry, its images and its containers are all gone.
///
/// It holds up nobody: a reader that is late loses the oldest events, and finds [`Event::Lost`] in their place.
///
/// [`Registry::events`]: crate::Registry::events
pub struct Events {
    subscription: Subscription<Event>,
}

impl Events {
    pub(crate) fn of(hub: &Arc<Hub<Event>>, capacity: usize) -> Self {
        Self { subscription: hub.subscribe(capacity) }
    }

    /// The next event, if there is one.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if there is none yet, [`TryRecvError::Disconnected`] if there will be none.
    pub fn try_recv(&self) -> Result<Event, TryRecvError> {
        self.subscription.try_recv().map(event)
    }

    /// The next event, for which it waits so long.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`] if there is none yet, [`RecvTimeoutError::Disconnected`] if there will be none.
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
