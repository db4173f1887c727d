//! A guest that does things that a guest should not do.

/// Ways to go wrong.
#[tairitsu::guest(package = "test:unruly")]
pub trait Unruly {
    /// Works.
    fn ping(&self) -> u32;
    /// Panics with this message.
    fn panic(&mut self, message: &str);
    /// Divides by zero.
    fn trap(&mut self);
    /// Calls `exit`, as if it were a process.
    fn exit(&mut self, code: i32);
    /// Uses up the stack.
    fn recurse(&mut self, depth: u64) -> u64;
    /// Writes to standard output and standard error.
    fn print(&mut self, out: &str, err: &str);
    /// Never returns.
    fn spin(&mut self);
    /// Allocates until it gets no more.
    fn hoard(&mut self);
    /// Logs forever.
    fn flood_log(&mut self);
    /// Prints forever.
    fn flood_output(&mut self);
    /// Sleeps.
    fn sleep(&mut self, milliseconds: u64);
    /// Asks the host of the core world to carry out a command.
    fn ask(&mut self, command: &str) -> Result<String, String>;
    /// Counts its calls.
    fn count(&mut self) -> u32;
    /// The arguments, and the variables as `name=value`.
    fn surroundings(&mut self) -> (Vec<String>, Vec<String>);
    /// The contents of a file.
    fn read(&mut self, path: &str) -> Result<String, String>;
    /// Writes a file.
    fn write(&mut self, path: &str, text: &str) -> Result<(), String>;
    /// All of the input.
    fn input(&mut self) -> String;
    /// Nanoseconds since 1970.
    fn now(&mut self) -> u64;
    /// A random number, the same for every call of one instance.
    fn random(&mut self) -> u64;
    /// Everything that the guest can see: arguments, environment variables, files of the root, bytes of input.
    fn look_around(&mut self) -> (u32, u32, u32, u32);
    /// Connects by TCP, and returns what is said there. Only a guest for wasm32-wasip2 has sockets.
    fn connect(&mut self, address: &str) -> Result<String, String>;
}

/// The guest.
#[derive(Default)]
pub struct Guest {
    calls: u32,
}

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

    fn spin(&mut self) {
        let mut n = 0u64;
        loop {
            n = std::hint::black_box(n + 1);
        }
    }

    fn hoard(&mut self) {
        let mut hoard = Vec::new();
        loop {
            hoard.push(std::hint::black_box(vec![1u8; 64 * 1024]));
        }
    }

    fn flood_log(&mut self) {
        loop {
            tairitsu::core_world::HostApi::log(&mut tairitsu::Host, "info", "and again");
        }
    }

    fn flood_output(&mut self) {
        loop {
            println!("and again");
        }
    }

    fn sleep(&mut self, milliseconds: u64) {
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    }

    fn ask(&mut self, command: &str) -> Result<String, String> {
        tairitsu::core_world::HostApi::execute(&mut tairitsu::Host, command, "")
    }

    fn count(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    fn surroundings(&mut self) -> (Vec<String>, Vec<String>) {
        (std::env::args().collect(), std::env::vars().map(|(name, value)| format!("{name}={value}")).collect())
    }

    fn read(&mut self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }

    fn write(&mut self, path: &str, text: &str) -> Result<(), String> {
        std::fs::write(path, text).map_err(|error| error.to_string())
    }

    fn input(&mut self) -> String {
        std::io::read_to_string(std::io::stdin()).unwrap_or_default()
    }

    fn now(&mut self) -> u64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |now| now.as_nanos() as u64)
    }

    fn random(&mut self) -> u64 {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(0)
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
    fn connect(&mut self, address: &str) -> Result<String, String> {
        let connect = || std::io::read_to_string(std::net::TcpStream::connect(address)?);
        connect().map_err(|error| format!("{:?}", error.kind()))
    }
}
