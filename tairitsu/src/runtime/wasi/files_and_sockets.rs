//! WASI's functions about files and sockets that wait, in containers whose calls are not futures.
//!
//! wasmtime-wasi waits for them inside tokio, which is refused on a thread of a tokio runtime, and waits without an end. A
//! file may be a pipe that nobody writes to. So here they are linked anew: they wait as the functions in `blocking` do.

use super::blocking::wait;
use crate::runtime::store::state::State;
use std::future::Future;
use std::pin::Pin;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentNamedList, Lift, Linker, LinkerInstance, Lower, Resource, ResourceType};
use wasmtime_wasi::filesystem::{WasiFilesystemCtxView, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    self as files, Advice, Descriptor, DescriptorFlags, DirectoryEntryStream, HostDescriptor, HostDirectoryEntryStream,
    NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{Host as _, HostResolveAddressStream, ResolveAddressStream};
use wasmtime_wasi::p2::bindings::sockets::network::{self, IpAddressFamily, IpSocketAddress, Network};
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket::Host as _;
use wasmtime_wasi::p2::bindings::sockets::udp::{
    HostIncomingDatagramStream, HostOutgoingDatagramStream, HostUdpSocket, IncomingDatagramStream, OutgoingDatagram,
    OutgoingDatagramStream,
};
use wasmtime_wasi::p2::bindings::sockets::udp_create_socket::Host as _;
use wasmtime_wasi::p2::{FsError, SocketError, TcpSocket, UdpSocket};
use wasmtime_wasi::sockets::{WasiSocketsCtxView, WasiSocketsView};

/// The future of a function, which borrows the container's WASI.
type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A function of a family, with arguments `A`. The guest's result is an `R`.
type Function<F, A, R> = for<'a> fn(&'a mut <F as Family>::View<'_>, A) -> Later<'a, Result<R, <F as Family>::Error>>;

/// A family of functions with the same errors.
trait Family: 'static {
    type View<'a>;
    type Error: 'static;
    type Code;

    fn view(state: &mut State) -> Self::View<'_>;

    /// The guest's error, or the error of the call.
    fn code(view: &mut Self::View<'_>, error: Self::Error) -> wasmtime::Result<Self::Code>;
}

struct Files;

impl Family for Files {
    type View<'a> = WasiFilesystemCtxView<'a>;
    type Error = FsError;
    type Code = files::ErrorCode;

    fn view(state: &mut State) -> Self::View<'_> {
        state.filesystem()
    }

    fn code(view: &mut Self::View<'_>, error: FsError) -> wasmtime::Result<files::ErrorCode> {
        files::Host::convert_error_code(view, error)
    }
}

struct Sockets;

impl Family for Sockets {
    type View<'a> = WasiSocketsCtxView<'a>;
    type Error = SocketError;
    type Code = network::ErrorCode;

    fn view(state: &mut State) -> Self::View<'_> {
        state.sockets()
    }

    fn code(view: &mut Self::View<'_>, error: SocketError) -> wasmtime::Result<network::ErrorCode> {
        network::Host::convert_error_code(view, error)
    }
}

/// Links a function of a family anew.
fn anew<F: Family, A, R>(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    function: Function<F, A, R>,
) -> wasmtime::Result<()>
where
    A: ComponentNamedList + Lift + 'static,
    R: 'static,
    F::Code: 'static,
    (Result<R, F::Code>,): ComponentNamedList + Lower,
{
    linker.func_wrap(name, move |mut store: StoreContextMut<'_, State>, args: A| {
        let time = store.data().time.clone();
        let mut view = F::view(store.data_mut());
        match wait(&time, function(&mut view, args))? {
            Ok(result) => Ok((Ok(result),)),
            Err(error) => Ok((Err(F::code(&mut view, error)?),)),
        }
    })
}

/// Links the functions about files. `interface` is the id under which wasmtime-wasi has linked them.
pub(super) fn link_files(linker: &mut Linker<State>, interface: &str) -> wasmtime::Result<()> {
    type File = Resource<Descriptor>;
    let l = &mut linker.instance(interface)?;
    l.func_wrap("[method]descriptor.is-same-object", |mut store: StoreContextMut<'_, State>, (a, b): (File, File)| {
        let time = store.data().time.clone();
        let mut view = store.data_mut().filesystem();
        Ok((wait(&time, HostDescriptor::is_same_object(&mut view, a, b))??,))
    })?;
    anew::<Files, (File, u64, u64, Advice), ()>(l, "[method]descriptor.advise", |view, (file, at, len, advice)| {
        Box::pin(view.advise(file, at, len, advice))
    })?;
    anew::<Files, (File,), _>(l, "[method]descriptor.sync-data", |view, (file,)| Box::pin(view.sync_data(file)))?;
    anew::<Files, (File,), _>(l, "[method]descriptor.sync", |view, (file,)| Box::pin(view.sync(file)))?;
    anew::<Files, (File,), _>(l, "[method]descriptor.get-flags", |view, (file,)| Box::pin(view.get_flags(file)))?;
    anew::<Files, (File,), _>(l, "[method]descriptor.get-type", |view, (file,)| Box::pin(view.get_type(file)))?;
    anew::<Files, (File,), _>(l, "[method]descriptor.stat", |view, (file,)| Box::pin(view.stat(file)))?;
    anew::<Files, (File,), _>(l, "[method]descriptor.metadata-hash", |view, (file,)| {
        Box::pin(view.metadata_hash(file))
    })?;
    anew::<Files, (File,), _>(l, "[method]descriptor.read-directory", |view, (file,)| {
        Box::pin(view.read_directory(file))
    })?;
    anew::<Files, (File, u64), _>(l, "[method]descriptor.set-size", |view, (file, size)| {
        Box::pin(view.set_size(file, size))
    })?;
    anew::<Files, (File, NewTimestamp, NewTimestamp), _>(l, "[method]descriptor.set-times", |view, (file, a, m)| {
        Box::pin(view.set_times(file, a, m))
    })?;
    anew::<Files, (File, u64, u64), _>(l, "[method]descriptor.read", |view, (file, len, at)| {
        Box::pin(view.read(file, len, at))
    })?;
    anew::<Files, (File, Vec<u8>, u64), _>(l, "[method]descriptor.write", |view, (file, bytes, at)| {
        Box::pin(view.write(file, bytes, at))
    })?;
    anew::<Files, (File, String), _>(l, "[method]descriptor.create-directory-at", |view, (file, path)| {
        Box::pin(view.create_directory_at(file, path))
    })?;
    anew::<Files, (File, String), _>(l, "[method]descriptor.readlink-at", |view, (file, path)| {
        Box::pin(view.readlink_at(file, path))
    })?;
    anew::<Files, (File, String), _>(l, "[method]descriptor.remove-directory-at", |view, (file, path)| {
        Box::pin(view.remove_directory_at(file, path))
    })?;
    anew::<Files, (File, String), _>(l, "[method]descriptor.unlink-file-at", |view, (file, path)| {
        Box::pin(view.unlink_file_at(file, path))
    })?;
    anew::<Files, (File, String, String), _>(l, "[method]descriptor.symlink-at", |view, (file, from, to)| {
        Box::pin(view.symlink_at(file, from, to))
    })?;
    anew::<Files, (File, String, File, String), _>(
        l,
        "[method]descriptor.rename-at",
        |view, (file, from, into, to)| Box::pin(view.rename_at(file, from, into, to)),
    )?;
    anew::<Files, (File, PathFlags, String), _>(l, "[method]descriptor.stat-at", |view, (file, flags, path)| {
        Box::pin(view.stat_at(file, flags, path))
    })?;
    anew::<Files, (File, PathFlags, String), _>(
        l,
        "[method]descriptor.metadata-hash-at",
        |view, (file, flags, path)| Box::pin(view.metadata_hash_at(file, flags, path)),
    )?;
    anew::<Files, (File, PathFlags, String, NewTimestamp, NewTimestamp), _>(
        l,
        "[method]descriptor.set-times-at",
        |view, (file, flags, path, a, m)| Box::pin(view.set_times_at(file, flags, path, a, m)),
    )?;
    anew::<Files, (File, PathFlags, String, File, String), _>(
        l,
        "[method]descriptor.link-at",
        |view, (file, flags, from, into, to)| Box::pin(view.link_at(file, flags, from, into, to)),
    )?;
    anew::<Files, (File, PathFlags, String, OpenFlags, DescriptorFlags), _>(
        l,
        "[method]descriptor.open-at",
        |view, (file, path_flags, path, open, flags)| Box::pin(view.open_at(file, path_flags, path, open, flags)),
    )?;
    anew::<Files, (Resource<DirectoryEntryStream>,), _>(
        l,
        "[method]directory-entry-stream.read-directory-entry",
        |view, (stream,)| Box::pin(view.read_directory_entry(stream)),
    )
}

/// Links the functions about sockets that use the runtime which drives the sockets. `id` makes the id under which
/// wasmtime-wasi has linked an interface.
pub(super) fn link_sockets(linker: &mut Linker<State>, id: impl Fn(&str) -> String) -> wasmtime::Result<()> {
    type Tcp = Resource<TcpSocket>;
    type Udp = Resource<UdpSocket>;
    type Net = Resource<Network>;
    let l = &mut linker.instance(&id("tcp-create-socket"))?;
    anew::<Sockets, (IpAddressFamily,), _>(l, "create-tcp-socket", |view, (family,)| {
        Box::pin(async move { view.create_tcp_socket(family) })
    })?;
    let l = &mut linker.instance(&id("tcp"))?;
    anew::<Sockets, (Tcp, Net, IpSocketAddress), _>(l, "[method]tcp-socket.start-bind", |view, (socket, net, to)| {
        Box::pin(HostTcpSocket::start_bind(view, socket, net, to))
    })?;
    anew::<Sockets, (Tcp, Net, IpSocketAddress), _>(
        l,
        "[method]tcp-socket.start-connect",
        |view, (socket, net, to)| Box::pin(async move { view.start_connect(socket, net, to) }),
    )?;
    anew::<Sockets, (Tcp,), _>(l, "[method]tcp-socket.finish-connect", |view, (socket,)| {
        Box::pin(async move { view.finish_connect(socket) })
    })?;
    anew::<Sockets, (Tcp,), _>(l, "[method]tcp-socket.start-listen", |view, (socket,)| {
        Box::pin(view.start_listen(socket))
    })?;
    anew::<Sockets, (Tcp,), _>(l, "[method]tcp-socket.accept", |view, (socket,)| {
        Box::pin(async move { view.accept(socket) })
    })?;
    let l = &mut linker.instance(&id("udp-create-socket"))?;
    anew::<Sockets, (IpAddressFamily,), _>(l, "create-udp-socket", |view, (family,)| {
        Box::pin(view.create_udp_socket(family))
    })?;
    let l = &mut linker.instance(&id("udp"))?;
    anew::<Sockets, (Udp, Net, IpSocketAddress), _>(l, "[method]udp-socket.start-bind", |view, (socket, net, to)| {
        Box::pin(HostUdpSocket::start_bind(view, socket, net, to))
    })?;
    anew::<Sockets, (Udp, Option<IpSocketAddress>), _>(l, "[method]udp-socket.stream", |view, (socket, to)| {
        Box::pin(view.stream(socket, to))
    })?;
    anew::<Sockets, (Resource<IncomingDatagramStream>, u64), _>(
        l,
        "[method]incoming-datagram-stream.receive",
        |view, (stream, most)| Box::pin(async move { view.receive(stream, most) }),
    )?;
    anew::<Sockets, (Resource<OutgoingDatagramStream>,), _>(
        l,
        "[method]outgoing-datagram-stream.check-send",
        |view, (stream,)| Box::pin(async move { view.check_send(stream) }),
    )?;
    anew::<Sockets, (Resource<OutgoingDatagramStream>, Vec<OutgoingDatagram>), _>(
        l,
        "[method]outgoing-datagram-stream.send",
        |view, (stream, datagrams)| Box::pin(async move { view.send(stream, datagrams) }),
    )?;
    let outgoing = ResourceType::host::<OutgoingDatagramStream>();
    l.resource("outgoing-datagram-stream", outgoing, |mut store, place| {
        let time = store.data().time.clone();
        let mut view = store.data_mut().sockets();
        wait(&time, HostOutgoingDatagramStream::drop(&mut view, Resource::new_own(place)))?
    })?;
    let l = &mut linker.instance(&id("ip-name-lookup"))?;
    anew::<Sockets, (Net, String), _>(l, "resolve-addresses", |view, (net, name)| {
        Box::pin(async move { view.resolve_addresses(net, name) })
    })?;
    anew::<Sockets, (Resource<ResolveAddressStream>,), _>(
        l,
        "[method]resolve-address-stream.resolve-next-address",
        |view, (stream,)| Box::pin(async move { view.resolve_next_address(stream) }),
    )
}
