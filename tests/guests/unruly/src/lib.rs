//! A guest that does what a guest should not.

/// Ways to go wrong.
#[tairitsu::guest(package = "test:unruly")]
pub trait Unruly {
    /// Works.
    fn ping(&self) -> u32;
    /// Panics with this message.
    fn panic(&mut self, message: &str);
    /// Divides by zero.
    fn trap(&mut self);
    /// Ends the process that it is not.
    fn exit(&mut self, code: i32);
    /// Uses up the stack.
    fn recurse(&mut self, depth: u64) -> u64;
    /// Writes to standard output and standard error.
    fn print(&mut self, out: &str, err: &str);
    /// What the outside shows: arguments, environment variables, files of the root, bytes of input.
    fn look_around(&mut self) -> (u32, u32, u32, u32);
}

/// The guest.
#[derive(Default)]
pub struct Guest;

#[tairitsu::guest]
impl Unruly for Guest {
    fn ping(&self) -> u32 {
        1
    }

    fn panic(&mut self, message: &str) {
        panic!("{message}");
    }

    fn trap(&mut self) {
        #[cfg(target_family = "wasm")]
        core::arch::wasm32::unreachable();
    }

    fn exit(&mut self, code: i32) {
        std::process::exit(code);
    }

    #[allow(unconditional_recursion, clippy::only_used_in_recursion)]
    fn recurse(&mut self, depth: u64) -> u64 {
        std::hint::black_box(self.recurse(depth + 1)) + 1
    }

    fn print(&mut self, out: &str, err: &str) {
        use std::io::Write;
        print!("{out}");
        std::io::stdout().flush().unwrap();
        eprint!("{err}");
    }

    fn look_around(&mut self) -> (u32, u32, u32, u32) {
        let mut input = Vec::new();
        let _ = std::io::Read::read_to_end(&mut std::io::stdin(), &mut input);
        (
            std::env::args_os().count() as u32,
            std::env::vars_os().count() as u32,
            std::fs::read_dir("/").map_or(0, |dir| dir.count() as u32),
            input.len() as u32,
        )
    }
}
