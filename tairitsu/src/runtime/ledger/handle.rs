//! A hold on a container from any thread.

use super::info::{ContainerInfo, Ending};
use super::shared::Shared;
use super::status::Status;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A hold on a container from any thread: it shows how the container is, stops it, and waits for its end.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl Handle {
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: shared.clone() }
    }

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
        self.shared.wait(None).unwrap_or(Ending::Stopped)
    }

    /// [`Handle::wait`], for so long; nothing, if the container has not ended then.
    pub fn wait_timeout(&self, time: Duration) -> Option<Ending> {
        self.shared.wait(Some(time))
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
