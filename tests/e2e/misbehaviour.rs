//! One table of every way in which a guest misbehaves. The call ends in time, its error names the cause, and a
//! neighbour answers all the time. `crowd.rs` runs thousands of these calls.

use crate::UNRULY;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Error, Image, Limits, Registry, Status, Template};
use tairitsu_test_unruly::{Unruly, UnrulyClient};

/// The deadline of every call here. A busy machine with two cores may let a thread wait for tenths of a second. With
/// half a second, such a wait is not taken for a call that does not end, or for a neighbour that was held up.
const LIMIT: Duration = Duration::from_millis(500);

/// A small number, so that a guest uses up all handles at once.
const HANDLES: usize = 100;

/// The limits of every guest here.
pub(crate) fn limits() -> Limits {
    Limits::new().memory_bytes(8 << 20).handles(HANDLES)
}

/// A way to misbehave.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    call: Call,
    /// Whether the error is the right variant.
    is: fn(&CallError) -> bool,
    /// A part of the error's text, which names the cause.
    words: &'static str,
}

enum Call {
    /// A guest with the standard library, with WASI.
    Unruly(fn(&mut UnrulyClient<'_>) -> Result<(), CallError>),
    /// A guest that is written by hand, for calls that Rust does not let a guest make.
    Small(fn(&mut SmallClient<'_>) -> Result<(), CallError>),
}
use Call::{Small as Bare, Unruly as Std};

fn is_deadline(error: &CallError) -> bool {
    matches!(error, CallError::Deadline { .. })
}

fn is_stack(error: &CallError) -> bool {
    matches!(error, CallError::Stack { .. })
}

fn is_memory(error: &CallError) -> bool {
    matches!(error, CallError::Memory { .. })
}

fn is_handles(error: &CallError) -> bool {
    matches!(error, CallError::Handles { .. })
}

fn is_trap(error: &CallError) -> bool {
    matches!(error, CallError::Trap(trap) if trap.panic().is_none() && trap.abi_error().is_none())
}

fn is_panic(error: &CallError) -> bool {
    matches!(error, CallError::Trap(trap) if trap.panic().is_some())
}

fn is_garbage(error: &CallError) -> bool {
    matches!(error, CallError::Trap(trap) if trap.abi_error().is_some())
}

fn is_failure(error: &CallError) -> bool {
    matches!(error, CallError::Exit { code: 1, .. })
}

fn is_success(error: &CallError) -> bool {
    matches!(error, CallError::Exit { code: 0, .. })
}

const fn way(name: &'static str, call: Call, is: fn(&CallError) -> bool, words: &'static str) -> Way {
    Way { name, call, is, words }
}

/// Calls that never end by themselves, and take their whole deadline.
pub(crate) const ENDLESS: [Way; 4] = [
    way("loops forever", Std(|c| c.spin()), is_deadline, "took longer than its deadline of "),
    way("floods `log`", Std(|c| c.flood_log()), is_deadline, "took longer than its deadline of "),
    way("floods its output", Std(|c| c.flood_output()), is_deadline, "took longer than its deadline of "),
    way("sleeps in a host call", Std(|c| c.sleep(600_000)), is_deadline, "took longer than its deadline of "),
];

/// Calls that soon run into something.
pub(crate) const ENDING: [Way; 14] = [
    way("recurses forever", Std(|c| c.recurse(0).map(drop)), is_stack, "used up its stack of 524288 bytes"),
    way("recurses, bare", Bare(|c| c.recurse().map(drop)), is_stack, "used up its stack of 524288 bytes"),
    way("allocates forever", Std(|c| c.hoard()), is_memory, "more memory than its limit of 8388608 bytes"),
    way("allocates, bare", Bare(|c| c.grow().map(drop)), is_memory, "more memory than its limit of 8388608 bytes"),
    way("traps", Std(|c| c.trap()), is_trap, "`unreachable` instruction executed"),
    way("traps, bare", Bare(|c| c.trap().map(drop)), is_trap, "`unreachable` instruction executed"),
    way("panics", Std(|c| c.panic("at the disco")), is_panic, "the guest panicked at tests/guests/unruly/src/lib.rs:"),
    way("exits in failure", Std(|c| c.exit(3)), is_failure, "failed: Exited with i32 exit status 1"),
    way("exits", Std(|c| c.exit(0)), is_success, "failed: Exited with i32 exit status 0"),
    way(
        "returns what lies outside",
        Bare(|c| c.outside().map(drop)),
        is_garbage,
        "expected an address inside a memory of 65536 bytes",
    ),
    way(
        "returns an end outside",
        Bare(|c| c.beyond().map(drop)),
        is_garbage,
        "expected an address inside a memory of 65536 bytes",
    ),
    way(
        "returns what is no UTF-8",
        Bare(|c| c.no_text().map(drop)),
        is_garbage,
        "expected a string in UTF-8, found a byte that is not, at 6",
    ),
    way(
        "returns neither case",
        Bare(|c| c.neither().map(drop)),
        is_garbage,
        "expected the discriminant of a case of `option",
    ),
    way(
        "holds handles forever",
        Bare(|c| c.hold().map(drop)),
        is_handles,
        "more handles at once than its limit of 100",
    ),
];

impl Way {
    /// Runs the call in a fresh guest. Returns the call's error and the time that the call took.
    pub(crate) fn run(&self, guests: &Guests) -> (CallError, Duration) {
        let Self { name, is, .. } = self;
        let mut container = self.spawn(guests);
        let start = Instant::now();
        let error = match self.call {
            Call::Unruly(call) => call(&mut container.guest(Unruly).unwrap()),
            Call::Small(call) => call(&mut container.guest(Small).unwrap()),
        };
        let (error, time) = (error.unwrap_err(), start.elapsed());
        assert!(is(&error), "{name}: {error:?}");
        // The container has ended.
        assert_eq!(container.status(), Status::Trapped, "{name}");
        let again = self.answer(&mut container);
        assert!(matches!(again, Err(CallError::Trapped { .. })), "{name}: {again:?}");
        (error, time)
    }

    /// Spawns a guest that has answered once. On a busy machine with a short deadline even that may take too long, so
    /// this tries again.
    fn spawn(&self, guests: &Guests) -> Container {
        for _ in 0..100 {
            match guests.of(self).spawn() {
                Ok(mut container) => match self.answer(&mut container) {
                    Ok(count) => {
                        assert_eq!(count, 1, "{}", self.name);
                        return container;
                    }
                    Err(CallError::Deadline { .. }) => {}
                    Err(error) => panic!("{}: {error}", self.name),
                },
                Err(Error::Instantiate { message, .. }) if message.contains("deadline") => {}
                Err(error) => panic!("{}: {error}", self.name),
            }
        }
        panic!("{}: of a hundred guests none has started in time", self.name);
    }

    fn answer(&self, container: &mut Container) -> Result<u32, CallError> {
        match self.call {
            Call::Unruly(_) => container.guest(Unruly).unwrap().count(),
            Call::Small(_) => container.guest(Small).unwrap().work(),
        }
    }
}

/// The guests that misbehave, ready to be spawned.
pub(crate) struct Guests {
    pub(crate) unruly: Template,
    pub(crate) small: Template,
}

impl Guests {
    pub(crate) fn new(registry: &Registry, limits: &Limits) -> Self {
        let prepare = |image: &Image| Container::builder(image).limits(limits.clone()).prepare().unwrap();
        Self { unruly: prepare(&registry.load_image(UNRULY).unwrap()), small: prepare(&small(registry)) }
    }

    fn of(&self, way: &Way) -> &Template {
        match way.call {
            Call::Unruly(_) => &self.unruly,
            Call::Small(_) => &self.small,
        }
    }
}

/// A guest with one memory, which works and misbehaves. It imports WASI's timers to have handles to hold.
pub(crate) fn small(registry: &Registry) -> Image {
    let text = r#"(component
        (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $pollable))
            (export "pollable" (type $p (eq $pollable)))
            (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
        (core func $subscribe (canon lower (func $clock "subscribe-duration")))
        (core module $m
            (import "clock" "subscribe" (func $subscribe (param i64) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 1024) "valid \ff\fe")
            (global $calls (mut i32) (i32.const 0))
            (func (export "work") (result i32)
                (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
                (i32.store (i32.const 8) (global.get $calls))
                (i32.load (i32.const 8)))
            (func (export "trap") (result i32) unreachable)
            (func $recurse (export "recurse") (result i32) (i32.add (call $recurse) (i32.const 1)))
            (func (export "grow") (result i32) (loop (drop (memory.grow (i32.const 16))) (br 0)) unreachable)
            (func (export "hold") (result i32) (loop (drop (call $subscribe (i64.const 1))) (br 0)) unreachable)
            ;; A result of two words: a string's address and length, or an option's discriminant and value.
            (func $words (param i32 i32) (result i32)
                (i32.store (i32.const 16) (local.get 0))
                (i32.store (i32.const 20) (local.get 1))
                i32.const 16)
            (func (export "outside") (result i32) (call $words (i32.const -16) (i32.const 1)))
            (func (export "beyond") (result i32) (call $words (i32.const 65530) (i32.const 7)))
            (func (export "no-text") (result i32) (call $words (i32.const 1024) (i32.const 8)))
            (func (export "neither") (result i32) (call $words (i32.const 2) (i32.const 0))))
        (core instance $i (instantiate $m (with "clock" (instance (export "subscribe" (func $subscribe))))))
        (func $work (result u32) (canon lift (core func $i "work")))
        (func $trap (result u32) (canon lift (core func $i "trap")))
        (func $recurse (result u32) (canon lift (core func $i "recurse")))
        (func $grow (result u32) (canon lift (core func $i "grow")))
        (func $hold (result u32) (canon lift (core func $i "hold")))
        (func $outside (result string) (canon lift (core func $i "outside") (memory $i "memory")))
        (func $beyond (result string) (canon lift (core func $i "beyond") (memory $i "memory")))
        (func $no-text (result string) (canon lift (core func $i "no-text") (memory $i "memory")))
        (func $neither (result (option u32)) (canon lift (core func $i "neither") (memory $i "memory")))
        (instance $small
            (export "work" (func $work)) (export "trap" (func $trap))
            (export "recurse" (func $recurse)) (export "grow" (func $grow)) (export "hold" (func $hold))
            (export "outside" (func $outside)) (export "beyond" (func $beyond))
            (export "no-text" (func $no-text)) (export "neither" (func $neither)))
        (export "test:small/small" (instance $small)))"#;
    registry.load_image(wat::parse_str(text).unwrap()).unwrap()
}

#[tairitsu::guest(package = "test:small")]
#[allow(dead_code)]
pub(crate) trait Small {
    fn work(&mut self) -> u32;
    fn trap(&mut self) -> u32;
    fn recurse(&mut self) -> u32;
    fn grow(&mut self) -> u32;
    fn hold(&mut self) -> u32;
    fn outside(&mut self) -> String;
    fn beyond(&mut self) -> String;
    fn no_text(&mut self) -> String;
    fn neither(&mut self) -> Option<u32>;
}

/// The answers of a container that runs on another thread.
#[derive(Default)]
struct Neighbour {
    is_done: AtomicBool,
    answers: AtomicU64,
    /// The longest time between two answers, in microseconds, since the last look.
    gap: AtomicU64,
}

/// Ends the neighbour's thread, also after a failed assertion: the scope waits for that thread.
struct Done<'a>(&'a Neighbour);

impl Neighbour {
    fn answer(&self, template: &Template) {
        let mut container = template.spawn().unwrap();
        let mut guest = container.guest(Unruly).unwrap();
        let mut last = Instant::now();
        let mut calls = 0;
        while !self.is_done.load(Relaxed) {
            calls += 1;
            assert_eq!(guest.count().unwrap(), calls);
            let now = Instant::now();
            self.gap.fetch_max((now - last).as_micros() as u64, Relaxed);
            self.answers.fetch_add(1, Relaxed);
            last = now;
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for an answer that comes after now, so that no gap is open. Returns the number of answers so far.
    fn next_answer(&self) -> u64 {
        let (start, before) = (Instant::now(), self.answers.load(Relaxed));
        loop {
            let answers = self.answers.load(Relaxed);
            if answers > before {
                return answers;
            }
            assert!(start.elapsed() < LIMIT, "the neighbour does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.is_done.store(true, Relaxed);
    }
}

/// The neighbour has the same registry, image and template as most of the guests that misbehave.
#[test]
fn every_call_ends_and_names_its_cause_and_a_neighbour_answers() {
    let registry = Registry::new();
    let guests = Guests::new(&registry, &limits().deadline(LIMIT));
    let neighbour = Neighbour::default();
    std::thread::scope(|scope| {
        let _done = Done(&neighbour);
        scope.spawn(|| neighbour.answer(&guests.unruly));
        let is_endless = [(&ENDLESS[..], true), (&ENDING[..], false)];
        for (way, is_endless) in is_endless.iter().flat_map(|(ways, is)| ways.iter().map(move |way| (way, *is))) {
            let name = way.name;
            let before = neighbour.next_answer();
            neighbour.gap.store(0, Relaxed);
            let (error, time) = way.run(&guests);
            let answers = neighbour.next_answer() - before;
            let gap = Duration::from_micros(neighbour.gap.load(Relaxed));
            println!("{name}: {time:?}; {answers} answers, the longest wait {gap:?}: {error}");

            let text = error.to_string();
            assert!(text.contains(way.words), "{name}: {text}");
            assert!(!is_endless || text.contains("500ms"), "{name}: {text}");
            assert!(text.starts_with("`test:unruly/unruly#") || text.starts_with("`test:small/small#"), "{text}");
            assert!(error.trap().is_some(), "{name}");
            assert!(time < 2 * LIMIT, "{name}: {time:?}");
            // A call that held up the neighbour would leave a gap as long as the call.
            assert!(gap < LIMIT, "{name}: {gap:?}");
            // The ticker's thread may have to wait for a core too. The call then gets a little less time.
            assert!(!is_endless || time > LIMIT / 2 && answers >= 10, "{name}: {answers} answers in {time:?}");
        }
    });
    assert!(registry.containers().is_empty(), "{:?}", registry.containers());
}
