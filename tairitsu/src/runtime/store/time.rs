//! The time of one call: when it began, and whether it may go on.

use crate::runtime::base::cause::Cause;
use crate::runtime::engine::ticker::{Pulse, TICK};
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::status::Status;
use std::sync::Arc;
use std::time::Duration;

/// The time of the call that began last. A clone keeps the time of its own call.
#[derive(Clone)]
pub(crate) struct CallTime {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pulse: Arc<Pulse>,
    /// When the call began, in ticks. The true start is up to one tick later.
    pub(crate) began: u64,
    pub(crate) limit: Option<Duration>,
}

impl CallTime {
    /// Checks whether the call may go on.
    ///
    /// # Errors
    ///
    /// - [`Cause::Stopped`] if the container was stopped.
    /// - [`Cause::Deadline`] if the call is over its deadline.
    pub(crate) fn may_go_on(&self) -> Result<(), Cause> {
        if self.shared.status() == Status::Stopped {
            return Err(Cause::Stopped);
        }
        match self.limit {
            Some(limit) if self.elapsed() >= limit => Err(Cause::Deadline { limit }),
            _ => Ok(()),
        }
    }

    /// The same check, after a function of the host, which may have taken long.
    #[inline]
    pub(crate) fn after_host(&self) -> Result<(), Cause> {
        if self.pulse.ticks() == self.began { Ok(()) } else { self.may_go_on() }
    }

    /// The time that the call has left. `None` without a deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.limit.map(|limit| limit.saturating_sub(self.elapsed()))
    }

    /// The tick at which the call is surely over its deadline. `None` without a deadline.
    pub(crate) fn due(&self) -> Option<u64> {
        self.limit.map(|limit| self.began.saturating_add(Pulse::ticks_in(limit)).saturating_add(2))
    }

    /// The time that the call has taken, or up to one tick less.
    fn elapsed(&self) -> Duration {
        self.pulse.since(self.began).saturating_sub(TICK)
    }
}
