//! The futures that an `async fn` of a `#[host]` trait makes, and a way to wait for one on a thread.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The future that a provider's function returns.
pub type HostFuture<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// Boxes the future of a provider's `async fn`.
pub fn future<'f, T, F: Future<Output = T> + Send + 'f>(future: F) -> HostFuture<'f, T> {
    Box::pin(future)
}

/// Makes a future that is ready with `result`.
pub fn ready<'f, T: Send + 'f>(result: T) -> HostFuture<'f, T> {
    Box::pin(std::future::ready(result))
}

/// Runs a future on this thread. The thread sleeps while the future waits. With the `wasi` feature, the future runs
/// inside the tokio runtime that WASI uses.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    #[cfg(all(feature = "wasi", not(target_family = "wasm")))]
    return wasmtime_wasi::runtime::with_ambient_tokio_runtime(|| block_on(future));
    #[cfg(not(all(feature = "wasi", not(target_family = "wasm"))))]
    block_on(future)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(signal.clone());
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => return result,
            Poll::Pending => signal.wait(),
        }
    }
}

/// Wakes the waiting thread. `Thread::unpark` does not suffice, because other code may take the thread's only token.
#[derive(Default)]
struct Signal {
    is_set: Mutex<bool>,
    set: Condvar,
}

impl Signal {
    fn wait(&self) {
        let is_set = self.is_set.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_set = self.set.wait_while(is_set, |is_set| !*is_set).unwrap_or_else(PoisonError::into_inner);
        *is_set = false;
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.is_set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.set.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn waits_for_another_thread() {
        let mut polls = 0;
        let result = wait(std::future::poll_fn(|cx| {
            polls += 1;
            if polls == 3 {
                return Poll::Ready("done");
            }
            let waker = cx.waker().clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(5));
                waker.wake();
            });
            Poll::Pending
        }));
        assert_eq!((result, polls), ("done", 3));
    }
}
