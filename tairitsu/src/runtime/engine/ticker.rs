//! The clock that ends calls that run too long. Each engine has one thread for it, which sleeps while nothing runs.
//!
//! Compiled code compares the engine's epoch with its store's deadline, at every loop and function entry. Every call
//! sets that deadline to the next tick. At that tick, [`State::tick`] decides whether the call may go on.
//!
//! [`State::tick`]: crate::runtime::store::state::State::tick

use crate::runtime::ledger::wake::wake;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use wasmtime::{Engine, EngineWeak};

/// The time between two ticks. Deadlines are checked once a tick.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// After this many ticks without a beat, the thread sleeps.
const PATIENCE: u32 = 100;

/// So many ticks are kept. They matter for calls that still run.
const KEPT: usize = 1024;

/// The owner of the thread. The thread ends when the `Ticker` is dropped.
pub(crate) struct Ticker {
    pulse: Arc<Pulse>,
}

/// How calls tell the thread that they run. Cheap to share.
pub(crate) struct Pulse {
    /// Guest code has run since the thread last looked.
    alive: AtomicBool,
    asleep: AtomicBool,
    quit: AtomicBool,
    /// The time since `origin`, in ticks. After a [`beat`](Pulse::beat), it is exact to one tick.
    ticks: AtomicU64,
    origin: Instant,
    thread: std::sync::OnceLock<Thread>,
    /// The last ticks, and the time at which each one stopped to be current. A call that began with a tick began before that
    /// time, which may be late.
    past: Mutex<VecDeque<(u64, Duration)>>,
    /// The tasks to wake, by tick and number.
    alarms: Mutex<BTreeMap<(u64, u64), Waker>>,
    next: AtomicU64,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> io::Result<Self> {
        let pulse = Arc::new(Pulse {
            alive: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            quit: AtomicBool::new(false),
            ticks: AtomicU64::new(0),
            origin: Instant::now(),
            thread: std::sync::OnceLock::new(),
            past: Mutex::default(),
            alarms: Mutex::default(),
            next: AtomicU64::new(0),
        });
        let (engine, theirs) = (engine.weak(), pulse.clone());
        let thread = thread::Builder::new().name("tairitsu-ticker".into()).spawn(move || run(&engine, &theirs))?;
        let _ = pulse.thread.set(thread.thread().clone());
        Ok(Self { pulse })
    }

    pub(crate) fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.pulse.quit.store(true, Ordering::SeqCst);
        self.pulse.wake();
    }
}

impl Pulse {
    /// Tells the thread that guest code runs, or is about to run.
    ///
    /// Call this after the deadline is set. The thread sleeps only after many ticks without a beat. By then that
    /// deadline has passed, so guest code that still runs has called `beat` again.
    #[inline]
    pub(crate) fn beat(&self) {
        // Every thread that calls a guest reads this flag, so it is written as rarely as possible.
        if !self.alive.load(Ordering::Relaxed) {
            self.revive();
        }
    }

    /// The time since `origin`, in ticks.
    #[inline]
    pub(crate) fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    /// The time at which a tick stopped to be current. A call that began with the tick began before. `None` while it is current.
    pub(crate) fn end_of(&self, tick: u64) -> Option<Duration> {
        let past = self.past();
        if self.ticks() == tick {
            return None;
        }
        let end = past.iter().find(|(past, _)| *past == tick).map(|(_, end)| *end);
        // A tick that nobody remembers was hardly late.
        Some(end.unwrap_or_else(|| Duration::from_nanos(tick.saturating_add(2).saturating_mul(TICK.as_nanos() as u64))))
    }

    /// The time of the clock.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// The number of whole ticks in that time.
    pub(crate) fn ticks_in(time: Duration) -> u64 {
        u64::try_from(time.as_nanos() / TICK.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Wakes the tasks that are due. Returns whether other tasks still wait.
    fn ring(&self) -> bool {
        let mut alarms = self.alarms();
        let later = alarms.split_off(&(self.ticks().saturating_add(1), 0));
        let due = std::mem::replace(&mut *alarms, later);
        let others = !alarms.is_empty();
        drop(alarms);
        wake(due.into_values());
        others
    }

    fn alarms(&self) -> std::sync::MutexGuard<'_, BTreeMap<(u64, u64), Waker>> {
        // Nothing that could panic runs while this lock is held.
        self.alarms.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Reads the clock. Notes when the tick before was over.
    fn read_clock(&self) {
        let mut past = self.past();
        let before = self.ticks();
        let now = (self.now().as_nanos() / TICK.as_nanos()) as u64;
        if now > before {
            self.ticks.store(now, Ordering::Relaxed);
            past.truncate(KEPT - 1);
            // The clock is read again, because calls may have begun with the tick until now.
            past.push_front((before, self.now()));
        }
    }

    fn past(&self) -> std::sync::MutexGuard<'_, VecDeque<(u64, Duration)>> {
        // Nothing that could panic runs while this lock is held.
        self.past.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    #[cold]
    fn revive(&self) {
        self.read_clock();
        // The thread writes `asleep` and then reads `alive`. This function writes `alive` and then reads `asleep`. So
        // at least one of the two sees the write of the other.
        self.alive.store(true, Ordering::SeqCst);
        if self.asleep.load(Ordering::SeqCst) {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

/// Wakes a task at a tick, unless the alarm is dropped before.
pub(crate) struct Alarm<'p> {
    pulse: &'p Pulse,
    key: (u64, u64),
}

impl<'p> Alarm<'p> {
    pub(crate) fn new(pulse: &'p Pulse, due: u64) -> Self {
        Self { pulse, key: (due, pulse.next.fetch_add(1, Ordering::Relaxed)) }
    }

    /// Sets the task to wake. It replaces the task that was set before.
    pub(crate) fn set(&self, waker: &Waker) {
        // A waker runs code that is not ours, so it is cloned and dropped outside the lock.
        let waker = waker.clone();
        let before = self.pulse.alarms().insert(self.key, waker);
        drop(before);
        self.pulse.beat();
    }
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        let waker = self.pulse.alarms().remove(&self.key);
        drop(waker);
    }
}

fn run(engine: &EngineWeak, pulse: &Pulse) {
    let mut idle = 0;
    let mut last = Instant::now();
    while !pulse.quit.load(Ordering::SeqCst) {
        if idle > PATIENCE {
            pulse.asleep.store(true, Ordering::SeqCst);
            // `park` may return for no reason. The thread goes on only if guest code runs, or if it has to quit.
            while !pulse.alive.load(Ordering::SeqCst) && !pulse.quit.load(Ordering::SeqCst) {
                thread::park();
            }
            pulse.asleep.store(false, Ordering::SeqCst);
            idle = 0;
            last = Instant::now();
        }
        // `park_timeout` can be woken, so the end of the engine need not wait for a tick.
        let next = last + TICK;
        thread::park_timeout(next.saturating_duration_since(Instant::now()));
        let now = Instant::now();
        if now < next {
            continue;
        }
        last = now;
        let alive = pulse.alive.swap(false, Ordering::SeqCst);
        pulse.read_clock();
        let Some(engine) = engine.upgrade() else { return };
        engine.increment_epoch();
        drop(engine);
        let waited_for = pulse.ring();
        idle = if alive || waited_for { 0 } else { idle + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(engine: &Engine, pulse: &Pulse, time: Duration) -> bool {
        // The epoch cannot be read, so this waits for a store's deadline.
        let mut store = wasmtime::Store::new(engine, ());
        let module = wasmtime::Module::new(engine, SPIN).unwrap();
        store.epoch_deadline_trap();
        store.set_epoch_deadline(1);
        pulse.beat();
        let instance = wasmtime::Instance::new(&mut store, &module, &[]).unwrap();
        let spin = instance.get_typed_func::<(), ()>(&mut store, "spin").unwrap();
        let start = Instant::now();
        spin.call(&mut store, ()).unwrap_err();
        start.elapsed() < time
    }

    /// `(module (func (export "spin") (loop (br 0))))`
    const SPIN: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x08\x01\x04spin\0\0\x0a\x09\x01\x07\0\
                          \x03\x40\x0c\0\x0b\x0b";

    /// A call that began while the thread was late is not charged for the time before it.
    #[test]
    fn a_late_tick() {
        let engine = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
        let ticker = Ticker::start(&engine).unwrap();
        let pulse = ticker.pulse();
        let end = Instant::now() + Duration::from_secs(30);
        while pulse.ticks() < 100 {
            assert!(Instant::now() < end, "the ticker does not tick");
            pulse.beat();
            thread::sleep(TICK);
        }
        pulse.past().push_front((20, TICK * 90));
        let (on_time, late) = (pulse.end_of(19).unwrap(), pulse.end_of(20).unwrap());
        assert!(late >= on_time + TICK * 60, "{late:?} {on_time:?}");
        // A tick that is too old is one that was a little late.
        pulse.past().clear();
        assert_eq!(pulse.end_of(19), Some(TICK * 21));
        let mut now = pulse.ticks();
        while pulse.end_of(now).is_some() {
            now = pulse.ticks();
        }
    }

    /// The thread ticks while guest code runs, sleeps when nothing runs, and wakes for the next call.
    #[test]
    fn sleeps_and_wakes() {
        let engine = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
        let ticker = Ticker::start(&engine).unwrap();
        for _ in 0..2 {
            assert!(epochs(&engine, ticker.pulse(), Duration::from_secs(5)));
            let end = Instant::now() + Duration::from_secs(30);
            while !ticker.pulse().asleep.load(Ordering::SeqCst) {
                assert!(Instant::now() < end, "the ticker does not sleep");
                thread::sleep(TICK);
            }
        }
        let pulse = Arc::downgrade(ticker.pulse());
        drop(ticker);
        let end = Instant::now() + Duration::from_secs(30);
        while pulse.strong_count() > 0 {
            assert!(Instant::now() < end, "the thread does not end");
            thread::sleep(TICK);
        }
    }
}
