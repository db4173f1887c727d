//! How a thread waits for a future, on any executor and on none.
//!
//! WASI's files, sockets and timers are built on tokio. So is much of what a provider awaits. A thread that waits may be a
//! thread of a tokio runtime itself, and tokio refuses to block such a thread. So these functions park the thread without
//! tokio, and see to it that somebody else drives the timers and sockets.

use std::fmt;
#[cfg(not(feature = "wasi"))]
use std::future::Future;

/// A future that only the waiting thread could complete.
#[derive(Debug)]
pub(crate) struct Stuck;

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "its `async fn` waits for tokio's current-thread runtime, whose only thread waits for this call: make the call by \
             `spawn_blocking`, in a runtime with several threads, or in an `AsyncContainer`",
        )
    }
}

#[cfg(feature = "wasi")]
mod with_tokio {
    use super::Stuck;
    use std::future::{Future, poll_fn};
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::pin::{Pin, pin};
    use std::sync::Arc;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll, Waker};
    use std::thread;
    use std::time::Duration;
    use tokio::runtime::{Handle, RuntimeFlavor};
    use tokio::task::block_in_place;
    use tokio::task::coop::unconstrained;
    use wasmtime_wasi::runtime::with_ambient_tokio_runtime;

    /// A runtime whose thread does not run a new task within this time has no thread to spare.
    const PATIENCE: Duration = Duration::from_millis(200);

    /// The runtime of wasmtime-wasi, which has threads of its own. It lives as long as the process.
    fn own() -> &'static Handle {
        static OWN: OnceLock<Handle> = OnceLock::new();
        OWN.get_or_init(|| {
            let find = || with_ambient_tokio_runtime(Handle::current);
            // A new thread is in no other runtime.
            let found = thread::Builder::new().spawn(find).ok().and_then(|thread| thread.join().ok());
            found.unwrap_or_else(find)
        })
    }

    /// Waits for a future of WASI, or of a guest. The thread may be in any tokio runtime.
    pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
        let around = Handle::try_current();
        let _entered = own().enter();
        // The budget of a task around this call must not end the wait.
        let mut future = pin!(unconstrained(future));
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return result;
        }
        match around.map(|around| around.runtime_flavor()) {
            Ok(RuntimeFlavor::CurrentThread) | Err(_) => pollster::block_on(future),
            Ok(_) => in_place(|| pollster::block_on(future)),
        }
    }

    /// Blocks the thread of a runtime with several threads. The other tasks of this thread move to another one.
    fn in_place<R>(block: impl FnOnce() -> R) -> R {
        // The root of a runtime is no worker, and has no other tasks.
        if tokio::task::try_id().is_none() {
            return block();
        }
        // tokio refuses a `LocalSet`, because its tasks cannot move.
        let mut block = Some(block);
        let blocked = catch_unwind(AssertUnwindSafe(|| block_in_place(|| block.take().map(|block| block()))));
        match (blocked, block) {
            (Ok(Some(result)), _) => result,
            (_, Some(block)) => block(),
            (Err(panic), None) => resume_unwind(panic),
            (Ok(None), None) => unreachable!("the function was there"),
        }
    }

    /// Polls a future that may use WASI. In the executors that are not tokio's, WASI uses a runtime of its own.
    pub(crate) fn poll<R>(poll: impl FnOnce() -> R) -> R {
        match Handle::try_current() {
            Ok(_) => poll(),
            Err(_) => {
                let _entered = own().enter();
                poll()
            }
        }
    }

    /// Waits for the future of a provider.
    ///
    /// # Errors
    ///
    /// - [`Stuck`] if the thread is the only one of a tokio runtime, so that the runtime stands still during the wait.
    pub(crate) fn wait<F: Future>(future: F) -> Result<F::Output, Stuck> {
        let mut future = pin!(unconstrained(future));
        let Ok(around) = Handle::try_current() else { return Ok(block_on(future)) };
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Ok(result);
        }
        match around.runtime_flavor() {
            RuntimeFlavor::CurrentThread => pollster::block_on(unless_stuck(future, &around)),
            _ => Ok(in_place(|| pollster::block_on(future))),
        }
    }

    /// Finds out, by a task of its own, whether another thread drives the runtime. `spawn_blocking` has such threads.
    async fn unless_stuck<F: Future>(mut future: Pin<&mut F>, around: &Handle) -> Result<F::Output, Stuck> {
        let is_driven = Arc::new(AtomicBool::new(false));
        let driven = is_driven.clone();
        around.spawn(async move { driven.store(true, Ordering::Relaxed) });
        let entered = own().enter();
        let patience = tokio::time::sleep(PATIENCE);
        drop(entered);
        let mut patience = pin!(patience);
        let mut waits = false;
        poll_fn(|cx| {
            if let Poll::Ready(result) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(result));
            }
            if waits || is_driven.load(Ordering::Relaxed) || patience.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            // The runtime may only be busy. A thread that may block is not the runtime's.
            waits = catch_unwind(|| block_in_place(|| ())).is_ok();
            if waits { Poll::Pending } else { Poll::Ready(Err(Stuck)) }
        })
        .await
    }
}

#[cfg(feature = "wasi")]
pub(crate) use with_tokio::{block_on, poll, wait};

/// Waits for a future.
#[cfg(all(feature = "async", not(feature = "wasi")))]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    pollster::block_on(future)
}

/// Polls a future.
#[cfg(not(feature = "wasi"))]
pub(crate) fn poll<R>(poll: impl FnOnce() -> R) -> R {
    poll()
}

/// Waits for the future of a provider. Without WASI, nothing is known of the executor around it.
#[cfg(not(feature = "wasi"))]
pub(crate) fn wait<F: Future>(future: F) -> Result<F::Output, Stuck> {
    Ok(pollster::block_on(future))
}
