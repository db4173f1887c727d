//! What a container may use up.

use std::time::Duration;

/// The stack that wasm may use in one call, in bytes, unless [`RegistryBuilder::stack_bytes`] says otherwise.
///
/// [`RegistryBuilder::stack_bytes`]: crate::RegistryBuilder::stack_bytes
pub(crate) const DEFAULT_STACK: usize = 512 << 10;

/// The most elements that one table has in a pool: what a container has in all of them by default.
pub(crate) const TABLE_ELEMENTS: usize = 100_000;

/// Linear memories of one container: each reserves addresses, however small it is.
pub(crate) const MEMORIES: usize = 16;
/// Tables of one container.
pub(crate) const TABLES: usize = 64;
/// Core instances of one container.
pub(crate) const INSTANCES: usize = 256;

/// What a container may use up. The defaults are meant for code that nobody has read.
///
/// | limit | unit | default | ends in |
/// |---|---|---|---|
/// | [`deadline`](Limits::deadline) | time of one call | 5 s | [`CallError::Deadline`] |
/// | [`memory_bytes`](Limits::memory_bytes) | bytes of all linear memories | 128 MiB | [`CallError::Memory`] |
/// | [`table_elements`](Limits::table_elements) | elements of all tables | 100,000 | [`CallError::Table`] |
/// | [`host_bytes`](Limits::host_bytes) | bytes that the host allocates to lift one list of values | 32 MiB | [`CallError::HostBytes`] |
/// | [`handles`](Limits::handles) | handles to resources, WASI's among them, at once | 1,000 | [`CallError::Handles`] |
/// | [`fuel`](Limits::fuel) | fuel of one call | not counted | [`CallError::Fuel`] |
/// | [`RegistryBuilder::stack_bytes`] | bytes of wasm stack | 512 KiB | [`CallError::Stack`] |
///
/// Besides, a container has at most 16 memories, 64 tables and 256 core instances. Each memory reserves 4 GiB of
/// addresses, of which a 64-bit process has enough for some 30,000, and a few of the system's mappings
/// (`vm.max_map_count` on Linux). [`RegistryBuilder::pooling`] reserves them at once.
///
/// Whatever ends a call at a limit is a trap: the container is [`Status::Trapped`] and can be restarted.
///
/// [`CallError::Deadline`]: crate::CallError::Deadline
/// [`CallError::Memory`]: crate::CallError::Memory
/// [`CallError::Table`]: crate::CallError::Table
/// [`CallError::HostBytes`]: crate::CallError::HostBytes
/// [`CallError::Fuel`]: crate::CallError::Fuel
/// [`CallError::Stack`]: crate::CallError::Stack
/// [`CallError::Handles`]: crate::CallError::Handles
/// [`RegistryBuilder::pooling`]: crate::RegistryBuilder::pooling
/// [`RegistryBuilder::stack_bytes`]: crate::RegistryBuilder::stack_bytes
/// [`Status::Trapped`]: crate::Status::Trapped
#[derive(Clone, Debug)]
#[must_use = "it has no effect until it is given to a builder"]
pub struct Limits {
    pub(crate) deadline: Option<Duration>,
    pub(crate) memory: usize,
    pub(crate) tables: usize,
    pub(crate) host_bytes: usize,
    pub(crate) handles: usize,
    pub(crate) fuel: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Some(Duration::from_secs(5)),
            memory: 128 << 20,
            tables: TABLE_ELEMENTS,
            host_bytes: 32 << 20,
            handles: 1_000,
            fuel: None,
        }
    }
}

impl Limits {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long one call may take, and likewise the start of an instance. The grain is 10 ms, and a call ends within
    /// two of them after its deadline. `None` is for code that is trusted to end.
    ///
    /// Guest code is interrupted, and so is a guest that waits in WASI. A provider's function is not: a call that
    /// is late when it returns ends then.
    pub fn deadline(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.deadline = time.into();
        self
    }

    /// The bytes of all linear memories together.
    pub fn memory_bytes(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// The elements of all tables together. Each is a pointer of the host's.
    pub fn table_elements(mut self, elements: usize) -> Self {
        self.tables = elements;
        self
    }

    /// The bytes that the host allocates for what the guest gives it at once: the arguments of one call to a
    /// provider, or the result of one call to the guest.
    pub fn host_bytes(mut self, bytes: usize) -> Self {
        self.host_bytes = bytes;
        self
    }

    /// The handles to resources that there are at once: the guest's to the host's, to its own and to WASI's (streams, files,
    /// sockets, timers), the host's to the guest's, and what is lent for a call.
    pub fn handles(mut self, handles: usize) -> Self {
        self.handles = handles;
        self
    }

    /// The fuel of one call: about one unit for an instruction of wasm, the same on every machine and in every run.
    /// It needs a registry that counts it ([`RegistryBuilder::fuel`]), since code that counts is slower.
    ///
    /// [`RegistryBuilder::fuel`]: crate::RegistryBuilder::fuel
    pub fn fuel(mut self, fuel: impl Into<Option<u64>>) -> Self {
        self.fuel = fuel.into();
        self
    }
}
