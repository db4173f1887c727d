//! What an `async fn` of a `#[host]` trait becomes, and how a thread waits for one.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The future of a provider's function.
pub type HostFuture<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// The future that a provider's `async fn` makes.
pub fn future<'f, T, F: Future<Output = T> + Send + 'f>(future: F) -> HostFuture<'f, T> {
    Box::pin(future)
}

/// The future of a function that waits for nothing.
pub fn ready<'f, T: Send + 'f>(result: T) -> HostFuture<'f, T> {
    Box::pin(std::future::ready(result))
}

/// Runs a future on this thread, which sleeps while it waits. The future finds a runtime of tokio's where WASI brings one along.
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

/// A lock of its own: a thread's token to be unparked may be somebody else's.
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
