//! The core world, `tairitsu:core`: commands and log lines as strings, for hosts and guests that share no other
//! contract.
//!
//! The attributes make this world, as they make any interface. `wit/world.wit` is the same world, written by hand. A
//! test compares the two.

/// What a guest of the core world exports.
#[tairitsu::guest(package = "tairitsu:core@0.1.0")]
pub trait GuestApi {
    /// Called once, before any command.
    fn init(&mut self) -> Result<(), String>;

    /// Handles a command, and returns its reply.
    fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, String>;
}

/// What the host of the core world provides.
#[tairitsu::host(package = "tairitsu:core@0.1.0")]
pub trait HostApi {
    /// Carries out a command for the guest, and returns its reply.
    fn execute(&mut self, command: &str, payload: &str) -> Result<String, String>;

    /// Takes a line of the guest's log. The level is one of `error`, `warn`, `info`, `debug` and `trace`.
    fn log(&mut self, level: &str, message: &str);
}
