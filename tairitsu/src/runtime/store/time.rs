//! The time of one call: when it began, and whether it may go on.
//!
//! Lifting has no access to its store. So the call that runs on a thread leaves its time in [`CURRENT`].

use crate::runtime::base::cause::Cause;
use crate::runtime::engine::ticker::Pulse;
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::status::Status;
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The time of the call in a store that began last. A store makes one call at a time.
pub(crate) struct CallTime {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pulse: Arc<Pulse>,
    /// When the call began, in ticks. The true start is up to one tick later.
    began: AtomicU64,
    /// When that tick was over, in nanoseconds of the clock. 0 until somebody has asked.
    end: AtomicU64,
    limit: Option<Duration>,
    /// The call of another container that made this call, if this call has no limit of its own.
    caller: Mutex<Option<Arc<CallTime>>>,
}

thread_local! {
    /// The time of the call that runs on this thread. Null if none runs.
    static CURRENT: Cell<*const CallTime> = const { Cell::new(ptr::null()) };
}

/// Runs code that belongs to a call, and leaves the call's time to [`current_may_go_on`] meanwhile.
///
/// Calls nest: the call around it is the current one again afterwards. A call that is a future is current while the
/// future is polled.
#[inline]
pub(crate) fn within<R>(time: &CallTime, code: impl FnOnce() -> R) -> R {
    /// Restores the time of the outer call on drop, so a panic restores it too.
    struct Before(*const CallTime);

    impl Drop for Before {
        #[inline]
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _before = Before(CURRENT.replace(time));
    code()
}

/// Checks whether the call that runs on this thread may go on. Without one, nothing is said against it.
pub(crate) fn current_may_go_on() -> Result<(), Cause> {
    // SAFETY: only `within` sets the pointer, to a reference that outlives the code that it runs. It sets the pointer back
    // before the reference ends.
    match unsafe { CURRENT.get().as_ref() } {
        Some(time) => time.after_host(),
        None => Ok(()),
    }
}

/// The container of the call that runs on this thread.
#[cfg(feature = "async")]
pub(crate) fn current_container() -> Option<Arc<Shared>> {
    // SAFETY: as in `current_may_go_on`.
    unsafe { CURRENT.get().as_ref() }.map(|time| time.shared.clone())
}

impl CallTime {
    pub(crate) fn new(shared: Arc<Shared>, pulse: Arc<Pulse>, limit: Option<Duration>) -> Self {
        Self { shared, pulse, began: AtomicU64::new(0), end: AtomicU64::new(0), limit, caller: Mutex::new(None) }
    }

    /// When the call began, in ticks.
    #[inline]
    pub(crate) fn began(&self) -> u64 {
        self.began.load(Relaxed)
    }

    /// Begins a call now.
    #[inline]
    pub(crate) fn begin(&self) {
        self.pulse.beat();
        self.began.store(self.pulse.ticks(), Relaxed);
        self.end.store(0, Relaxed);
    }

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
        let Some(limit) = self.limit else {
            let caller = self.caller().clone();
            return caller.map_or(Ok(()), |caller| caller.may_go_on());
        };
        if self.elapsed() >= limit { Err(Cause::Deadline { limit }) } else { Ok(()) }
    }

    /// Bounds the calls by the time of their caller, if they have no limit of their own. `None` ends that.
    pub(crate) fn set_caller(&self, caller: Option<&Arc<CallTime>>) {
        if self.limit.is_none() {
            *self.caller() = caller.cloned();
        }
    }

    fn caller(&self) -> MutexGuard<'_, Option<Arc<CallTime>>> {
        // Nothing that could panic runs while this lock is held.
        self.caller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same check, after work of the host, which may have taken long.
    #[inline]
    pub(crate) fn after_host(&self) -> Result<(), Cause> {
        if self.pulse.ticks() == self.began() { Ok(()) } else { self.may_go_on() }
    }

    /// The tick at which to look whether the call may go on. With a deadline, the call is surely over it then. A call that its
    /// caller bounds is looked at in every tick. `None` without either.
    pub(crate) fn due(&self) -> Option<u64> {
        match self.limit {
            Some(limit) => Some(self.began().saturating_add(Pulse::ticks_in(limit)).saturating_add(2)),
            // A tick that is over is due at once, and so again after each look.
            None => self.caller().is_some().then(|| self.began()),
        }
    }

    /// The time that the call has taken, or up to one tick less. It is never more, whatever the ticker did.
    fn elapsed(&self) -> Duration {
        let end = match self.end.load(Relaxed) {
            0 => match self.pulse.end_of(self.began()) {
                Some(end) => end,
                // Nobody knows when the call began while that tick is current.
                None => return Duration::ZERO,
            },
            end => Duration::from_nanos(end),
        };
        // The ticker forgets old ticks.
        self.end.store(end.as_nanos() as u64, Relaxed);
        self.pulse.now().saturating_sub(end)
    }
}
