//! The work that every column does, as a contract of Tairitsu's. `wit/bench.wit` is the same contract, written by
//! hand.

/// A record of everything that costs something.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: u64,
    pub name: String,
    pub tags: Vec<String>,
    pub score: f64,
}

#[tairitsu::guest(package = "tairitsu:bench@0.1.0")]
pub trait Work {
    fn empty(&mut self);
    fn add(&mut self, a: u32, b: u32) -> u32;
    /// Calls the host's `tick` so many times.
    fn call_host(&mut self, times: u32) -> u64;
    /// Calls the host's `greet` so many times.
    fn call_host_strings(&mut self, times: u32) -> u64;
    fn echo(&mut self, bytes: Vec<u8>) -> Vec<u8>;
    fn echo_entries(&mut self, entries: Vec<Entry>) -> Vec<Entry>;
}

#[tairitsu::host(package = "tairitsu:bench@0.1.0")]
pub trait Services {
    fn tick(&mut self, n: u64) -> u64;
    fn greet(&mut self, name: &str) -> String;
}

/// A later version of the contract, for a host that is newer than the guest.
pub mod later {
    /// The record with one field more.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Entry {
        pub id: u64,
        pub name: String,
        pub tags: Vec<String>,
        pub score: f64,
        #[wit(since = "0.1.1")]
        pub note: Option<String>,
    }

    #[tairitsu::guest(package = "tairitsu:bench@0.1.1")]
    pub trait Work {
        fn echo_entries(&mut self, entries: Vec<Entry>) -> Vec<Entry>;
    }
}
