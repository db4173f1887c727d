//! Threads that wake tasks. A waker is somebody else's code: it may panic, or block for long.
//!
//! So no waker runs on the ticker's thread, on the thread of a call, or under a lock. One thread wakes the tasks, and
//! another one stands by. If a waker blocks for a while, the other thread takes over, and a third one stands by.

use crate::runtime::base::caught::caught;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

/// A waker that runs for longer than this blocks its thread, and another thread takes over.
const PATIENCE: Duration = Duration::from_millis(5);

/// A thread without work for so long ends.
const IDLE: Duration = Duration::from_secs(5);

/// So many threads stand by at most: one to wake the next task, and one to take over.
const ENOUGH: usize = 2;

static WAKING: Waking = Waking {
    state: Mutex::new(State { due: VecDeque::new(), woken: 0, running: 0, blocked: 0, standing_by: 0 }),
    changed: Condvar::new(),
};

struct Waking {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The tasks to wake.
    due: VecDeque<Waker>,
    /// How many wakers have returned.
    woken: u64,
    /// How many threads run a waker now.
    running: usize,
    /// How many of them are known to block.
    blocked: usize,
    /// How many threads wait for work.
    standing_by: usize,
}

/// Wakes tasks soon, on another thread.
pub(crate) fn wake(wakers: impl IntoIterator<Item = Waker>) {
    let mut wakers = wakers.into_iter().peekable();
    if wakers.peek().is_none() {
        return;
    }
    let mut state = WAKING.lock();
    state.due.extend(wakers);
    let has_thread = state.standing_by > 0 || start(&mut state);
    if has_thread {
        drop(state);
        WAKING.changed.notify_all();
    } else if state.running == 0 {
        // The system has no thread left. A task that is woken here is better than a task that sleeps for ever.
        let due = std::mem::take(&mut state.due);
        drop(state);
        due.into_iter().for_each(run_one);
    }
}

/// Starts a thread that stands by. Returns whether the system has one.
fn start(state: &mut State) -> bool {
    let started = thread::Builder::new().name("tairitsu-wake".into()).spawn(|| WAKING.run()).is_ok();
    state.standing_by += usize::from(started);
    started
}

fn run_one(waker: Waker) {
    if let Err(message) = caught(|| waker.wake()) {
        // The subscriber that gets this event is somebody else's code, too.
        let _ = caught(|| tracing::warn!(target: "tairitsu", "the waker of a task panicked: {message}"));
    }
}

impl Waking {
    /// The loop of a thread. The thread was counted as one that stands by.
    fn run(&self) {
        let mut state = self.lock();
        loop {
            if state.due.is_empty() {
                let (guard, waited) = self.wait(state, IDLE);
                state = guard;
                if state.due.is_empty() && waited {
                    state.standing_by -= 1;
                    return;
                }
                continue;
            }
            if state.running > state.blocked {
                let woken = state.woken;
                let (guard, waited) = self.wait(state, PATIENCE);
                state = guard;
                if state.woken != woken || state.due.is_empty() || !waited {
                    continue;
                }
                state.blocked = state.running;
            }
            let Some(waker) = state.due.pop_front() else { continue };
            state.standing_by -= 1;
            state.running += 1;
            if state.standing_by == 0 {
                start(&mut state);
            }
            drop(state);
            run_one(waker);
            state = self.lock();
            state.woken += 1;
            state.running -= 1;
            state.blocked = state.blocked.min(state.running);
            if state.standing_by >= ENOUGH {
                return;
            }
            state.standing_by += 1;
        }
    }

    /// Waits for a change. Returns whether the time has passed without one.
    fn wait<'s>(&'s self, state: MutexGuard<'s, State>, time: Duration) -> (MutexGuard<'s, State>, bool) {
        let (state, result) = self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner);
        (state, result.timed_out())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that could panic runs while this lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};
    use std::task::Wake;

    /// Blocks or panics, and reports first.
    struct Task {
        name: usize,
        woken: Sender<usize>,
        then: fn(),
    }

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.woken.send(self.name).unwrap();
            (self.then)();
        }
    }

    #[test]
    fn a_waker_that_blocks_or_panics_delays_no_other() {
        let (woken, tasks) = channel();
        let thens: [fn(); 3] = [|| thread::sleep(Duration::from_secs(20)), || panic!("a waker"), || {}];
        let waker = |name: usize| Waker::from(Arc::new(Task { name, woken: woken.clone(), then: thens[name % 3] }));
        // Four of them block at once.
        wake((0..12).map(waker));
        let mut names: Vec<_> = (0..12).map(|_| tasks.recv_timeout(Duration::from_secs(10)).unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, (0..12).collect::<Vec<_>>());
        // And so it is for the next ones.
        wake([waker(13), waker(14)]);
        for _ in 0..2 {
            tasks.recv_timeout(Duration::from_secs(10)).unwrap();
        }
    }
}
