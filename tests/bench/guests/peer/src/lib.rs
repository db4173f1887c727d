//! The work's guest, with Extism's Rust PDK. Values other than bytes cross as MessagePack, the fastest encoding of
//! the PDK. Numbers of a fixed size cross as they are.

use extism_pdk::{FnResult, FromBytes, Msgpack, ToBytes, host_fn, plugin_fn};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Entry {
    id: u64,
    name: String,
    tags: Vec<String>,
    score: f64,
}

#[derive(Serialize, Deserialize, FromBytes, ToBytes)]
#[encoding(Msgpack)]
struct Entries(Vec<Entry>);

#[derive(Serialize, Deserialize, FromBytes, ToBytes)]
#[encoding(Msgpack)]
struct Command {
    command: String,
    payload: String,
}

#[derive(Serialize, Deserialize, FromBytes, ToBytes)]
#[encoding(Msgpack)]
struct Reply(Result<String, String>);

mod bare {
    #[link(wasm_import_module = "extism:host/user")]
    unsafe extern "C" {
        /// The cheapest call to the host: a number, without the PDK's memory.
        pub fn tick(n: u64) -> u64;
    }
}

#[host_fn]
extern "ExtismHost" {
    fn greet(name: &str) -> String;
}

#[plugin_fn]
pub fn empty() -> FnResult<()> {
    Ok(())
}

#[plugin_fn]
pub fn add(both: u64) -> FnResult<u32> {
    Ok((both as u32).wrapping_add((both >> 32) as u32))
}

#[plugin_fn]
pub fn call_host(times: u32) -> FnResult<u64> {
    // SAFETY: the host has the function, of this type.
    Ok((0..times).fold(0, |n, _| unsafe { bare::tick(n) }))
}

#[plugin_fn]
pub fn call_host_strings(times: u32) -> FnResult<u64> {
    let mut sum = 0;
    for _ in 0..times {
        // SAFETY: the host has the function, of this type.
        sum += unsafe { greet("Ada") }?.len() as u64;
    }
    Ok(sum)
}

#[plugin_fn]
pub fn echo(bytes: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(bytes)
}

#[plugin_fn]
pub fn echo_entries(entries: Entries) -> FnResult<Entries> {
    Ok(entries)
}

#[plugin_fn]
pub fn handle_command(Command { command, payload }: Command) -> FnResult<Reply> {
    let mut reply = String::with_capacity(command.len() + payload.len());
    reply.push_str(&command);
    reply.push_str(&payload);
    Ok(Reply(Ok(reply)))
}
