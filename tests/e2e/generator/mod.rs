//! Hostile guests, generated: each is made of a seed, and does anything that a component can do. Loading it, building a
//! container of it and calling it end in a value or an error, in time. The host keeps its memory, and another container
//! answers throughout.
//!
//! `TAIRITSU_SEED=<number>` begins with another seed, and a failure prints its own. `TAIRITSU_GUESTS=<number>` makes so
//! many guests. `corpus` has a case of each kind of
//! end, and each case that was a fault once.

mod component;
mod core;
mod draw;
mod subject;

use crate::crowd::{alone, resident};
use crate::soak;
use component::Guest;
use draw::Draw;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};
use subject::{CALLS, Ended, NO_INTERFACE, look, provided};
use tairitsu::{AsyncContainer, Container, Error, Image, Limits, Registry};

const DEADLINE: Duration = Duration::from_millis(50);

/// What a step may take on top of twice its deadline. The threads of all tests share a few cores, so that a thread may
/// have to wait for its turn, the ticker's included.
const NOISE: Duration = Duration::from_millis(700);

/// What loading may take. It compiles, and the size of the guests is bounded here.
const LOADING: Duration = Duration::from_secs(10);

/// How many MiB the process may have at the end that it had not after the first guests. The allocator keeps what was
/// freed, in more places than one. A container has up to 4 MiB.
const GROWTH: usize = 24;

fn limits() -> Limits {
    Limits::new().deadline(DEADLINE).memory_bytes(4 << 20).host_bytes(1 << 20).handles(64).table_elements(2_000)
}

/// The number in a variable of the environment.
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|number| number.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

fn corpus() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "e2e/generator/corpus"].iter().collect()
}

#[test]
fn hostile_guests_end_in_time() {
    println!("the guest that runs is in {}/generator.txt", env!("CARGO_TARGET_TMPDIR"));
    alone("generator::hostile_guests");
}

#[test]
#[ignore = "run by hostile_guests_end_in_time, alone"]
fn hostile_guests() {
    let registry = Registry::new();
    let neighbour = Neighbour::default();
    let mut ends = BTreeMap::new();
    let seed = number("TAIRITSU_SEED").unwrap_or(1);
    // The full test takes a minute, and makes as many guests as it can.
    let (guests, time) = match number("TAIRITSU_GUESTS") {
        Some(guests) => (guests, Duration::MAX),
        None => (soak(10_000, 300), Duration::from_secs(60)),
    };
    let first = 100;
    let mut runs = 0;
    let start = Instant::now();
    let before = std::thread::scope(|scope| {
        let _done = Done(&neighbour);
        scope.spawn(|| neighbour.answer(&registry));
        let mut before = None;
        for run in 0..first + guests {
            if run == first {
                before = resident();
            }
            if start.elapsed() > time {
                break;
            }
            runs = run;
            let guest = component::guest(seed.wrapping_add(run));
            remember(&guest, seed.wrapping_add(run));
            let answers = neighbour.answers.load(Relaxed);
            match catch_unwind(AssertUnwindSafe(|| try_out(&registry, &guest, seed.wrapping_add(run)))) {
                Ok(found) => {
                    for end in found {
                        let count = ends.entry(end.clone()).or_insert(0);
                        *count += 1;
                        if *count == 1 && std::env::var_os("TAIRITSU_BLESS").is_some() {
                            keep(&end, &guest);
                        }
                    }
                }
                Err(_) => report(&guest, seed.wrapping_add(run)),
            }
            neighbour.wait_for(answers);
        }
        before
    });
    let after = resident();
    println!(
        "{runs} guests and a neighbour in {:?}; resident MiB before {before:?}, after {after:?}: {ends:#?}",
        start.elapsed()
    );
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after <= before + GROWTH, "{before} MiB became {after}");
    }
    assert!(registry.containers().is_empty(), "{:?}", registry.containers());
    // The generator reaches what it is for.
    for end in ["load: fails", "call: deadline", "call: trap", "call: bad-value", "call: value"] {
        assert!(ends.contains_key(end), "no guest ended in `{end}`: {ends:?}");
    }
}

/// Adds a guest to the corpus, as the first that ended so.
fn keep(end: &str, guest: &Guest) {
    if let Some(wasm) = &guest.wasm {
        std::fs::write(corpus().join(format!("{}.wasm", end.replace(": ", "-"))), wasm).unwrap();
    }
}

/// Notes a guest before it runs, since a fault may end the process.
fn remember(guest: &Guest, seed: u64) {
    let note = format!("TAIRITSU_SEED={seed}\nbytes changed: {:?}\n{}", guest.changed, guest.text);
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/generator.txt"), note).unwrap();
}

/// Leaves the guest where the next run finds it, and fails.
fn report(guest: &Guest, seed: u64) -> ! {
    let path = corpus().join(format!("seed-{seed}.wasm"));
    if let Some(wasm) = &guest.wasm {
        std::fs::write(&path, wasm).unwrap();
    }
    eprintln!("{}\nbytes changed: {:?}", guest.text, guest.changed);
    panic!("the guest of TAIRITSU_SEED={seed} failed; it is in {}", path.display());
}

/// Loads a guest, builds containers of it, and calls them. Returns how each step ended.
fn try_out(registry: &Registry, guest: &Guest, seed: u64) -> Vec<String> {
    match &guest.wasm {
        Some(wasm) => run(registry, wasm, seed),
        None => vec!["text: fails".into()],
    }
}

fn run(registry: &Registry, wasm: &[u8], seed: u64) -> Vec<String> {
    let image = match timed("load", LOADING, || registry.load_image(wasm)) {
        Ok(image) => image,
        Err(error) => {
            println!("{seed}: {error}");
            return vec!["load: fails".into()];
        }
    };
    let mut draw = Draw::new(!seed);
    let mut ends = Vec::new();
    if draw.once_in(5) {
        call_async(&image, &mut draw, &mut ends)
    } else {
        call(&image, &mut draw, &mut ends)
    }
    ends
}

/// Fails if the step takes longer than it may.
fn timed<T>(name: &str, limit: Duration, step: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = step();
    let time = start.elapsed();
    assert!(time <= limit, "{name}: {time:?}");
    result
}

fn in_time<T>(name: &str, step: impl FnOnce() -> T) -> T {
    timed(name, 2 * DEADLINE + NOISE, step)
}

fn not_built(error: &Error) -> String {
    let message = error.to_string();
    match error {
        Error::Instantiate { .. } if message.contains("deadline") => "start: deadline".into(),
        Error::Instantiate { .. } => "start: fails".into(),
        _ => "build: fails".into(),
    }
}

fn called(end: Ended) -> String {
    format!("call: {}", end.unwrap_or("value"))
}

fn call(image: &Image, draw: &mut Draw, ends: &mut Vec<String>) {
    let mut container = match in_time("build", || provided(Container::builder(image)).limits(limits()).build()) {
        Ok(container) => container,
        Err(error) => return ends.push(not_built(&error)),
    };
    for _ in 0..6 {
        let (name, call, _) = draw.pick(CALLS);
        let end = match draw.once_in(10) {
            true => in_time("look", || look(&mut container)),
            false => in_time(name, || call(&mut container)),
        };
        ends.push(called(end));
        if end.is_some_and(|end| end != NO_INTERFACE)
            && let Err(error) = in_time("restart", || container.restart())
        {
            return ends.push(not_built(&error));
        }
    }
    in_time("drop", || drop(container));
}

fn call_async(image: &Image, draw: &mut Draw, ends: &mut Vec<String>) {
    use crate::asynchronous::block_on;
    let build = || block_on(provided(Container::builder(image)).limits(limits()).build_async());
    let mut container: AsyncContainer = match in_time("build", build) {
        Ok(container) => container,
        Err(error) => return ends.push(not_built(&error)),
    };
    for _ in 0..6 {
        let (name, _, call) = draw.pick(CALLS);
        let end = in_time(name, || call(&mut container));
        ends.push(called(end));
        if end.is_some_and(|end| end != NO_INTERFACE)
            && let Err(error) = in_time("restart", || block_on(container.restart()))
        {
            return ends.push(not_built(&error));
        }
    }
    in_time("drop", || drop(container));
}

/// Each case of the corpus, with several orders of calls.
#[test]
fn the_corpus_ends_in_time() {
    let registry = Registry::new();
    let mut files: Vec<_> = std::fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        // `wat` also takes a binary.
        let wasm = wat::parse_file(&file).unwrap();
        for seed in 0..3 {
            println!("{}: {:?}", file.display(), run(&registry, &wasm, seed));
        }
    }
    assert!(registry.containers().is_empty());
}

#[tairitsu::guest(package = "test:neighbour")]
trait Counter {
    fn count(&mut self) -> u32;
}

/// A container that answers on another thread, within a deadline of its own.
#[derive(Default)]
struct Neighbour {
    is_done: AtomicBool,
    answers: AtomicU32,
}

/// Ends the neighbour's thread, also after a failure: the scope waits for that thread.
struct Done<'a>(&'a Neighbour);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.is_done.store(true, Relaxed);
    }
}

impl Neighbour {
    fn answer(&self, registry: &Registry) {
        let text = r#"(component
            (core module $m (global $count (mut i32) (i32.const 0))
                (func (export "count") (result i32)
                    (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count)))
            (core instance $i (instantiate $m))
            (func $count (result u32) (canon lift (core func $i "count")))
            (instance $all (export "count" (func $count)))
            (export "test:neighbour/counter" (instance $all)))"#;
        let image = registry.load_image(wat::parse_str(text).unwrap()).unwrap();
        let limits = Limits::new().deadline(DEADLINE + NOISE);
        let mut container = Container::builder(&image).limits(limits).build().unwrap();
        let mut guest = container.guest(Counter).unwrap();
        for count in 1.. {
            if self.is_done.load(Relaxed) {
                return;
            }
            assert_eq!(guest.count().unwrap(), count);
            self.answers.store(count, Relaxed);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until it has answered since that answer.
    fn wait_for(&self, answer: u32) {
        let start = Instant::now();
        while self.answers.load(Relaxed) == answer {
            assert!(start.elapsed() < Duration::from_secs(10), "the neighbour does not answer");
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}
