//! WASI's blocking functions. A guest that waits in them still meets its deadline, and can be stopped.
//!
//! wasmtime-wasi blocks the thread until the wait is over. These functions wait in steps. Between two steps they check
//! whether the call may go on.

use crate::runtime::base::cause::Cause;
use crate::runtime::base::executor;
use crate::runtime::store::state::State;
use crate::runtime::store::time::CallTime;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::io::{poll as later_poll, streams as later_streams};
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, StreamError, StreamResult};

/// The length of one step.
const STEP: Duration = Duration::from_millis(10);

/// Waits for a function of WASI, for as long as the call may go on. The thread may be one of a tokio runtime.
///
/// # Errors
///
/// - Those of [`CallTime::may_go_on`].
pub(super) fn wait<F: Future>(time: &CallTime, future: F) -> Result<F::Output, Cause> {
    executor::block_on(async {
        let mut future = pin!(future);
        // Most futures are ready at once, and need no timer.
        if let Poll::Ready(result) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
            return Ok(result);
        }
        loop {
            if let Ok(result) = tokio::time::timeout(STEP, &mut future).await {
                return Ok(result);
            }
            time.may_go_on()?;
        }
    })
}

/// Replaces wasmtime-wasi's `poll` and `streams` with the functions below.
pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    poll::add_to_linker::<State, HasIo>(linker, open)?;
    streams::add_to_linker::<State, HasIo>(linker, open)
}

struct HasIo;

impl HasData for HasIo {
    type Data<'a> = Io<'a>;
}

/// A container's handles, and the time of the container's call.
struct Io<'a> {
    table: &'a mut ResourceTable,
    time: Arc<CallTime>,
}

fn open(state: &mut State) -> Io<'_> {
    let time = state.time.clone();
    Io { table: state.ctx().table, time }
}

impl Io<'_> {
    /// Waits for the future that `start` makes from the handles, for as long as the call may go on.
    fn wait<'t, R, F>(&'t mut self, start: impl FnOnce(&'t mut ResourceTable) -> F) -> Result<R, Cause>
    where
        F: Future<Output = R>,
    {
        wait(&self.time, start(self.table))
    }

    /// Runs a function that does not wait, but may use the runtime that drives sockets and timers.
    fn at_once<R>(&mut self, function: impl FnOnce(&mut ResourceTable) -> R) -> R {
        executor::block_on(async { function(self.table) })
    }
}

fn flatten<T>(result: Result<StreamResult<T>, Cause>) -> StreamResult<T> {
    result.unwrap_or_else(|cause| Err(StreamError::Trap(cause.into())))
}

impl poll::Host for Io<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        self.wait(|table| later_poll::Host::poll(table, pollables))?
    }
}

impl poll::HostPollable for Io<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        executor::block_on(later_poll::HostPollable::ready(self.table, pollable))
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.wait(|table| later_poll::HostPollable::block(table, pollable))?
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        later_poll::HostPollable::drop(self.table, pollable)
    }
}

impl streams::Host for Io<'_> {
    fn convert_stream_error(&mut self, error: StreamError) -> wasmtime::Result<streams::StreamError> {
        streams::Host::convert_stream_error(self.table, error)
    }
}

// Functions that do not block call the same functions of wasmtime-wasi.

impl streams::HostInputStream for Io<'_> {
    fn read(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<Vec<u8>> {
        self.at_once(|table| streams::HostInputStream::read(table, stream, len))
    }

    fn blocking_read(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<Vec<u8>> {
        flatten(self.wait(|table| later_streams::HostInputStream::blocking_read(table, stream, len)))
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        self.at_once(|table| streams::HostInputStream::skip(table, stream, len))
    }

    fn blocking_skip(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        flatten(self.wait(|table| later_streams::HostInputStream::blocking_skip(table, stream, len)))
    }

    fn subscribe(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        streams::HostInputStream::subscribe(self.table, stream)
    }

    fn drop(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<()> {
        // A drop waits for what the stream does in the background.
        self.wait(|table| later_streams::HostInputStream::drop(table, stream))?
    }
}

impl streams::HostOutputStream for Io<'_> {
    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        self.at_once(|table| streams::HostOutputStream::check_write(table, stream))
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        self.at_once(|table| streams::HostOutputStream::write(table, stream, bytes))
    }

    fn blocking_write_and_flush(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        flatten(self.wait(|table| later_streams::HostOutputStream::blocking_write_and_flush(table, stream, bytes)))
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        self.at_once(|table| streams::HostOutputStream::flush(table, stream))
    }

    fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        flatten(self.wait(|table| later_streams::HostOutputStream::blocking_flush(table, stream)))
    }

    fn subscribe(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        streams::HostOutputStream::subscribe(self.table, stream)
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, len: u64) -> StreamResult<()> {
        self.at_once(|table| streams::HostOutputStream::write_zeroes(table, stream, len))
    }

    fn blocking_write_zeroes_and_flush(&mut self, stream: Resource<DynOutputStream>, len: u64) -> StreamResult<()> {
        flatten(self.wait(|table| later_streams::HostOutputStream::blocking_write_zeroes_and_flush(table, stream, len)))
    }

    fn splice(&mut self, to: Resource<DynOutputStream>, from: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        self.at_once(|table| streams::HostOutputStream::splice(table, to, from, len))
    }

    fn blocking_splice(
        &mut self,
        to: Resource<DynOutputStream>,
        from: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<u64> {
        flatten(self.wait(|table| later_streams::HostOutputStream::blocking_splice(table, to, from, len)))
    }

    fn drop(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<()> {
        self.wait(|table| later_streams::HostOutputStream::drop(table, stream))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::engine::machine::{Machine, Settings};
    use crate::runtime::ledger::meters::Meters;
    use crate::runtime::ledger::shared::Shared;
    use std::pin::Pin;
    use std::time::Instant;
    use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable};

    const MS: Duration = Duration::from_millis(1);

    /// A stream whose work in the background does not end: a file of a disk that does not answer.
    struct Stuck;

    type Boxed<'f> = Pin<Box<dyn Future<Output = ()> + Send + 'f>>;

    impl Pollable for Stuck {
        fn ready<'s, 'f>(&'s mut self) -> Boxed<'f>
        where
            's: 'f,
        {
            Box::pin(std::future::pending())
        }
    }

    impl InputStream for Stuck {
        fn read(&mut self, _: usize) -> StreamResult<bytes::Bytes> {
            Ok(bytes::Bytes::new())
        }

        fn cancel<'s, 'f>(&'s mut self) -> Boxed<'f>
        where
            's: 'f,
        {
            Box::pin(std::future::pending())
        }
    }

    impl OutputStream for Stuck {
        fn write(&mut self, _: bytes::Bytes) -> StreamResult<()> {
            Ok(())
        }

        fn flush(&mut self) -> StreamResult<()> {
            Ok(())
        }

        fn check_write(&mut self) -> StreamResult<usize> {
            Ok(1)
        }

        fn cancel<'s, 'f>(&'s mut self) -> Boxed<'f>
        where
            's: 'f,
        {
            Box::pin(std::future::pending())
        }
    }

    /// Drops both kinds of streams in a call with this deadline.
    fn drops(limit: Duration, stop_after: Option<Duration>) -> [(wasmtime::Result<()>, Duration); 2] {
        let machine = Machine::new(Settings::default(), None).unwrap();
        let shared = Arc::new(Shared::new(1, Some("stuck"), None, &Arc::default(), &Meters::new(false)));
        let time = Arc::new(CallTime::new(shared.clone(), machine.ticker.pulse().clone(), Some(limit)));
        let mut table = ResourceTable::new();
        let input = table.push(Box::new(Stuck) as DynInputStream).unwrap();
        let output = table.push(Box::new(Stuck) as DynOutputStream).unwrap();
        let mut io = Io { table: &mut table, time: time.clone() };
        let mut timed = |drop: &mut dyn FnMut(&mut Io<'_>) -> wasmtime::Result<()>| {
            time.begin();
            let start = Instant::now();
            let result = drop(&mut io);
            (result, start.elapsed())
        };
        std::thread::scope(|scope| {
            if let Some(after) = stop_after {
                scope.spawn(move || {
                    std::thread::sleep(after);
                    shared.stop();
                });
            }
            let (mut input, mut output) = (Some(input), Some(output));
            [
                timed(&mut |io| streams::HostInputStream::drop(io, input.take().unwrap())),
                timed(&mut |io| streams::HostOutputStream::drop(io, output.take().unwrap())),
            ]
        })
    }

    #[test]
    fn a_dropped_stream_waits_for_its_work_until_the_deadline() {
        for (result, took) in drops(100 * MS, None) {
            let error = result.unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(Cause::Deadline { .. })), "{error:?}");
            assert!((100 * MS..10_000 * MS).contains(&took), "{took:?}");
        }
    }

    #[test]
    fn a_stop_ends_the_wait_of_a_dropped_stream() {
        for (result, took) in drops(60_000 * MS, Some(50 * MS)) {
            let error = result.unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(Cause::Stopped)), "{error:?}");
            assert!(took < 10_000 * MS, "{took:?}");
        }
    }
}
