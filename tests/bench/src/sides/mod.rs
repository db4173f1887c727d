//! The columns: the same work, by four hosts.

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

/// How many calls to the host one iteration of those rows is.
pub const HOST_CALLS: u32 = 1000;

/// What is done.
#[derive(Clone, Copy)]
pub enum Work {
    Empty,
    Add,
    HandleCommand,
    HostCall,
    HostCallStrings,
    /// So many bytes there and back.
    Echo(usize),
    /// The same, and what came back is looked at where it is by those who can. The floor cannot: wasmtime has the guest take
    /// a result back before it returns it.
    EchoInPlace(usize),
    /// So many records there and back.
    Records(usize),
    /// A container, one call, and its end, on each of the threads.
    SpawnCallDrop {
        threads: usize,
    },
    /// From a component's bytes to what containers are made of.
    LoadCold,
    /// The same, from what was compiled before.
    LoadCached,
}

impl Work {
    pub fn is_slow(self) -> bool {
        matches!(self, Work::LoadCold | Work::Echo(0x10_0000..) | Work::EchoInPlace(0x10_0000..) | Work::Records(1000..))
    }
}

/// A column.
pub trait Side {
    /// Does the work so many times, and returns how long that took; nothing where this column cannot do it.
    fn run(&mut self, work: Work, iterations: u64) -> Result<Option<Duration>>;

    /// Whether the results are right: a guest that does nothing would be fast.
    fn check(&mut self) -> Result<()>;

    /// One more container, that has been called.
    fn spawn(&self) -> Result<Box<dyn Any>>;
}

/// Starts a column, for up to `capacity` containers at a time. The guests of Tairitsu and of the floor have the same
/// interfaces: swapped, they tell on which side a difference is.
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

/// Does it so many times, and returns how long that took.
#[inline(always)]
fn time<T, E>(iterations: u64, mut work: impl FnMut() -> Result<T, E>) -> Result<Option<Duration>, E> {
    let start = Instant::now();
    for _ in 0..iterations {
        black_box(work()?);
    }
    Ok(Some(start.elapsed()))
}

/// Does it so many times on each of the threads, and returns how long that took.
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

/// The record that each column makes its own of: one string, three tags.
const NAME: &str = "a name of some length";
const TAGS: [&str; 3] = ["red", "green and blue", "x"];

/// Looks at what came back.
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

/// A core module as a component.
fn componentize(module: &[u8]) -> Result<Vec<u8>> {
    use wasi_preview1_component_adapter_provider as adapter;
    wit_component::ComponentEncoder::default()
        .adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
        .module(module)?
        .encode()
}
