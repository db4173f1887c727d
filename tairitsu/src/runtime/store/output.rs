//! Where a guest's standard output and standard error go.

use crate::runtime::base::caught::caught;
use crate::runtime::base::cause::Cause;
use crate::runtime::ledger::shared::Shared;
use std::collections::VecDeque;
use std::fmt;
use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// The longest line of an event, in bytes. A longer line is cut into several events.
const MAX_LINE: usize = 8 * 1024;

/// How much of standard error is kept for the error of a trap, in bytes.
const TAIL: usize = 4 * 1024;

/// Where a guest's standard output or standard error goes.
///
/// ```
/// use tairitsu::{Output, Wasi};
///
/// let wasi = Wasi::new().stdout(Output::captured(64 << 10)).stderr(Output::inherited());
/// # let _ = wasi;
/// ```
#[derive(Clone, Default)]
#[must_use = "it has no effect until it is given to a builder"]
pub struct Output {
    kind: Kind,
}

#[derive(Clone, Default)]
enum Kind {
    #[default]
    Tracing,
    Discarded,
    Inherited,
    Captured(usize),
    Writer(Arc<dyn Fn() -> Box<dyn Write + Send> + Send + Sync>),
}

impl Output {
    /// Sends each line to `tracing`, as an event with the target `tairitsu::guest`. This is the default.
    pub fn tracing() -> Self {
        Self::default()
    }

    /// Discards the output.
    pub fn discarded() -> Self {
        Self { kind: Kind::Discarded }
    }

    /// Sends the output to the host's own stream.
    pub fn inherited() -> Self {
        Self { kind: Kind::Inherited }
    }

    /// Keeps the last `bytes` of the output in memory. `Container::take_stdout` and `Container::take_stderr` return
    /// them.
    pub fn captured(bytes: usize) -> Self {
        Self { kind: Kind::Captured(bytes) }
    }

    /// Makes a container's sink. Returns the message of the panic if the host's function for a writer panics.
    pub(crate) fn sink(&self) -> Result<Sink, String> {
        Ok(match &self.kind {
            Kind::Tracing => Sink::Tracing(Vec::new()),
            Kind::Discarded => Sink::Discarded,
            Kind::Inherited => Sink::Inherited,
            Kind::Captured(max) => Sink::Captured(*max, VecDeque::new()),
            Kind::Writer(make) => Sink::Writer(caught(|| make())?),
        })
    }

    /// Whether making a container's stream calls a function of the host.
    pub(crate) fn is_writer(&self) -> bool {
        matches!(self.kind, Kind::Writer(_))
    }

    /// Sends the output to a writer. `make` makes a writer for each container.
    pub fn writer<W: Write + Send + 'static>(make: impl Fn() -> W + Send + Sync + 'static) -> Self {
        Self { kind: Kind::Writer(Arc::new(move || Box::new(make()))) }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Tracing => "tracing",
            Kind::Discarded => "discarded",
            Kind::Inherited => "inherited",
            Kind::Captured(_) => "captured",
            Kind::Writer(_) => "writer",
        })
    }
}

/// Standard output or standard error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// A container's stream. All clones share one stream.
#[derive(Clone)]
pub(crate) struct Pipe {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    stream: Stream,
    sink: Sink,
    /// The last bytes of standard error that the call of this number wrote.
    tail: (u64, VecDeque<u8>),
    /// Counts the container's calls.
    shared: Arc<Shared>,
}

/// Where the bytes of one container go.
pub(crate) enum Sink {
    /// The line so far.
    Tracing(Vec<u8>),
    Discarded,
    Inherited,
    Captured(usize, VecDeque<u8>),
    Writer(Box<dyn Write + Send>),
}

impl Pipe {
    pub(crate) fn new(stream: Stream, sink: Sink, shared: &Arc<Shared>) -> Self {
        let inner = Inner { stream, sink, tail: (0, VecDeque::new()), shared: shared.clone() };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Takes the bytes that were captured since the last call.
    pub(crate) fn take(&self) -> Vec<u8> {
        match &mut self.lock().sink {
            Sink::Captured(_, bytes) => std::mem::take(bytes).into(),
            _ => Vec::new(),
        }
    }

    /// The last bytes of standard error in the current call, as text.
    pub(crate) fn tail(&self) -> String {
        let inner = self.lock();
        let (call, tail) = &inner.tail;
        if *call != inner.shared.calls() {
            return String::new();
        }
        let (a, b) = tail.as_slices();
        String::from_utf8_lossy(&[a, b].concat()).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_write(&self, bytes: &[u8]) -> StreamResult<()> {
        let mut inner = self.lock();
        if inner.stream == Stream::Stderr {
            let call = inner.shared.calls();
            if inner.tail.0 != call {
                inner.tail.0 = call;
                inner.tail.1.clear();
            }
            push_bounded(&mut inner.tail.1, bytes, TAIL);
        }
        inner.write(bytes)
    }
}

impl Inner {
    fn write(&mut self, bytes: &[u8]) -> StreamResult<()> {
        let stream = self.stream;
        let result = match &mut self.sink {
            Sink::Tracing(line) => {
                lines(stream, line, bytes);
                Ok(())
            }
            Sink::Discarded => Ok(()),
            Sink::Inherited => match stream {
                Stream::Stdout => std::io::stdout().write_all(bytes),
                Stream::Stderr => std::io::stderr().write_all(bytes),
            },
            Sink::Captured(max, captured) => {
                push_bounded(captured, bytes, *max);
                Ok(())
            }
            Sink::Writer(writer) => return guarded(stream, || writer.write_all(bytes)),
        };
        result.map_err(|error| StreamError::LastOperationFailed(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        let stream = self.stream;
        match &mut self.sink {
            Sink::Inherited => match stream {
                Stream::Stdout => std::io::stdout().flush(),
                Stream::Stderr => std::io::stderr().flush(),
            }
            .map_err(|error| StreamError::LastOperationFailed(error.into())),
            Sink::Writer(writer) => guarded(stream, || writer.flush()),
            Sink::Tracing(_) | Sink::Discarded | Sink::Captured(..) => Ok(()),
        }
    }
}

impl Drop for Inner {
    /// Sends the last line, which may lack its line end.
    fn drop(&mut self) {
        if let Sink::Tracing(line) = &mut self.sink
            && !line.is_empty()
        {
            event(self.stream, line);
        }
    }
}

/// Calls a writer. A writer's panic ends the call, as a provider's panic does.
fn guarded(stream: Stream, write: impl FnOnce() -> std::io::Result<()>) -> StreamResult<()> {
    match caught(write) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(StreamError::LastOperationFailed(error.into())),
        Err(message) => {
            let function = match stream {
                Stream::Stdout => "wasi:cli/stdout",
                Stream::Stderr => "wasi:cli/stderr",
            };
            let cause = Cause::Provider { function: function.into(), message };
            Err(StreamError::Trap(cause.into()))
        }
    }
}

/// Keeps the last `max` bytes.
fn push_bounded(buffer: &mut VecDeque<u8>, bytes: &[u8], max: usize) {
    let bytes = &bytes[bytes.len().saturating_sub(max)..];
    let excess = (buffer.len() + bytes.len()).saturating_sub(max);
    buffer.drain(..excess);
    buffer.extend(bytes);
}

/// Makes an event of each whole line.
fn lines(stream: Stream, line: &mut Vec<u8>, bytes: &[u8]) {
    for part in bytes.split_inclusive(|&byte| byte == b'\n') {
        for chunk in part.chunks(MAX_LINE) {
            if line.len() + chunk.len() > MAX_LINE {
                event(stream, &std::mem::take(line));
            }
            line.extend_from_slice(chunk);
        }
        if part.ends_with(b"\n") {
            event(stream, &std::mem::take(line));
        }
    }
}

fn event(stream: Stream, line: &[u8]) {
    let line = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line));
    match stream {
        Stream::Stderr => tracing::warn!(target: "tairitsu::guest", stream = "stderr", "{line}"),
        Stream::Stdout => tracing::info!(target: "tairitsu::guest", stream = "stdout", "{line}"),
    }
}

impl IsTerminal for Pipe {
    fn is_terminal(&self) -> bool {
        let inner = self.lock();
        match (&inner.sink, inner.stream) {
            (Sink::Inherited, Stream::Stdout) => std::io::IsTerminal::is_terminal(&std::io::stdout()),
            (Sink::Inherited, Stream::Stderr) => std::io::IsTerminal::is_terminal(&std::io::stderr()),
            _ => false,
        }
    }
}

impl StdoutStream for Pipe {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Pipe {
    async fn ready(&mut self) {}
}

impl OutputStream for Pipe {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        // The guest was permitted so many bytes. More of them may take longer than the call.
        if bytes.len() > MAX_LINE {
            return Err(StreamError::trap("a write of more bytes than `check-write` permits"));
        }
        self.try_write(&bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.lock().flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_LINE)
    }
}

impl tokio::io::AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Poll::Ready(self.try_write(bytes).map(|()| bytes.len()).map_err(std::io::Error::other))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(self.lock().flush().map_err(std::io::Error::other))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.poll_flush(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_are_kept() {
        let mut buffer = VecDeque::new();
        for (bytes, expected) in [("abc", "abc"), ("de", "bcde"), ("", "bcde"), ("123456", "3456"), ("x", "456x")] {
            push_bounded(&mut buffer, bytes.as_bytes(), 4);
            assert_eq!(Vec::from(buffer.clone()), expected.as_bytes());
        }
        push_bounded(&mut buffer, b"abc", 0);
        assert!(buffer.is_empty());
    }
}
