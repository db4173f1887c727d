//! When a container that has trapped is restarted.

use std::time::{Duration, Instant};

/// When a container that has trapped is restarted.
///
/// A container runs only while it is called, so it is restarted by a call. After the backoff, the first
/// [`Container::guest`], `init` or `handle_command` restarts it. Until then, calls return [`CallError::Trapped`].
///
/// ```
/// use std::time::Duration;
/// use tairitsu::RestartPolicy;
///
/// // Three times in a row: after one second, after two, and after four.
/// let policy = RestartPolicy::OnTrap {
///     attempts: 3,
///     first: Duration::from_secs(1),
///     longest: Duration::from_secs(60),
/// };
/// # let _ = policy;
/// ```
///
/// [`Container::guest`]: crate::Container::guest
/// [`CallError::Trapped`]: crate::CallError::Trapped
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "it has no effect until it is given to a builder"]
pub enum RestartPolicy {
    /// The container stays trapped until the host calls [`Container::restart`](crate::Container::restart).
    #[default]
    Never,
    /// The container is restarted after a trap.
    OnTrap {
        /// The most restarts in a row. A container that runs longer than `longest` begins a new row.
        attempts: u32,
        /// The wait before the first restart in a row. Each further wait is twice as long.
        first: Duration,
        /// The longest wait.
        longest: Duration,
    },
}

impl RestartPolicy {
    /// Restarts at most 10 times in a row. The first restart comes at once, the next after 100 ms, then 200 ms, and so
    /// on up to a minute.
    pub fn on_trap() -> Self {
        RestartPolicy::OnTrap { attempts: 10, first: Duration::ZERO, longest: Duration::from_secs(60) }
    }
}

/// The wait before the second restart, if the first wait is zero.
const STEP: Duration = Duration::from_millis(100);

/// How many restarts a container has had in a row, and when it started and trapped.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    /// The number of restarts in a row.
    row: u32,
    started: Option<Instant>,
    trapped: Option<Instant>,
    /// When the last restart failed, if it did.
    failed: Option<Instant>,
}

impl Backoff {
    /// Notes that an instance has started.
    pub(crate) fn started(&mut self, now: Instant) {
        self.started = Some(now);
        self.trapped = None;
        self.failed = None;
    }

    /// The time to wait before a restart after a trap, or `None` if the container must not be restarted.
    pub(crate) fn wait(&mut self, policy: RestartPolicy, trapped: Instant, now: Instant) -> Option<Duration> {
        let RestartPolicy::OnTrap { attempts, first, longest } = policy else { return None };
        if self.trapped != Some(trapped) {
            self.trapped = Some(trapped);
            if self.started.is_some_and(|started| trapped.duration_since(started) > longest) {
                self.row = 0;
            }
        }
        if self.row >= attempts {
            return None;
        }
        let delay = match (first, self.row) {
            (first, 0) => first,
            (Duration::ZERO, row) => STEP.saturating_mul(2u32.saturating_pow(row - 1)),
            (first, row) => first.saturating_mul(2u32.saturating_pow(row)),
        };
        let from = self.failed.map_or(trapped, |failed| failed.max(trapped));
        Some(delay.min(longest).saturating_sub(now.saturating_duration_since(from)))
    }

    /// Counts a restart by the policy.
    pub(crate) fn restarting(&mut self) {
        self.row += 1;
    }

    /// Notes that a restart by the policy has failed. The next wait counts from here.
    pub(crate) fn failed(&mut self, now: Instant) {
        self.failed = Some(now);
    }

    /// Begins a new row, because the host has restarted the container.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let ms = Duration::from_millis;
        let policy = RestartPolicy::OnTrap { attempts: 6, first: ms(0), longest: ms(500) };
        let mut backoff = Backoff::default();
        let mut now = Instant::now();
        for expected in [0, 100, 200, 400, 500, 500] {
            backoff.started(now);
            let trapped = now;
            assert_eq!(backoff.wait(policy, trapped, now), Some(ms(expected)));
            now += ms(50);
            assert_eq!(backoff.wait(policy, trapped, now), Some(ms(expected).saturating_sub(ms(50))));
            now += ms(expected);
            assert_eq!(backoff.wait(policy, trapped, now), Some(ms(0)));
            backoff.restarting();
        }
        backoff.started(now);
        assert_eq!(backoff.wait(policy, now, now), None, "the attempts are used up");
        backoff.started(now);
        now += ms(501);
        assert_eq!(backoff.wait(policy, now, now), Some(ms(0)), "it ran for a while");
        assert_eq!(backoff.wait(RestartPolicy::Never, now, now), None);
    }

    /// The wait counts from the trap, however late the trap is looked at.
    #[test]
    fn counts_from_the_trap() {
        let ms = Duration::from_millis;
        let policy = RestartPolicy::OnTrap { attempts: 3, first: ms(100), longest: ms(60_000) };
        let (mut backoff, trapped) = (Backoff::default(), Instant::now());
        backoff.started(trapped);
        assert_eq!(backoff.wait(policy, trapped, trapped + ms(30)), Some(ms(70)));
        assert_eq!(backoff.wait(policy, trapped, trapped + ms(2_000)), Some(ms(0)));
        // The wait after a restart that fails counts from there.
        backoff.restarting();
        backoff.failed(trapped + ms(2_000));
        assert_eq!(backoff.wait(policy, trapped, trapped + ms(2_010)), Some(ms(190)));
    }
}
