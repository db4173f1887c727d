//! A view of a container that any thread can use.

use super::info::{ContainerInfo, Ending};
use super::shared::Shared;
use super::status::Status;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A view of a container that any thread can use. It shows the container's status, stops the container, and waits for
/// its end. Cheap to clone.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// use tairitsu::{Container, Ending, Registry};
///
/// let image = Registry::new().load_image(b"\0asm\x0d\0\x01\0")?;
/// let container = Container::builder(&image).build()?;
/// let handle = container.handle();
/// let waiter = std::thread::spawn(move || handle.wait());
/// container.handle().stop();
/// assert!(matches!(waiter.join().unwrap(), Ending::Stopped));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl Handle {
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: shared.clone() }
    }

    /// Stops the container.
    ///
    /// A call that runs ends with [`CallError::Stopped`]. Guest code ends within 20 ms (two ticks of 10 ms). A host
    /// function is not interrupted, so the call ends when the host function returns. But a guest that waits in WASI is
    /// interrupted.
    ///
    /// The container's instance and memory are freed when its owner next uses or drops the container.
    ///
    /// [`CallError::Stopped`]: crate::CallError::Stopped
    pub fn stop(&self) {
        self.shared.stop();
        self.shared.wake();
    }

    /// Waits until the container stops or traps, and returns how it ended. Returns at once if the container has ended
    /// already. If the container ends and is restarted during the wait, that end is returned.
    ///
    /// If the thread that owns the container calls this, it waits until another thread stops the container; this may be
    /// forever. After a stop from outside, the container's last call may still run when this returns: see
    /// [`Handle::stop`].
    pub fn wait(&self) -> Ending {
        // Without a time limit, `wait` returns only after an end.
        self.shared.wait(None).unwrap_or(Ending::Stopped)
    }

    /// Waits like [`Handle::wait`], but at most for `time`. Returns `None` if the container has not ended by then.
    pub fn wait_timeout(&self, time: Duration) -> Option<Ending> {
        self.shared.wait(Some(time))
    }

    /// The container's status. A dropped container is stopped.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Everything that is known of the container.
    pub fn info(&self) -> ContainerInfo {
        self.shared.info()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.shared.info()).finish()
    }
}
