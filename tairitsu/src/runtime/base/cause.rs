//! Why a host function, a limit or a stop ended a call.

use super::caught::caught;
use std::fmt;
use std::time::Duration;

/// Why the host ended a call.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "async"), allow(dead_code, reason = "no future is dropped"))]
pub(crate) enum Cause {
    Deadline {
        limit: Duration,
    },
    Memory {
        limit: usize,
    },
    Table {
        limit: usize,
    },
    HostBytes,
    Denied {
        function: String,
    },
    Missing {
        function: String,
    },
    Provider {
        function: String,
        message: String,
    },
    /// A provider without types returned an error, or a value has no form on the other side.
    Failed {
        function: String,
        message: String,
    },
    Linked {
        function: String,
        message: String,
    },
    /// A function of the host panicked that is none of a provider's.
    Host {
        message: String,
    },
    Dropped,
    Stopped,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Deadline { limit } => write!(f, "it took longer than its deadline of {limit:?}"),
            Cause::Memory { limit } => write!(f, "it asked for more memory than its limit of {limit} bytes"),
            Cause::Table { limit } => write!(f, "it asked for more table elements than its limit of {limit}"),
            Cause::HostBytes => f.write_str("it gave the host more at once than its limit"),
            Cause::Denied { function } => write!(f, "it called `{function}`, which is denied to it"),
            Cause::Missing { function } => write!(f, "it called `{function}`, which nobody provides"),
            Cause::Provider { function, message } => write!(f, "the provider of `{function}` panicked: {message}"),
            Cause::Failed { function, message } => write!(f, "the provider of `{function}` failed: {message}"),
            Cause::Linked { function, message } => write!(f, "the container behind `{function}` failed: {message}"),
            Cause::Host { message } => write!(f, "the host panicked while it served the guest: {message}"),
            Cause::Dropped => f.write_str("its future was dropped before it was done"),
            Cause::Stopped => f.write_str("the container was stopped"),
        }
    }
}

impl std::error::Error for Cause {}

/// Runs code that enters a guest. A panic on the way is the error of the call, so that the container ends: its guest was
/// left in the middle.
#[inline]
pub(crate) fn entering<R>(code: impl FnOnce() -> wasmtime::Result<R>) -> wasmtime::Result<R> {
    caught(code).unwrap_or_else(|message| Err(Cause::Host { message }.into()))
}

/// The exit code, if the guest ended the call by WASI's `exit`.
#[cfg(feature = "wasi")]
pub(crate) fn exit_code(error: &wasmtime::Error) -> Option<i32> {
    error.downcast_ref::<wasmtime_wasi::I32Exit>().map(|exit| exit.0)
}

/// Always `None`: without WASI, a guest has no `exit`.
#[cfg(not(feature = "wasi"))]
pub(crate) fn exit_code(_: &wasmtime::Error) -> Option<i32> {
    None
}
