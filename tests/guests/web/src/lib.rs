//! A guest whose host has `async fn`s. For the guest these are calls like any others.

use tairitsu_test_api::Steps;

/// Why there is no page.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// There is none at that address.
    NotFound(String),
}

/// The host's access to the web, which the guest does not have itself.
#[tairitsu::host]
pub trait Web {
    /// The page at an address, with one word after another in it.
    async fn get(&mut self, address: &str, words: Vec<String>) -> Result<String, Failure>;
    /// Lets some time go by.
    async fn rest(&self, ms: u64);
    /// How many pages there were.
    fn count(&self) -> u32;
}

/// The work of the guest.
#[tairitsu::guest]
pub trait Reader {
    /// Both pages, and how many there were.
    fn read(&mut self, first: &str, second: &str) -> Result<String, Failure>;
    /// Waits for this long.
    fn rest(&mut self, ms: u64);
    /// How many calls there were.
    fn calls(&mut self) -> u32;
}

/// The guest.
#[derive(Default)]
pub struct Guest {
    calls: u32,
}

#[tairitsu::guest]
impl Reader for Guest {
    fn read(&mut self, first: &str, second: &str) -> Result<String, Failure> {
        self.calls += 1;
        let words = |n: u32| (0..n).map(|n| n.to_string()).collect();
        let (first, second) = (tairitsu::Host.get(first, words(1))?, tairitsu::Host.get(second, words(3))?);
        Ok(format!("{first}, {second}: {}", tairitsu::Host.count()))
    }

    fn rest(&mut self, ms: u64) {
        self.calls += 1;
        Web::rest(&tairitsu::Host, ms);
    }

    fn calls(&mut self) -> u32 {
        self.calls += tairitsu::Host.step(self.calls);
        self.calls
    }
}
