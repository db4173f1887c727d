//! The time of one call: when it began, and whether it may go on.

use crate::runtime::base::cause::Cause;
use crate::runtime::engine::ticker::Pulse;
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
    /// The call of another container that made this call, if this call has no limit of its own.
    pub(crate) caller: Option<Box<CallTime>>,
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
        match (self.limit, &self.caller) {
            (Some(limit), _) if self.elapsed() >= limit => Err(Cause::Deadline { limit }),
            (None, Some(caller)) => caller.may_go_on(),
            _ => Ok(()),
        }
    }

    /// The same check, after a function of the host, which may have taken long.
    #[inline]
    pub(crate) fn after_host(&self) -> Result<(), Cause> {
        if self.pulse.ticks() == self.began { Ok(()) } else { self.may_go_on() }
    }

    /// The tick at which the call is surely over its deadline. `None` without a deadline.
    pub(crate) fn due(&self) -> Option<u64> {
        self.limit.map(|limit| self.began.saturating_add(Pulse::ticks_in(limit)).saturating_add(2))
    }

    /// The time that the call has taken, or up to one tick less. It is never more, whatever the ticker did.
    fn elapsed(&self) -> Duration {
        self.pulse.surely_since(self.began)
    }
}
