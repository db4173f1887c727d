//! The future of a call, which ends at the call's deadline or at a stop.
//!
//! Guest code is ended by the epoch, as in any call. While the guest waits in WASI, no guest code runs. So the future
//! is woken when its time is over, and ends then. It drops the operation that it waited for.

use super::time::{self, CallTime};
use crate::runtime::base::caught::caught;
use crate::runtime::base::cause::Cause;
use crate::runtime::base::executor;
use crate::runtime::engine::ticker::Alarm;
use crate::runtime::ledger::shared::Shared;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};

/// Watches a call that has begun.
pub(crate) struct Watch(pub(crate) Arc<CallTime>);

impl Watch {
    /// Runs a call until it ends by itself, or may not go on.
    pub(crate) async fn over<R>(&self, call: impl Future<Output = wasmtime::Result<R>>) -> wasmtime::Result<R> {
        let mut call = pin!(call);
        // Most calls never wait, so this is made only when needed.
        let mut waiting = None;
        poll_fn(|cx| {
            // A panic on the way leaves the guest in the middle, as an error does.
            match caught(|| time::within(&self.0, || executor::poll(|| call.as_mut().poll(cx)))) {
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(result)) => return Poll::Ready(result),
                Err(message) => return Poll::Ready(Err(Cause::Host { message }.into())),
            }
            // A stop after this line wakes the task. The check below notices a stop before it.
            waiting.get_or_insert_with(|| self.wait()).set(cx.waker());
            match self.0.may_go_on() {
                Ok(()) => Poll::Pending,
                Err(cause) => Poll::Ready(Err(cause.into())),
            }
        })
        .await
    }

    fn wait(&self) -> Waiting<'_> {
        let CallTime { shared, pulse, .. } = &*self.0;
        Waiting { shared, alarm: self.0.due().map(|due| Alarm::new(pulse, due)) }
    }
}

/// Wakes a call at a stop and at its deadline, until this is dropped.
struct Waiting<'a> {
    shared: &'a Shared,
    alarm: Option<Alarm<'a>>,
}

impl Waiting<'_> {
    fn set(&self, waker: &Waker) {
        self.shared.set_waiting(Some(waker));
        if let Some(alarm) = &self.alarm {
            alarm.set(waker);
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.set_waiting(None);
    }
}
