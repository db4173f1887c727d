//! The work's guest, with `wit_bindgen::generate!`.

wit_bindgen::generate!({
    path: ["../../../../wit", "../../wit"],
    world: "tairitsu:bench/floor",
});

use exports::tairitsu::bench::work::Entry;
use tairitsu::bench::services;

struct Guest;

export!(Guest);

impl exports::tairitsu::bench::work::Guest for Guest {
    fn empty() {}

    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn call_host(times: u32) -> u64 {
        (0..times).fold(0, |n, _| services::tick(n))
    }

    fn call_host_strings(times: u32) -> u64 {
        (0..times).map(|_| services::greet("Ada").len() as u64).sum()
    }

    fn echo(bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn echo_entries(entries: Vec<Entry>) -> Vec<Entry> {
        entries
    }
}

impl exports::tairitsu::core::guest_api::Guest for Guest {
    fn init() -> Result<(), String> {
        Ok(())
    }

    fn handle_command(command: String, payload: String) -> Result<String, String> {
        let mut reply = String::with_capacity(command.len() + payload.len());
        reply.push_str(&command);
        reply.push_str(&payload);
        Ok(reply)
    }
}
