//! WASI for guests that import it: linked, with nothing behind it but what is granted.

use super::check::same_track;
use super::error::message;
use super::limits::Limits;
use super::output::{Output, Pipe, Stream};
use super::policy::Policy;
use super::provider::link_denied;
use super::state::State;
use super::template::TemplateInner;
use super::{Error, Image, wasi_io};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{
    Deterministic, FsPerms, HostMonotonicClock, HostWallClock, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
};
use wit_parser::WorldItem;

/// The interfaces of WASI 0.2 that wasmtime-wasi links.
const INTERFACES: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// The version under which wasmtime-wasi links them. It is checked before anything rests on it.
const VERSION: &str = "0.2.12";

/// Whether an import is WASI's, and is linked by [`link`].
pub(super) fn is_wasi(id: &str) -> bool {
    let name = id.split_once('@').map_or(id, |(name, _)| name);
    INTERFACES.contains(&name) && same_track(id, &format!("{name}@0.2.0"))
}

/// The id under which an interface of WASI is linked, whatever version the guest imports.
pub(super) fn provided_id(id: &str) -> String {
    let name = id.split_once('@').map_or(id, |(name, _)| name);
    format!("{name}@{VERSION}")
}

/// What a container has of the world through WASI.
///
/// Guests that are built for a WASI target import most of it, used or not, so that it is linked for every image that
/// asks. By default there is nothing behind it: no files, no environment, no arguments, an empty input, no network.
/// What the guest prints goes to `tracing`. Clocks and random numbers are the host's, and can be taken away. To keep a guest
/// from an interface altogether, deny it in the [`Policy`].
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
    /// Nothing granted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an argument. The first is by custom the program's name.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Lets the guest read a directory of the host, and all below it, under another path. What a link in it points
    /// to outside of it stays out of reach.
    #[must_use]
    pub fn dir_read_only(mut self, host: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.dirs.push((host.into(), guest.into(), Access::ReadOnly));
        self
    }

    /// Lets the guest read and write a directory of the host, likewise. What it writes there has no limit.
    #[must_use]
    pub fn dir_read_write(mut self, host: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.dirs.push((host.into(), guest.into(), Access::ReadWrite));
        self
    }

    /// Gives the guest the host's own standard input.
    #[must_use]
    pub fn inherit_stdin(mut self) -> Self {
        self.stdin = Input::Inherited;
        self
    }

    /// Gives every container these bytes as its standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Input::Bytes(bytes.into().into());
        self
    }

    /// Where standard output goes.
    #[must_use]
    pub fn stdout(mut self, output: Output) -> Self {
        self.stdout = output;
        self
    }

    /// Where standard error goes. Its last 4 KiB are kept besides, for the error of a guest that panics.
    #[must_use]
    pub fn stderr(mut self, output: Output) -> Self {
        self.stderr = output;
        self
    }

    /// Stops both clocks at 0, so that the guest can measure nothing. It can still wait.
    #[must_use]
    pub fn frozen_clocks(mut self) -> Self {
        self.frozen = true;
        self
    }

    /// Makes the random numbers follow from a seed, the same in every container: for runs that can be repeated, and
    /// worth nothing as secrets.
    #[must_use]
    pub fn seeded_random(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Lets the guest connect to an address by TCP. Port 0 stands for every port.
    #[must_use]
    pub fn tcp_connect(mut self, address: SocketAddr) -> Self {
        self.network.tcp_connect.push(address);
        self
    }

    /// Lets the guest listen at an address of the host by TCP, to whoever connects. Port 0 stands for every port.
    #[must_use]
    pub fn tcp_listen(mut self, address: SocketAddr) -> Self {
        self.network.tcp_listen.push(address);
        self
    }

    /// Lets the guest send datagrams to an address, and receive them from there. Port 0 stands for every port.
    #[must_use]
    pub fn udp(mut self, address: SocketAddr) -> Self {
        self.network.udp.push(address);
        self
    }

    /// Gives the guest the host's whole network, names included.
    #[must_use]
    pub fn inherit_network(mut self) -> Self {
        (self.network.all, self.network.names) = (true, true);
        self
    }

    /// Lets the guest look up host names, with the host's resolver. Any name it asks for leaves the host.
    #[must_use]
    pub fn name_lookup(mut self) -> Self {
        self.network.names = true;
        self
    }

    /// Whether a container's WASI may be made when it is called first, since nothing that happens then can fail or be seen.
    pub(super) fn can_wait(&self) -> bool {
        self.dirs.is_empty() && !self.stdout.is_writer() && !self.stderr.is_writer()
    }

    /// A container's WASI.
    pub(super) fn open(&self, limits: &Limits) -> Result<Box<WasiState>, Error> {
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
        Ok(self.finish(builder, limits))
    }

    /// A container's WASI with these directories.
    fn finish(&self, mut builder: WasiCtxBuilder, limits: &Limits) -> Box<WasiState> {
        let (stdout, stderr) = (Pipe::new(Stream::Stdout, &self.stdout), Pipe::new(Stream::Stderr, &self.stderr));
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
                .secure_random(Deterministic::new(stream_of(seed)))
                .insecure_random(Deterministic::new(stream_of(!seed)))
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
        // What the system binds by itself before it connects: any address, any port.
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
        // The values of variables may be secrets.
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
pub(super) struct WasiState {
    pub(super) ctx: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) stdout: Pipe,
    pub(super) stderr: Pipe,
}

impl WasiState {
    pub(super) fn stderr_tail(&self) -> String {
        self.stderr.tail()
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let wasi = self.wasi.get_or_insert_with(|| {
            let TemplateInner { wasi: Some(wasi), limits, .. } = &*self.template.inner else {
                unreachable!("WASI's functions are linked only where the template has it")
            };
            // What has directories does not wait for this.
            wasi.finish(WasiCtxBuilder::new(), limits)
        });
        WasiCtxView { ctx: &mut wasi.ctx, table: &mut wasi.table }
    }
}

/// Whether an image imports any of WASI.
pub(super) fn is_imported(image: &Image) -> bool {
    image.world().imports.keys().any(|key| is_wasi(&image.resolve().name_world_key(key)))
}

/// Links WASI, and the functions of it that are denied to errors.
pub(super) fn link(linker: &mut Linker<State>, image: &Image, policy: &Policy) -> Result<(), Error> {
    let fail = |message: String| Error::Link { interface: "wasi".into(), message };
    let result = wasmtime_wasi::p2::add_to_linker_sync(linker).and_then(|()| {
        linker.allow_shadowing(true);
        wasi_io::link(linker)
    });
    linker.allow_shadowing(false);
    result.map_err(|error| fail(message(&error)))?;
    for (key, item) in &image.world().imports {
        let imported = image.resolve().name_world_key(key);
        let WorldItem::Interface { id, .. } = item else { continue };
        if !is_wasi(&imported) {
            continue;
        }
        let provided = provided_id(&imported);
        for function in image.resolve().interfaces[*id].functions.keys() {
            if policy.denies(&imported, &provided, function) {
                deny(linker, &provided, function).map_err(fail)?;
            }
        }
    }
    Ok(())
}

/// Puts an error in the place of a function.
fn deny(linker: &mut Linker<State>, interface: &str, function: &str) -> Result<(), String> {
    // What is not there yet would not be in anybody's way there.
    let mut instance = linker.instance(interface).map_err(|error| message(&error))?;
    if link_denied(&mut instance, interface, function).is_ok() {
        return Err(format!("`{interface}#{function}` cannot be denied: it is not where WASI was linked"));
    }
    linker.allow_shadowing(true);
    let denied = linker.instance(interface).and_then(|mut instance| link_denied(&mut instance, interface, function));
    linker.allow_shadowing(false);
    denied.map_err(|error| message(&error))
}

/// The code with which a guest has ended itself, if that is what it did.
pub(super) fn exit_code(error: &wasmtime::Error) -> Option<i32> {
    error.downcast_ref::<I32Exit>().map(|exit| exit.0)
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

/// Bytes that follow from a seed, and do not repeat soon. Source: the SplitMix64 generator.
fn stream_of(mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    (0..512).flat_map(|_| next().to_le_bytes()).collect()
}
