//! The columns: four hosts that do the same work.

mod ours;
#[cfg(feature = "peer")]
mod peer;
mod raw;

use anyhow::{Result, ensure};
use std::any::Any;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The columns' names, in the order of the report.
pub const COLUMNS: [&str; 4] = ["ours", "floor", "default", "peer"];

/// How many calls to the host are in one iteration of `HostCall` and `HostCallStrings`.
pub const HOST_CALLS: u32 = 1000;

/// The work that is measured.
#[derive(Clone, Copy)]
pub enum Work {
    Empty,
    Add,
    HandleCommand,
    HostCall,
    HostCallStrings,
    /// This many bytes, there and back.
    Echo(usize),
    /// The same, but the host looks at the result in the guest's memory, if the column can. The floor cannot:
    /// wasmtime has the guest free a result before wasmtime returns it.
    EchoInPlace(usize),
    /// This many records, there and back.
    Records(usize),
    /// This many bytes, there and back, by the function's name and without types. The floor makes a dynamic call with
    /// wasmtime's `Val`.
    EchoByName(usize),
    /// The same, with this many records.
    RecordsByName(usize),
    /// The same, with types, of a guest whose record has a field less. The floor has one version, and makes the plain call.
    RecordsOfOlder(usize),
    /// Spawning a container, one call, and dropping the container, on each of the threads.
    SpawnCallDrop {
        threads: usize,
    },
    /// From the bytes of a component to a template.
    LoadCold,
    /// The same, from code that was compiled before.
    LoadCached,
}

impl Work {
    pub fn is_slow(self) -> bool {
        matches!(
            self,
            Work::LoadCold
                | Work::Echo(0x10_0000..)
                | Work::EchoInPlace(0x10_0000..)
                | Work::Records(1000..)
                | Work::EchoByName(_)
        )
    }
}

/// A column.
pub trait Side {
    /// Does the work this many times. Returns the time it took, or `None` if this column cannot do the work.
    fn run(&mut self, work: Work, iterations: u64) -> Result<Option<Duration>>;

    /// Checks the results, because a guest that does nothing would be fast.
    fn check(&mut self) -> Result<()>;

    /// Spawns one more container and calls it once.
    fn spawn(&self) -> Result<Box<dyn Any>>;
}

/// Starts a column, for up to `capacity` containers at a time. The guests of Tairitsu and of the floor have the same
/// interfaces. With the guests swapped, a difference shows on which side it arises.
pub fn start(column: &str, capacity: u32, swap_guests: bool) -> Result<Box<dyn Side>> {
    let (ours, raw) = if swap_guests { (raw::GUEST, ours::GUEST) } else { (ours::GUEST, raw::GUEST) };
    Ok(match column {
        "ours" => Box::new(ours::Ours::start(ours, capacity)?),
        "floor" => Box::new(raw::Raw::start(&raw::Setup::Best { capacity }, raw)?),
        "default" => Box::new(raw::Raw::start(&raw::Setup::Default, raw)?),
        #[cfg(feature = "peer")]
        "peer" => Box::new(peer::Peer::start()?),
        _ => anyhow::bail!("not built in"),
    })
}

/// The size of a column's guest, as Cargo built it.
pub fn guest_size(column: &str) -> Option<f64> {
    match column {
        "ours" => Some(ours::GUEST.len() as f64),
        "floor" => Some(raw::GUEST.len() as f64),
        #[cfg(feature = "peer")]
        "peer" => Some(peer::GUEST.len() as f64),
        _ => None,
    }
}

/// Does the work this many times, and returns the time it took.
#[inline(always)]
fn time<T, E>(iterations: u64, mut work: impl FnMut() -> Result<T, E>) -> Result<Option<Duration>, E> {
    let start = Instant::now();
    for _ in 0..iterations {
        black_box(work()?);
    }
    Ok(Some(start.elapsed()))
}

/// Does the work this many times on each of the threads, and returns the time it took.
fn time_on_threads<E: Send>(
    threads: usize,
    iterations: u64,
    work: impl Fn() -> Result<(), E> + Send + Sync,
) -> Result<Option<Duration>, E> {
    if threads == 1 {
        return time(iterations, work);
    }
    let start = Instant::now();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(|| time(iterations, &work))).collect();
        all.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result.map(drop),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(Some(start.elapsed()))
}

/// The content of the record, which each column builds with its own types: one string and three tags.
const NAME: &str = "a name of some length";
const TAGS: [&str; 3] = ["red", "green and blue", "x"];

/// Looks at the result.
fn last(bytes: &[u8]) -> Option<u8> {
    bytes.last().copied()
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| i as u8).collect()
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<()> {
    ensure!(found == expected, "{what}: expected {expected:?}, found {found:?}");
    Ok(())
}

/// Makes a component of a core module.
fn componentize(module: &[u8]) -> Result<Vec<u8>> {
    use wasi_preview1_component_adapter_provider as adapter;
    wit_component::ComponentEncoder::default()
        .adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
        .module(module)?
        .encode()
}
