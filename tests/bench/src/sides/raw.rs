//! Raw wasmtime, written by hand, in two columns: with the fastest settings, and with the default settings.

use self::tairitsu::bench::services;
use super::{HOST_CALLS, NAME, Side, TAGS, Work, bytes, expect, time, time_on_threads};
use anyhow::{Result, anyhow};
use std::any::Any;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;
use wasmtime::component::{Component, Func, HasSelf, Linker, ResourceTable, Val};
use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

wasmtime::component::bindgen!({ path: ["../../wit", "wit"], world: "tairitsu:bench/floor" });

use exports::tairitsu::bench::work::Entry;

pub const GUEST: &[u8] = ::tairitsu::include_guest!("tairitsu-bench-guest-floor");

/// The engine's settings.
pub enum Setup {
    /// The fastest settings (column `floor`).
    Best { capacity: u32 },
    /// The settings that wasmtime has by default (column `default`).
    Default,
}

pub struct Raw {
    engine: Engine,
    bytes: Vec<u8>,
    artifact: Artifact,
    pre: FloorPre<Host>,
    wasi: bool,
    store: Store<Host>,
    floor: Floor,
}

struct Host {
    /// The data of WASI, if the guest imports WASI.
    wasi: Option<Wasi>,
}

struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let wasi = self.wasi.as_mut().expect("linked only where it is there");
        WasiCtxView { ctx: &mut wasi.ctx, table: &mut wasi.table }
    }
}

impl services::Host for Host {
    fn tick(&mut self, n: u64) -> u64 {
        n + 1
    }

    fn greet(&mut self, name: String) -> String {
        name
    }
}

/// The compiled component as a file. Removed when this is dropped.
struct Artifact(PathBuf);

impl Drop for Artifact {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Setup {
    fn engine(&self) -> wasmtime::Result<Engine> {
        let mut config = Config::new();
        if let Setup::Best { capacity } = *self {
            config.concurrency_support(false);
            let mut pool = PoolingAllocationConfig::new();
            pool.pagemap_scan(Enabled::Yes)
                .linear_memory_keep_resident(2 << 20)
                .table_keep_resident(2 << 20)
                .total_component_instances(capacity)
                .total_core_instances(capacity * 4)
                .total_memories(capacity)
                .total_tables(capacity * 2)
                .total_stacks(0);
            let mut pooling = config.clone();
            pooling.allocation_strategy(pool);
            match Engine::new(&pooling) {
                Ok(engine) => return Ok(engine),
                // Without `PAGEMAP_SCAN` (Linux 6.7), what is kept resident costs more than it saves.
                Err(error) => eprintln!("floor: no pooling allocator with pagemap scan here: {error:#}"),
            }
        }
        Engine::new(&config)
    }

    fn name(&self) -> &'static str {
        match self {
            Setup::Best { .. } => "floor",
            Setup::Default => "default",
        }
    }
}

/// Turns wasmtime's error into one of anyhow. wasmtime has a feature for that, which would change every crate that
/// wasmtime is made of.
fn anyhow<T>(result: wasmtime::Result<T>) -> Result<T> {
    result.map_err(|error| anyhow!("{error:#}"))
}

impl Raw {
    pub fn start(setup: &Setup, guest: &[u8]) -> Result<Self> {
        let bytes = super::componentize(guest)?;
        anyhow(Self::start_with(setup, bytes))
    }

    fn start_with(setup: &Setup, bytes: Vec<u8>) -> wasmtime::Result<Self> {
        let engine = setup.engine()?;
        let component = Component::from_binary(&engine, &bytes)?;
        let wasi = component.component_type().imports(&engine).any(|(name, _)| name.starts_with("wasi:"));
        let pre = prepare(&engine, &component, wasi)?;
        let path = std::env::temp_dir().join(format!("tairitsu-bench-{}-{}.cwasm", setup.name(), std::process::id()));
        std::fs::write(&path, component.serialize()?)?;
        let (store, floor) = spawn(&pre, wasi)?;
        Ok(Self { engine, bytes, artifact: Artifact(path), pre, wasi, store, floor })
    }
}

fn prepare(engine: &Engine, component: &Component, wasi: bool) -> wasmtime::Result<FloorPre<Host>> {
    let mut linker = Linker::new(engine);
    if wasi {
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    }
    services::add_to_linker::<Host, HasSelf<Host>>(&mut linker, |host| host)?;
    FloorPre::new(linker.instantiate_pre(component)?)
}

fn spawn(pre: &FloorPre<Host>, wasi: bool) -> wasmtime::Result<(Store<Host>, Floor)> {
    let wasi = wasi.then(|| Wasi { ctx: WasiCtx::builder().build(), table: ResourceTable::new() });
    let mut store = Store::new(pre.engine(), Host { wasi });
    let floor = pre.instantiate(&mut store)?;
    Ok((store, floor))
}

fn entries(len: usize) -> Vec<Entry> {
    let entry = |id| Entry { id, name: NAME.into(), tags: TAGS.map(Into::into).into(), score: 0.5 };
    (0..len as u64).map(entry).collect()
}

impl Raw {
    fn try_run(&mut self, work: Work, iterations: u64) -> wasmtime::Result<Option<Duration>> {
        let store = &mut self.store;
        let guest = self.floor.tairitsu_bench_work();
        Ok(match work {
            Work::Empty => time(iterations, || guest.call_empty(&mut *store))?,
            Work::Add => time(iterations, || guest.call_add(&mut *store, black_box(1), black_box(2)))?,
            Work::HandleCommand => {
                let guest = self.floor.tairitsu_core_guest_api();
                let mut call = || guest.call_handle_command(&mut *store, black_box("greet"), black_box("Hello"));
                time(iterations, || call()?.map_err(wasmtime::Error::msg))?
            }
            Work::HostCall => time(iterations, || guest.call_call_host(&mut *store, black_box(HOST_CALLS)))?,
            Work::HostCallStrings => {
                time(iterations, || guest.call_call_host_strings(&mut *store, black_box(HOST_CALLS)))?
            }
            Work::Echo(len) | Work::EchoInPlace(len) => {
                let value = bytes(len);
                time(iterations, || guest.call_echo(&mut *store, black_box(&value)))?
            }
            Work::Records(len) | Work::RecordsOfOlder(len) => {
                let value = entries(len);
                time(iterations, || guest.call_echo_entries(&mut *store, black_box(&value)))?
            }
            Work::EchoByName(_) | Work::RecordsByName(_) => {
                let (function, value) = by_name(&self.pre, &mut *store, work)?;
                let (args, mut results) = ([value], [Val::Bool(false)]);
                time(iterations, || function.call(&mut *store, black_box(&args), black_box(&mut results)))?
            }
            Work::SpawnCallDrop { threads } => {
                let (pre, wasi) = (&self.pre, self.wasi);
                time_on_threads(threads, iterations, || {
                    let (mut store, floor) = spawn(pre, wasi)?;
                    black_box(floor.tairitsu_bench_work().call_add(&mut store, black_box(1), black_box(2))?);
                    Ok::<_, wasmtime::Error>(())
                })?
            }
            Work::LoadCold => time(iterations, || Component::from_binary(&self.engine, &self.bytes))?,
            Work::LoadCached => time(iterations, || {
                // SAFETY: this process has written the file, by the same engine.
                unsafe { Component::deserialize_file(&self.engine, &self.artifact.0) }
            })?,
        })
    }
}

/// The function of a dynamic call, and its argument.
fn by_name(pre: &FloorPre<Host>, store: &mut Store<Host>, work: Work) -> wasmtime::Result<(Func, Val)> {
    let (name, value) = match work {
        Work::RecordsByName(len) => {
            let text = |text: &str| Val::String(text.into());
            let entry = |id| {
                let fields = [
                    ("id", Val::U64(id)),
                    ("name", text(NAME)),
                    ("tags", Val::List(TAGS.map(text).into())),
                    ("score", Val::Float64(0.5)),
                ];
                Val::Record(fields.map(|(name, value)| (name.into(), value)).into())
            };
            ("echo-entries", Val::List((0..len as u64).map(entry).collect()))
        }
        Work::EchoByName(len) => ("echo", Val::List(bytes(len).into_iter().map(Val::U8).collect())),
        _ => return Err(wasmtime::Error::msg("not a dynamic call")),
    };
    let instance = pre.instance_pre().instantiate(&mut *store)?;
    let interface = instance.get_export_index(&mut *store, None, "tairitsu:bench/work@0.1.0");
    let function = instance.get_export_index(&mut *store, interface.as_ref(), name);
    let function = function.and_then(|function| instance.get_func(&mut *store, function));
    Ok((function.ok_or_else(|| wasmtime::Error::msg("the guest has no such function"))?, value))
}

impl Side for Raw {
    fn run(&mut self, work: Work, iterations: u64) -> Result<Option<Duration>> {
        anyhow(self.try_run(work, iterations))
    }

    fn check(&mut self) -> Result<()> {
        let store = &mut self.store;
        let reply = anyhow(self.floor.tairitsu_core_guest_api().call_handle_command(&mut *store, "greet", "Hello"))?;
        expect("handle-command", reply, Ok("greetHello".into()))?;
        let guest = self.floor.tairitsu_bench_work();
        anyhow(guest.call_empty(&mut *store))?;
        expect("add", anyhow(guest.call_add(&mut *store, u32::MAX, 3))?, 2)?;
        expect("host-call", anyhow(guest.call_call_host(&mut *store, 7))?, 7)?;
        expect("host-call-strings", anyhow(guest.call_call_host_strings(&mut *store, 7))?, 21)?;
        expect("echo", anyhow(guest.call_echo(&mut *store, &bytes(1000)))?, bytes(1000))?;
        // The types of `bindgen!` have no `PartialEq`, so their text is compared.
        let echo = anyhow(guest.call_echo_entries(&mut *store, &entries(3)))?;
        expect("records", format!("{echo:?}"), format!("{:?}", entries(3)))
    }

    fn spawn(&self) -> Result<Box<dyn Any>> {
        let (mut store, floor) = anyhow(spawn(&self.pre, self.wasi))?;
        anyhow(floor.tairitsu_bench_work().call_add(&mut store, 1, 2))?;
        Ok(Box::new((store, floor)))
    }
}
