//! The work's guest, with Tairitsu.

use tairitsu::core_world::GuestApi;
use tairitsu_bench_contract::{Entry, Services, Work};

#[derive(Default)]
struct Guest;

#[tairitsu::guest]
impl Work for Guest {
    fn empty(&mut self) {}

    fn add(&mut self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn call_host(&mut self, times: u32) -> u64 {
        (0..times).fold(0, |n, _| tairitsu::Host.tick(n))
    }

    fn call_host_strings(&mut self, times: u32) -> u64 {
        (0..times).map(|_| tairitsu::Host.greet("Ada").len() as u64).sum()
    }

    fn echo(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn echo_entries(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        entries
    }
}

#[tairitsu::guest]
impl GuestApi for Guest {
    fn init(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, String> {
        let mut reply = String::with_capacity(command.len() + payload.len());
        reply.push_str(command);
        reply.push_str(payload);
        Ok(reply)
    }
}
