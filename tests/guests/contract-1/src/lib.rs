//! The first version of a contract.

/// Counts.
#[tairitsu::guest(package = "test:grow@1.0.0")]
pub trait Counter {
    /// Counts on by `by`.
    fn count(&mut self, by: u32) -> u32;
}

/// What the host provides. The second version declares the same.
#[tairitsu::host(package = "test:log@1.0.0")]
pub trait Log {
    /// Keeps a line, and returns how many there are.
    fn line(&mut self, text: &str) -> u32;
}

/// Has the host keep a line.
pub fn say(text: &str) -> u32 {
    tairitsu::Host.line(text)
}

/// An interface that this library has an implementation of.
#[tairitsu::guest(package = "test:extra@1.0.0")]
pub trait Extra {
    /// A text.
    fn extra(&mut self, text: &str) -> String;
}

/// The implementation.
#[derive(Default)]
pub struct Base(u32);

#[tairitsu::guest]
impl Extra for Base {
    fn extra(&mut self, text: &str) -> String {
        self.0 += 1;
        format!("{text} {}", self.0)
    }
}

/// A resource that this library has an implementation of.
#[tairitsu::resource(guest, package = "test:extra@1.0.0")]
pub trait Box {
    /// A box.
    fn new(size: u32) -> Self;
    /// Its size.
    fn size(&self) -> u32;
}

/// The resource's type.
pub struct Crate(u32);

#[tairitsu::resource]
impl Box for Crate {
    fn new(size: u32) -> Self {
        Self(size)
    }

    fn size(&self) -> u32 {
        self.0
    }
}
