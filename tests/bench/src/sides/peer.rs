//! Extism.

use super::{HOST_CALLS, NAME, Side, TAGS, Work, bytes, expect, last, time, time_on_threads};
use anyhow::Result;
use extism::convert::Msgpack;
use extism::{CompiledPlugin, Manifest, PTR, Plugin, PluginBuilder, UserData, Val, ValType, Wasm, host_fn};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

pub const GUEST: &[u8] = tairitsu::include_guest!("tairitsu-bench-guest-peer");

pub struct Peer {
    compiled: CompiledPlugin,
    plugin: Plugin,
    cache: Cache,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    id: u64,
    name: String,
    tags: Vec<String>,
    score: f64,
}

type Entries = Msgpack<Vec<Entry>>;

#[derive(Serialize)]
struct Command {
    command: &'static str,
    payload: &'static str,
}

type Reply = Msgpack<Result<String, String>>;

host_fn!(greet(name: String) -> String { Ok(name) });

/// The directory of Extism's own cache of compiled modules. Removed when this is dropped.
struct Cache(PathBuf);

impl Cache {
    fn new() -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("tairitsu-bench-peer-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        std::fs::write(dir.join("config.toml"), format!("[cache]\ndirectory = {:?}\n", dir.join("modules")))?;
        Ok(Self(dir))
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn builder() -> PluginBuilder<'static> {
    PluginBuilder::new(Manifest::new([Wasm::data(GUEST)]))
        .with_wasi(true)
        .with_function("tick", [ValType::I64], [ValType::I64], UserData::new(()), |_, args, results, _| {
            let n = args[0].i64().unwrap_or_default();
            results[0] = Val::I64(n + 1);
            Ok(())
        })
        .with_function("greet", [PTR], [PTR], UserData::new(()), greet)
}

impl Peer {
    pub fn start() -> Result<Self> {
        let compiled = builder().with_cache_disabled().compile()?;
        let plugin = Plugin::new_from_compiled(&compiled)?;
        Ok(Self { compiled, plugin, cache: Cache::new()? })
    }
}

fn entries(len: usize) -> Vec<Entry> {
    let entry = |id| Entry { id, name: NAME.into(), tags: TAGS.map(Into::into).into(), score: 0.5 };
    (0..len as u64).map(entry).collect()
}

const COMMAND: Command = Command { command: "greet", payload: "Hello" };
const SUM: u64 = 2 << 32 | 1;

impl Side for Peer {
    fn run(&mut self, work: Work, iterations: u64) -> Result<Option<Duration>> {
        let plugin = &mut self.plugin;
        match work {
            Work::Empty => time(iterations, || plugin.call::<(), ()>("empty", ())),
            Work::Add => time(iterations, || plugin.call::<u64, u32>("add", black_box(SUM))),
            Work::HandleCommand => {
                time(iterations, || plugin.call::<_, Reply>("handle_command", Msgpack(black_box(COMMAND))))
            }
            Work::HostCall => time(iterations, || plugin.call::<u32, u64>("call_host", black_box(HOST_CALLS))),
            Work::HostCallStrings => {
                time(iterations, || plugin.call::<u32, u64>("call_host_strings", black_box(HOST_CALLS)))
            }
            Work::Echo(len) => {
                let value = bytes(len);
                time(iterations, || plugin.call::<&[u8], Vec<u8>>("echo", black_box(&value)))
            }
            Work::EchoInPlace(len) => {
                let value = bytes(len);
                time(iterations, || plugin.call::<&[u8], &[u8]>("echo", black_box(&value)).map(last))
            }
            Work::Records(len) => {
                let value = entries(len);
                time(iterations, || plugin.call::<_, Entries>("echo_entries", Msgpack(black_box(&value))))
            }
            Work::SpawnCallDrop { threads } => {
                let compiled = &self.compiled;
                time_on_threads(threads, iterations, || {
                    black_box(Plugin::new_from_compiled(compiled)?.call::<u64, u32>("add", black_box(SUM))?);
                    anyhow::Ok(())
                })
            }
            Work::LoadCold => time(iterations, || builder().with_cache_disabled().compile()),
            // Each of its calls is by name, and takes bytes.
            Work::EchoByName(_) | Work::RecordsByName(_) | Work::RecordsOfOlder(_) => return Ok(None),
            Work::LoadCached => {
                let config = self.cache.0.join("config.toml");
                builder().with_cache_config(&config).compile()?;
                time(iterations, || builder().with_cache_config(&config).compile())
            }
        }
    }

    fn check(&mut self) -> Result<()> {
        let plugin = &mut self.plugin;
        plugin.call::<(), ()>("empty", ())?;
        let Msgpack(reply) = plugin.call::<_, Reply>("handle_command", Msgpack(COMMAND))?;
        expect("handle-command", reply, Ok("greetHello".into()))?;
        expect("add", plugin.call::<u64, u32>("add", 3 << 32 | u64::from(u32::MAX))?, 2)?;
        expect("host-call", plugin.call::<u32, u64>("call_host", 7)?, 7)?;
        expect("host-call-strings", plugin.call::<u32, u64>("call_host_strings", 7)?, 21)?;
        expect("echo", plugin.call::<&[u8], Vec<u8>>("echo", &bytes(1000))?, bytes(1000))?;
        let Msgpack(echo) = plugin.call::<_, Entries>("echo_entries", Msgpack(entries(3)))?;
        expect("records", echo, entries(3))
    }

    fn spawn(&self) -> Result<Box<dyn Any>> {
        let mut plugin = Plugin::new_from_compiled(&self.compiled)?;
        plugin.call::<u64, u32>("add", SUM)?;
        Ok(Box::new(plugin))
    }
}
