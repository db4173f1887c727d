//! WASI for guests that import it, with nothing granted: no files, no environment, no arguments, no input, no
//! network. What the guest prints goes to `tracing`, a line an event. Clocks and random numbers are the host's.

use super::check::same_track;
use super::container::State;
use super::error::message;
use super::{Error, Image};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// The interfaces of WASI 0.2 that wasmtime-wasi links.
const INTERFACES: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// Whether an import is WASI's, and is linked by [`link`].
pub(super) fn is_wasi(id: &str) -> bool {
    let name = id.split_once('@').map_or(id, |(name, _)| name);
    INTERFACES.contains(&name) && same_track(id, &format!("{name}@0.2.0"))
}

/// A container's WASI.
pub(super) struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
}

/// Links WASI for an image that imports any of it.
pub(super) fn link(linker: &mut Linker<State>, image: &Image) -> Result<Option<Wasi>, Error> {
    let resolve = image.resolve();
    if !image.world().imports.keys().any(|key| is_wasi(&resolve.name_world_key(key))) {
        return Ok(None);
    }
    wasmtime_wasi::p2::add_to_linker_sync(linker)
        .map_err(|error| Error::Link { interface: "wasi".into(), message: message(&error) })?;
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(Lines::new("stdout"))
        .stderr(Lines::new("stderr"))
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false);
    Ok(Some(Wasi { ctx: builder.build(), table: ResourceTable::new() }))
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let Some(wasi) = &mut self.wasi else {
            unreachable!("WASI's functions are linked only together with its state")
        };
        WasiCtxView { ctx: &mut wasi.ctx, table: &mut wasi.table }
    }
}

/// The longest line, in bytes: a longer one is cut into several events.
const MAX_LINE: usize = 8 * 1024;

/// A stream whose lines become `tracing` events.
#[derive(Clone)]
struct Lines {
    stream: &'static str,
    partial: Arc<Mutex<Vec<u8>>>,
}

impl Lines {
    fn new(stream: &'static str) -> Self {
        Self { stream, partial: Arc::default() }
    }

    fn take(&self, bytes: &[u8]) {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            for chunk in part.chunks(MAX_LINE) {
                if partial.len() + chunk.len() > MAX_LINE {
                    self.event(&std::mem::take(&mut *partial));
                }
                partial.extend_from_slice(chunk);
            }
            if part.ends_with(b"\n") {
                self.event(&std::mem::take(&mut *partial));
            }
        }
    }

    fn event(&self, line: &[u8]) {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line));
        match self.stream {
            "stderr" => tracing::warn!(target: "tairitsu::guest", stream = self.stream, "{line}"),
            _ => tracing::info!(target: "tairitsu::guest", stream = self.stream, "{line}"),
        }
    }
}

impl Drop for Lines {
    /// The last line of a guest may lack its end.
    fn drop(&mut self) {
        if let Some(partial) = Arc::get_mut(&mut self.partial) {
            let partial = std::mem::take(partial.get_mut().unwrap_or_else(PoisonError::into_inner));
            if !partial.is_empty() {
                self.event(&partial);
            }
        }
    }
}

impl IsTerminal for Lines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Lines {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_LINE)
    }
}

impl tokio::io::AsyncWrite for Lines {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
