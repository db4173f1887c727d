//! How much a container may use.

use std::time::Duration;

/// The default stack of wasm in one call, in bytes. [`RegistryBuilder::stack_bytes`] changes it.
///
/// [`RegistryBuilder::stack_bytes`]: crate::RegistryBuilder::stack_bytes
pub(crate) const DEFAULT_STACK: usize = 512 << 10;

/// The most elements of one table in a pool. It is also the default limit of all tables of a container together.
pub(crate) const TABLE_ELEMENTS: usize = 100_000;

/// The most linear memories of one container. Each memory reserves addresses, even a small one.
pub(crate) const MEMORIES: usize = 16;
/// The most tables of one container.
pub(crate) const TABLES: usize = 64;
/// The most core instances of one container.
pub(crate) const INSTANCES: usize = 256;

/// How much a container may use. The defaults are meant for untrusted code.
///
/// | limit | unit | default | error at the limit |
/// |---|---|---|---|
/// | [`deadline`](Limits::deadline) | time of one call | 5 s | [`CallError::Deadline`] |
/// | [`memory_bytes`](Limits::memory_bytes) | bytes of all linear memories and of the heap | 128 MiB | [`CallError::Memory`] |
/// | [`table_elements`](Limits::table_elements) | elements of all tables | 100,000 | [`CallError::Table`] |
/// | [`host_bytes`](Limits::host_bytes) | bytes of values lifted together | 32 MiB | [`CallError::HostBytes`] |
/// | [`handles`](Limits::handles) | handles to resources, WASI's among them, at once | 1,000 | [`CallError::Handles`] |
/// | [`fuel`](Limits::fuel) | fuel of one call | not counted | [`CallError::Fuel`] |
/// | [`RegistryBuilder::stack_bytes`] | bytes of wasm stack | 512 KiB | [`CallError::Stack`] |
///
/// A container also has at most 16 memories, 64 tables and 256 core instances. Each memory reserves 4 GiB of
/// addresses; a 64-bit process has enough addresses for about 30,000 memories. Each memory also takes a few of the
/// mappings that the system allows a process (`vm.max_map_count` on Linux). [`RegistryBuilder::pooling`] reserves all
/// addresses at once.
///
/// A call that reaches a limit ends in a trap. The container is then [`Status::Trapped`], and can be restarted.
///
/// ```
/// use std::time::Duration;
///
/// let limits = tairitsu::Limits::new()
///     .deadline(Duration::from_millis(200))
///     .memory_bytes(32 << 20)
///     .host_bytes(1 << 20);
/// # let _ = limits;
/// ```
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

    /// Limits the time of one call, and the time of an instance's start. `None` sets no limit: use it for code that you
    /// trust to end.
    ///
    /// Deadlines are checked every 10 ms. A call ends at most 20 ms after its deadline.
    ///
    /// Guest code is interrupted, and so is a guest that waits in WASI. So are the lifting and the lowering of values,
    /// after some thousand items. A provider's function is not interrupted. If the call is over its deadline when the
    /// provider's function returns, the call ends then.
    pub fn deadline(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.deadline = time.into();
        self
    }

    /// Limits the bytes of all linear memories together, and of the heap of collected values.
    ///
    /// Only a guest that uses WebAssembly's own structs, arrays or exceptions has such a heap. The engine doubles the heap
    /// each time, so a heap may reach the limit when it fills half of it.
    pub fn memory_bytes(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Limits the elements of all tables together. Each element takes a pointer of host memory.
    pub fn table_elements(mut self, elements: usize) -> Self {
        self.tables = elements;
        self
    }

    /// Limits the bytes that the host allocates for values that it lifts together: the arguments of one call to a
    /// provider, or the result of one call to the guest.
    ///
    /// Each item of a list counts as the bytes that the host allocates for the item, and no less than the item's size in
    /// the guest. An item of no size counts as one byte. A string counts as the bytes that it has in UTF-8, and no less
    /// than its bytes in the guest.
    ///
    /// A set or a map of `std` counts as the list of its items. While it is made, it takes up to four times as much.
    pub fn host_bytes(mut self, bytes: usize) -> Self {
        self.host_bytes = bytes;
        self
    }

    /// Limits the handles that exist at once. These count:
    ///
    /// - the guest's handles to its own resources, to the host's and to WASI's (streams, files, sockets, timers);
    /// - the host's handles to the guest's resources;
    /// - handles that are lent for a call.
    pub fn handles(mut self, handles: usize) -> Self {
        self.handles = handles;
        self
    }

    /// Limits the fuel of one call. One instruction of wasm takes about one unit, the same on every machine and in
    /// every run.
    ///
    /// Fuel needs a registry that counts it ([`RegistryBuilder::fuel`]). By default a registry does not count fuel,
    /// because code that counts is slower.
    ///
    /// [`RegistryBuilder::fuel`]: crate::RegistryBuilder::fuel
    pub fn fuel(mut self, fuel: impl Into<Option<u64>>) -> Self {
        self.fuel = fuel.into();
        self
    }
}
