//! A call's future, bound by the call's deadline and by a stop.
//!
//! Guest code ends by the epoch, as in any call. While it waits (in WASI) no guest code runs, so that the
//! future is woken when its time is over, and ends then: what it waited for is dropped.

use super::time::CallTime;
use crate::runtime::engine::ticker::Alarm;
use crate::runtime::ledger::shared::Shared;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};

/// Bounds a call that has begun.
pub(crate) struct Watch(pub(crate) CallTime);

impl Watch {
    /// Runs a call until it ends by itself, or is not to go on.
    pub(crate) async fn over<R>(&self, call: impl Future<Output = wasmtime::Result<R>>) -> wasmtime::Result<R> {
        let mut call = pin!(call);
        // Most calls wait for nothing.
        let mut waiting = None;
        poll_fn(|cx| {
            if let Poll::Ready(result) = call.as_mut().poll(cx) {
                return Poll::Ready(result);
            }
            // Whoever stops it after this wakes it, and whoever did before is seen below.
            waiting.get_or_insert_with(|| self.wait()).set(cx.waker());
            match self.0.may_go_on() {
                Ok(()) => Poll::Pending,
                Err(cause) => Poll::Ready(Err(cause.into())),
            }
        })
        .await
    }

    fn wait(&self) -> Waiting<'_> {
        let CallTime { shared, pulse, .. } = &self.0;
        Waiting { shared, alarm: self.0.due().map(|due| Alarm::new(pulse, due)) }
    }
}

/// A call that is woken by a stop and at its end. Nobody is once this is dropped.
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
