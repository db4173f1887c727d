//! A call's future, bound by the call's deadline and by a stop.
//!
//! Guest code ends by the epoch, as in any call. While it waits (in WASI) no guest code runs, so that the
//! future is woken when its time is over, and ends then: what it waited for is dropped.

use super::info::Shared;
use super::life::Status;
use super::state::{Cause, State};
use super::ticker::{Alarm, Pulse, TICK};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// What bounds a call that has begun.
pub(super) struct Watch {
    shared: Arc<Shared>,
    pulse: Arc<Pulse>,
    /// In ticks.
    began: u64,
    limit: Option<Duration>,
}

impl Watch {
    /// Of the call that was armed last.
    pub(super) fn of(state: &State) -> Self {
        Self {
            shared: state.shared.clone(),
            pulse: state.machine().ticker.pulse().clone(),
            began: state.began(),
            limit: state.limits().deadline,
        }
    }

    /// Runs a call until it ends by itself, or is not to go on.
    pub(super) async fn over<R>(&self, call: impl Future<Output = wasmtime::Result<R>>) -> wasmtime::Result<R> {
        let mut call = pin!(call);
        // Most calls wait for nothing.
        let mut waiting = None;
        poll_fn(|cx| {
            if let Poll::Ready(result) = call.as_mut().poll(cx) {
                return Poll::Ready(result);
            }
            // Whoever stops it after this wakes it, and whoever did before is seen below.
            waiting.get_or_insert_with(|| self.wait()).set(cx.waker());
            match self.may_go_on() {
                Ok(()) => Poll::Pending,
                Err(cause) => Poll::Ready(Err(cause.into())),
            }
        })
        .await
    }

    fn wait(&self) -> Waiting<'_> {
        // At that tick the limit is reached, by the measure of `State`.
        let due = self.limit.map(|limit| self.began.saturating_add(Pulse::ticks_in(limit)).saturating_add(2));
        Waiting { shared: &self.shared, alarm: due.map(|due| Alarm::new(&self.pulse, due)) }
    }

    fn may_go_on(&self) -> Result<(), Cause> {
        if self.shared.status() == Status::Stopped {
            return Err(Cause::Stopped);
        }
        match self.limit {
            Some(limit) if self.pulse.since(self.began).saturating_sub(TICK) >= limit => Err(Cause::Deadline { limit }),
            _ => Ok(()),
        }
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
