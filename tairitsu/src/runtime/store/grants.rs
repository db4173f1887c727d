//! What a container is granted through WASI: files, environment, streams, clocks, network.

use super::output::{Output, Pipe, Sink, Stream};
use crate::runtime::base::limits::Limits;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::message;
use crate::runtime::ledger::shared::Shared;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder};

/// What a container is granted through WASI.
///
/// Guests that are built for a WASI target import most of WASI, even if they never use it. So every image that imports
/// WASI gets it. By default nothing is granted: no files, no environment, no arguments, no network, and an empty
/// standard input. The guest's output goes to `tracing`.
///
/// By default, clocks and random numbers are the host's. [`Wasi::frozen_clocks`] and [`Wasi::seeded_random`] replace
/// them. To keep a guest from an interface altogether, deny the interface in the [`Policy`](crate::Policy).
///
/// ```
/// use tairitsu::{Output, Wasi};
///
/// let wasi = Wasi::new()
///     .env("LANG", "en")
///     .dir_read_only("/srv/data", "/data")
///     .stdout(Output::captured(64 * 1024));
/// ```
#[derive(Clone, Default)]
#[must_use = "it has no effect until it is given to a builder"]
pub struct Wasi {
    args: Vec<String>,
    env: Vec<(String, String)>,
    dirs: Vec<(PathBuf, String, Access)>,
    stdin: Input,
    stdout: Output,
    stderr: Output,
    frozen: bool,
    seed: Option<u64>,
    network: Network,
}

#[derive(Clone, Copy, Debug)]
enum Access {
    ReadOnly,
    ReadWrite,
}

#[derive(Clone, Debug, Default)]
enum Input {
    #[default]
    Empty,
    Inherited,
    Bytes(bytes::Bytes),
}

#[derive(Clone, Debug, Default)]
struct Network {
    tcp_connect: Vec<SocketAddr>,
    tcp_listen: Vec<SocketAddr>,
    udp: Vec<SocketAddr>,
    all: bool,
    names: bool,
}

impl Wasi {
    /// Grants nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an argument. By convention, the first argument is the program's name.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds an environment variable.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Lets the guest read a directory of the host, and everything below it. The guest sees it under the path `guest`.
    /// A link in the directory does not reach outside of it.
    pub fn dir_read_only(mut self, host: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.dirs.push((host.into(), guest.into(), Access::ReadOnly));
        self
    }

    /// Lets the guest read and write a directory of the host, as [`Wasi::dir_read_only`] lets it read. The bytes that
    /// the guest writes there have no limit.
    pub fn dir_read_write(mut self, host: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.dirs.push((host.into(), guest.into(), Access::ReadWrite));
        self
    }

    /// Gives the guest the host's standard input.
    pub fn inherit_stdin(mut self) -> Self {
        self.stdin = Input::Inherited;
        self
    }

    /// Gives every container these bytes as its standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Input::Bytes(bytes.into().into());
        self
    }

    /// Sets where standard output goes.
    pub fn stdout(mut self, output: Output) -> Self {
        self.stdout = output;
        self
    }

    /// Sets where standard error goes. Its last 4 KiB are also kept for the error of a guest that panics.
    pub fn stderr(mut self, output: Output) -> Self {
        self.stderr = output;
        self
    }

    /// Stops both clocks at 0, so that the guest cannot measure time. The guest can still wait.
    pub fn frozen_clocks(mut self) -> Self {
        self.frozen = true;
        self
    }

    /// Derives all random numbers from a seed, the same numbers in every container. Use this for runs that can be
    /// repeated. The numbers are not safe as secrets.
    pub fn seeded_random(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Lets the guest connect to an address by TCP. Port 0 stands for every port.
    pub fn tcp_connect(mut self, address: SocketAddr) -> Self {
        self.network.tcp_connect.push(address);
        self
    }

    /// Lets the guest listen at an address of the host by TCP. Anyone may connect to it. Port 0 stands for every port.
    pub fn tcp_listen(mut self, address: SocketAddr) -> Self {
        self.network.tcp_listen.push(address);
        self
    }

    /// Lets the guest send datagrams to an address, and receive datagrams from it. Port 0 stands for every port.
    pub fn udp(mut self, address: SocketAddr) -> Self {
        self.network.udp.push(address);
        self
    }

    /// Gives the guest the host's whole network, and the look-up of host names.
    pub fn inherit_network(mut self) -> Self {
        (self.network.all, self.network.names) = (true, true);
        self
    }

    /// Lets the guest look up host names with the host's resolver. Every name that the guest asks for may
    /// leave the host.
    pub fn name_lookup(mut self) -> Self {
        self.network.names = true;
        self
    }

    /// Whether a container's WASI can be made at the first call of WASI. It can if making it cannot fail, and calls no
    /// function of the host program.
    pub(crate) fn can_wait(&self) -> bool {
        self.dirs.is_empty() && !self.stdout.is_writer() && !self.stderr.is_writer()
    }

    /// Opens the directories.
    ///
    /// # Errors
    ///
    /// - [`Error::Grant`] if a directory cannot be opened.
    pub(crate) fn open_dirs(&self) -> Result<WasiCtxBuilder, Error> {
        let mut builder = WasiCtxBuilder::new();
        for (host, guest, access) in &self.dirs {
            let permissions = match access {
                Access::ReadOnly => FsPerms::ReadOnly,
                Access::ReadWrite => FsPerms::ReadWrite,
            };
            builder
                .preopened_dir(host, guest, permissions)
                .map_err(|error| Error::Grant { what: host.display().to_string(), message: message(&error) })?;
        }
        Ok(builder)
    }

    /// Makes a container's WASI.
    ///
    /// # Errors
    ///
    /// - Those of [`Wasi::open_dirs`].
    /// - [`Error::Factory`] if the function for a writer panics.
    pub(crate) fn open(&self, limits: &Limits, shared: &Arc<Shared>) -> Result<Box<WasiState>, Error> {
        let sink = |output: &Output, interface: &str| {
            output.sink().map_err(|message| Error::Factory { interface: interface.into(), message })
        };
        let (stdout, stderr) = (sink(&self.stdout, "wasi:cli/stdout")?, sink(&self.stderr, "wasi:cli/stderr")?);
        Ok(self.finish(self.open_dirs()?, limits, shared, stdout, stderr))
    }

    /// Makes a container's WASI from grants that [can wait](Wasi::can_wait). So no output is a writer.
    pub(crate) fn open_later(&self, limits: &Limits, shared: &Arc<Shared>) -> Box<WasiState> {
        let [stdout, stderr] = [&self.stdout, &self.stderr].map(|output| output.sink().unwrap_or(Sink::Discarded));
        self.finish(WasiCtxBuilder::new(), limits, shared, stdout, stderr)
    }

    /// Makes a container's WASI from a builder that has the directories.
    fn finish(
        &self,
        mut builder: WasiCtxBuilder,
        limits: &Limits,
        shared: &Arc<Shared>,
        stdout: Sink,
        stderr: Sink,
    ) -> Box<WasiState> {
        let stdout = Pipe::new(Stream::Stdout, stdout, shared);
        let stderr = Pipe::new(Stream::Stderr, stderr, shared);
        builder.stdout(stdout.clone()).stderr(stderr.clone()).args(&self.args).envs(&self.env);
        match &self.stdin {
            Input::Empty => {}
            Input::Inherited => {
                builder.inherit_stdin();
            }
            Input::Bytes(bytes) => {
                builder.stdin(MemoryInputPipe::new(bytes.clone()));
            }
        }
        if self.frozen {
            builder.wall_clock(Frozen).monotonic_clock(Frozen);
        }
        if let Some(seed) = self.seed {
            builder
                .secure_random(ChaCha12Rng::seed_from_u64(seed))
                .insecure_random(ChaCha12Rng::seed_from_u64(!seed))
                .insecure_random_seed(seed.into());
        }
        builder.max_random_size(limits.host_bytes as u64);
        let network = &self.network;
        builder
            .allow_tcp(network.all || !network.tcp_connect.is_empty() || !network.tcp_listen.is_empty())
            .allow_udp(network.all || !network.udp.is_empty())
            .allow_ip_name_lookup(network.names);
        if network.all || !(network.tcp_connect.is_empty() && network.tcp_listen.is_empty() && network.udp.is_empty()) {
            let network = Arc::new(network.clone());
            builder.socket_addr_check(move |address, usage| {
                let allowed = network.allows(address, usage);
                Box::pin(async move { allowed })
            });
        }
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles);
        Box::new(WasiState { ctx: builder.build(), table, stdout, stderr })
    }
}

impl Network {
    fn allows(&self, address: SocketAddr, usage: SocketAddrUse) -> bool {
        let has = |list: &[SocketAddr]| {
            list.iter().any(|granted| {
                granted.ip() == address.ip() && (granted.port() == 0 || granted.port() == address.port())
            })
        };
        // The system itself binds this before it connects: any address, any port.
        let is_implicit = address.port() == 0
            && match address.ip() {
                IpAddr::V4(ip) => ip.is_unspecified(),
                IpAddr::V6(ip) => ip.is_unspecified(),
            };
        self.all
            || match usage {
                SocketAddrUse::TcpConnect => has(&self.tcp_connect),
                SocketAddrUse::TcpListen => has(&self.tcp_listen),
                SocketAddrUse::TcpBind => has(&self.tcp_listen) || (is_implicit && !self.tcp_connect.is_empty()),
                SocketAddrUse::TcpAccept => !self.tcp_listen.is_empty(),
                SocketAddrUse::UdpBind => is_implicit && !self.udp.is_empty(),
                SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => has(&self.udp),
            }
    }
}

impl fmt::Debug for Wasi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The values of the variables may be secrets, so they are left out.
        let env: Vec<_> = self.env.iter().map(|(name, _)| name).collect();
        f.debug_struct("Wasi")
            .field("args", &self.args)
            .field("env", &env)
            .field("dirs", &self.dirs)
            .field("stdin", &self.stdin)
            .field("stdout", &self.stdout)
            .field("stderr", &self.stderr)
            .field("frozen_clocks", &self.frozen)
            .field("seeded_random", &self.seed.is_some())
            .field("network", &self.network)
            .finish()
    }
}

/// A container's WASI.
pub(crate) struct WasiState {
    pub(crate) ctx: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) stdout: Pipe,
    pub(crate) stderr: Pipe,
}

impl WasiState {
    pub(crate) fn stderr_tail(&self) -> String {
        self.stderr.tail()
    }
}

/// A clock that stands still.
struct Frozen;

impl HostWallClock for Frozen {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for Frozen {
    fn resolution(&self) -> u64 {
        1_000_000_000
    }

    fn now(&self) -> u64 {
        0
    }
}
