//! Sends values to any number of subscriptions. Each subscription has a bounded queue, so a slow reader never holds up
//! the sender.

use super::sync::{AtomicUsize, Condvar, Mutex, MutexGuard, Ordering, wake};
use std::collections::VecDeque;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError};
use std::sync::{Arc, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Sends values.
pub(crate) struct Hub<T> {
    /// The number of queues. The sender reads it first, so that sending without a reader costs one load.
    readers: AtomicUsize,
    queues: Mutex<Vec<Arc<Queue<T>>>>,
}

/// Receives values.
pub(crate) struct Subscription<T> {
    queue: Arc<Queue<T>>,
    hub: Weak<Hub<T>>,
}

/// A received value, or a note that values were lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Received<T> {
    Value(T),
    /// The queue was full, so this many values were dropped. They came before the next received value.
    Lost(u64),
}

struct Queue<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    more: Condvar,
}

struct State<T> {
    values: VecDeque<T>,
    lost: u64,
    is_closed: bool,
    /// The task that waits for the next value.
    waker: Option<Waker>,
}

impl<T> Default for Hub<T> {
    fn default() -> Self {
        Self { readers: AtomicUsize::new(0), queues: Mutex::new(Vec::new()) }
    }
}

impl<T: Clone> Hub<T> {
    /// Sends a value to all subscriptions. Without a subscription, `make` is not called.
    pub(crate) fn send(&self, make: impl FnOnce() -> T) {
        if self.readers.load(Ordering::Relaxed) != 0 {
            let value = make();
            let wakers: Vec<_> = self.queues().iter().filter_map(|queue| queue.push(value.clone())).collect();
            wake(wakers);
        }
    }
}

impl<T> Hub<T> {
    /// Makes a subscription that keeps at most `capacity` values, and at least one. If the queue is full, a new value
    /// replaces the oldest.
    pub(crate) fn subscribe(self: &Arc<Self>, capacity: usize) -> Subscription<T> {
        let state = Mutex::new(State { values: VecDeque::new(), lost: 0, is_closed: false, waker: None });
        let queue = Arc::new(Queue { capacity: capacity.max(1), state, more: Condvar::new() });
        let mut queues = self.queues();
        queues.push(queue.clone());
        self.readers.store(queues.len(), Ordering::Relaxed);
        Subscription { queue, hub: Arc::downgrade(self) }
    }

    fn queues(&self) -> MutexGuard<'_, Vec<Arc<Queue<T>>>> {
        // Nothing that could panic runs while this lock is held.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Hub<T> {
    fn drop(&mut self) {
        let close = |queue: &Arc<Queue<T>>| {
            let mut state = queue.lock();
            state.is_closed = true;
            queue.more.notify_all();
            state.waker.take()
        };
        let wakers: Vec<_> = self.queues().iter().filter_map(close).collect();
        wake(wakers);
    }
}

impl<T> Drop for Subscription<T> {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            let mut queues = hub.queues();
            queues.retain(|queue| !Arc::ptr_eq(queue, &self.queue));
            hub.readers.store(queues.len(), Ordering::Relaxed);
        }
    }
}

impl<T> Subscription<T> {
    /// The next value, if it is there already.
    pub(crate) fn try_recv(&self) -> Result<Received<T>, TryRecvError> {
        self.queue.lock().next()
    }

    /// The next value. Waits for it if necessary, at most for `time`; without `time`, waits as long as it takes.
    pub(crate) fn recv(&self, time: Option<Duration>) -> Result<Received<T>, RecvTimeoutError> {
        let start = Instant::now();
        let mut state = self.queue.lock();
        loop {
            match state.next() {
                Ok(received) => return Ok(received),
                Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
                Err(TryRecvError::Empty) => {}
            }
            let more = &self.queue.more;
            state = match time.map(|time| time.checked_sub(start.elapsed())) {
                None => more.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Some(left)) => more.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                Some(None) => return Err(RecvTimeoutError::Timeout),
            };
        }
    }
}

impl<T> Subscription<T> {
    /// The next one, if it is there; nothing, if there will be none. Otherwise the task is woken when there is one.
    #[allow(dead_code, reason = "without the feature `async` nothing polls")]
    pub(crate) fn poll_recv(&self, cx: &Context<'_>) -> Poll<Option<Received<T>>> {
        let waker = cx.waker().clone();
        let mut state = self.queue.lock();
        let (result, before) = match state.next() {
            Ok(received) => (Poll::Ready(Some(received)), None),
            Err(TryRecvError::Disconnected) => (Poll::Ready(None), None),
            Err(TryRecvError::Empty) => (Poll::Pending, state.waker.replace(waker)),
        };
        drop(state);
        drop(before);
        result
    }
}

impl<T> Queue<T> {
    /// Returns the task that waits for the value.
    fn push(&self, value: T) -> Option<Waker> {
        let mut state = self.lock();
        if state.values.len() == self.capacity {
            state.values.pop_front();
            state.lost += 1;
        }
        state.values.push_back(value);
        self.more.notify_one();
        state.waker.take()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that could panic runs while this lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn next(&mut self) -> Result<Received<T>, TryRecvError> {
        if self.lost != 0 {
            return Ok(Received::Lost(std::mem::take(&mut self.lost)));
        }
        let closed = if self.is_closed { TryRecvError::Disconnected } else { TryRecvError::Empty };
        self.values.pop_front().map(Received::Value).ok_or(closed)
    }
}
