//! The second version of a contract.

/// Counts, further than before.
#[tairitsu::guest(package = "test:grow@2.0.0")]
pub trait Counter {
    /// Counts on by `by`.
    fn count(&mut self, by: u64) -> Result<u64, String>;
}

/// What the host provides. The first version declares the same.
#[tairitsu::host(package = "test:log@1.0.0")]
pub trait Log {
    /// Keeps a line, and returns how many there are.
    fn line(&mut self, text: &str) -> u32;
}

/// Has the host keep a line.
pub fn say(text: &str) -> u32 {
    tairitsu::Host.line(text)
}
