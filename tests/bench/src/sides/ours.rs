//! Tairitsu, with a pool, as the floor has.

use super::{HOST_CALLS, NAME, Side, TAGS, Work, bytes, expect, last, time, time_on_threads};
use anyhow::Result;
use std::any::Any;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;
use tairitsu::{Cache, Container, Registry, Template, Value};
use tairitsu_bench_contract as contract;

pub const GUEST: &[u8] = tairitsu::include_guest!("tairitsu-bench-guest-ours");

pub struct Ours {
    registry: Registry,
    cached: Registry,
    _directory: Directory,
    component: Vec<u8>,
    template: Template,
    container: Container,
}

/// The provider.
struct Host;

#[tairitsu::host]
impl contract::Services for Host {
    fn tick(&mut self, n: u64) -> u64 {
        n + 1
    }

    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

/// The directory of the cache. Removed when this is dropped.
struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Ours {
    pub fn start(guest: &[u8], capacity: u32) -> Result<Self> {
        let registry = Registry::builder().pooling(capacity).build()?;
        let directory = Directory(std::env::temp_dir().join(format!("tairitsu-bench-cache-{}", std::process::id())));
        let cached = Registry::builder().cache(Cache::at(&directory.0)?).build()?;
        let component = super::componentize(guest)?;
        let image = registry.load_image(&component)?;
        // `spawn-call-drop` does not measure linking, because the floor has its `InstancePre` ready too.
        let template = Container::builder(&image).provide_with(|| Host).prepare()?;
        let container = template.spawn()?;
        Ok(Self { registry, cached, _directory: directory, component, template, container })
    }
}

fn entries(len: usize) -> Vec<contract::Entry> {
    let entry = |id| contract::Entry { id, name: NAME.into(), tags: TAGS.map(Into::into).into(), score: 0.5 };
    (0..len as u64).map(entry).collect()
}

fn later_entries(len: usize) -> Vec<contract::later::Entry> {
    let later =
        |contract::Entry { id, name, tags, score }| contract::later::Entry { id, name, tags, score, note: None };
    entries(len).into_iter().map(later).collect()
}

/// The function of a call by name, and its argument.
fn by_name(work: Work) -> Result<(String, Value)> {
    let function = |name| format!("{}#{name}", contract::Work.id());
    Ok(match work {
        Work::EchoByName(len) => (function("echo"), bytes(len).into()),
        Work::RecordsByName(len) => (function("echo-entries"), Value::from_rust(&entries(len))?),
        _ => anyhow::bail!("not a call by name"),
    })
}

impl Side for Ours {
    fn run(&mut self, work: Work, iterations: u64) -> Result<Option<Duration>> {
        if let Work::HandleCommand = work {
            let container = &mut self.container;
            return Ok(time(iterations, || container.handle_command(black_box("greet"), black_box("Hello")))?);
        }
        if let Work::EchoByName(_) | Work::RecordsByName(_) = work {
            let (name, value) = by_name(work)?;
            let mut args = [value];
            let container = &mut self.container;
            return Ok(time(iterations, || {
                container.call(&name, &args).map(|echo| args = [echo.unwrap_or(Value::none())])
            })?);
        }
        if let Work::RecordsOfOlder(len) = work {
            let mut guest = self.container.guest(contract::later::Work)?;
            let mut value = later_entries(len);
            return Ok(time(iterations, || guest.echo_entries(std::mem::take(&mut value)).map(|echo| value = echo))?);
        }
        let mut guest = self.container.guest(contract::Work)?;
        Ok(match work {
            Work::Empty => time(iterations, || guest.empty())?,
            Work::Add => time(iterations, || guest.add(black_box(1), black_box(2)))?,
            Work::HandleCommand | Work::EchoByName(_) | Work::RecordsByName(_) | Work::RecordsOfOlder(_) => {
                unreachable!("returned above")
            }
            Work::HostCall => time(iterations, || guest.call_host(black_box(HOST_CALLS)))?,
            Work::HostCallStrings => time(iterations, || guest.call_host_strings(black_box(HOST_CALLS)))?,
            // The argument is passed by value, so the result of one round is the argument of the next. Each round
            // makes one buffer and drops one, as in the other columns.
            Work::Echo(len) => {
                let mut value = bytes(len);
                time(iterations, || guest.echo(std::mem::take(&mut value)).map(|echo| value = echo))?
            }
            Work::EchoInPlace(len) => {
                let value = bytes(len);
                time(iterations, || guest.echo_with(black_box(&value), last))?
            }
            Work::Records(len) => {
                let mut value = entries(len);
                time(iterations, || guest.echo_entries(std::mem::take(&mut value)).map(|echo| value = echo))?
            }
            Work::SpawnCallDrop { threads } => {
                let template = &self.template;
                time_on_threads(threads, iterations, || {
                    black_box(template.spawn()?.guest(contract::Work)?.add(black_box(1), black_box(2))?);
                    anyhow::Ok(())
                })?
            }
            Work::LoadCold => time(iterations, || self.registry.load_image(&self.component))?,
            Work::LoadCached => {
                self.cached.load_image(&self.component)?;
                time(iterations, || self.cached.load_image(&self.component))?
            }
        })
    }

    fn check(&mut self) -> Result<()> {
        expect("handle-command", self.container.handle_command("greet", "Hello")?, "greetHello".into())?;
        for work in [Work::EchoByName(1000), Work::RecordsByName(3)] {
            let (name, value) = by_name(work)?;
            let echo = self.container.call(&name, std::slice::from_ref(&value))?;
            expect("by name", echo, Some(value))?;
        }
        let echo = self.container.guest(contract::later::Work)?.echo_entries(later_entries(3))?;
        expect("records of an older guest", echo, later_entries(3))?;
        let mut guest = self.container.guest(contract::Work)?;
        guest.empty()?;
        expect("add", guest.add(u32::MAX, 3)?, 2)?;
        expect("host-call", guest.call_host(7)?, 7)?;
        expect("host-call-strings", guest.call_host_strings(7)?, 21)?;
        expect("echo", guest.echo(bytes(1000))?, bytes(1000))?;
        expect("echo-in-place", guest.echo_with(&bytes(1000), <[u8]>::to_vec)?, bytes(1000))?;
        expect("records", guest.echo_entries(entries(3))?, entries(3))?;
        // The second time it is not compiled.
        let hits = || self.cached.cache().map(|cache| cache.stats().hits);
        self.cached.load_image(&self.component)?;
        let before = hits();
        self.cached.load_image(&self.component)?;
        expect("load-cached", hits(), before.map(|before| before + 1))
    }

    fn spawn(&self) -> Result<Box<dyn Any>> {
        let mut container = self.template.spawn()?;
        container.guest(contract::Work)?.add(1, 2)?;
        Ok(Box::new(container))
    }
}
