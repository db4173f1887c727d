//! The futures that an `async fn` of a `#[host]` trait makes, and a way to wait for one on a thread.

use std::future::Future;
use std::pin::Pin;

#[cfg(all(not(feature = "runtime"), not(target_family = "wasm")))]
use pollster::block_on;

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
/// inside a tokio runtime: the one that the thread is in, or else the one that WASI uses.
///
/// # Panics
///
/// - With the `wasi` feature, if the future waits and the thread is the only one of a tokio runtime.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    #[cfg(all(feature = "runtime", not(target_family = "wasm")))]
    return match crate::runtime::executor::wait(future) {
        Ok(result) => result,
        // The panic is an error of the call. So the program's hook need not print it.
        Err(stuck) => std::panic::resume_unwind(Box::new(stuck.to_string())),
    };
    #[cfg(not(all(feature = "runtime", not(target_family = "wasm"))))]
    block_on(future)
}

/// Nothing else runs beside a guest, so that nothing could wake a future that waits.
#[cfg(target_family = "wasm")]
fn block_on<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(result) => result,
        std::task::Poll::Pending => panic!("a future waits in a guest, where nothing can wake it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Poll;
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
