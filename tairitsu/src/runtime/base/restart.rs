//! What becomes of a container that has trapped.

use std::time::{Duration, Instant};

/// What becomes of a container that has trapped.
///
/// A container runs only while it is called, so that it is restarted then: by the first [`Container::guest`], `init`
/// or `handle_command` after the backoff. Until then calls end in [`CallError::Trapped`].
///
/// [`Container::guest`]: crate::Container::guest
/// [`CallError::Trapped`]: crate::CallError::Trapped
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "it has no effect until it is given to a builder"]
pub enum RestartPolicy {
    /// It stays as it is, until somebody calls [`Container::restart`](crate::Container::restart).
    #[default]
    Never,
    /// It is restarted.
    OnTrap {
        /// So many times in a row; a container that runs longer than `longest` has begun a new row.
        attempts: u32,
        /// The wait before the first of them. Each wait is twice the one before.
        first: Duration,
        /// The longest wait.
        longest: Duration,
    },
}

impl RestartPolicy {
    /// Restarts after a trap: at once, then after 100 ms, 200 ms and so on up to a minute, 10 times in a row.
    pub fn on_trap() -> Self {
        RestartPolicy::OnTrap { attempts: 10, first: Duration::ZERO, longest: Duration::from_secs(60) }
    }
}

/// The step of a backoff that begins with nothing.
const STEP: Duration = Duration::from_millis(100);

/// Where a container is with its restarts.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    /// Restarts in a row.
    row: u32,
    started: Option<Instant>,
    trapped: Option<Instant>,
}

impl Backoff {
    /// An instance has started.
    pub(crate) fn started(&mut self, now: Instant) {
        self.started = Some(now);
        self.trapped = None;
    }

    /// How long to wait after a trap; nothing, if it is not to be restarted. `now` is when the trap is seen.
    pub(crate) fn wait(&mut self, policy: RestartPolicy, now: Instant) -> Option<Duration> {
        let RestartPolicy::OnTrap { attempts, first, longest } = policy else { return None };
        if self.trapped.is_none() {
            self.trapped = Some(now);
            if self.started.is_some_and(|started| now.duration_since(started) > longest) {
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
        let trapped = self.trapped.unwrap_or(now);
        Some(delay.min(longest).saturating_sub(now.duration_since(trapped)))
    }

    /// It is restarted by the policy.
    pub(crate) fn restarting(&mut self) {
        self.row += 1;
    }

    /// It is restarted by somebody.
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
            assert_eq!(backoff.wait(policy, now), Some(ms(expected)));
            now += ms(50);
            assert_eq!(backoff.wait(policy, now), Some(ms(expected).saturating_sub(ms(50))));
            now += ms(expected);
            assert_eq!(backoff.wait(policy, now), Some(ms(0)));
            backoff.restarting();
        }
        backoff.started(now);
        assert_eq!(backoff.wait(policy, now), None, "the attempts are used up");
        backoff.started(now);
        now += ms(501);
        assert_eq!(backoff.wait(policy, now), Some(ms(0)), "it ran for a while");
        assert_eq!(backoff.wait(RestartPolicy::Never, now), None);
    }
}
