//! Sockets: a guest reaches the addresses that were granted, and no others. Only a guest for wasm32-wasip2 has
//! sockets.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Image, Limits, OnDenied, Policy, Registry, Wasi};
use tairitsu_test_unruly::Unruly;

/// The guest, if its target is installed.
fn image() -> Option<Image> {
    static IMAGE: OnceLock<Option<Image>> = OnceLock::new();
    let load = || {
        let path = env!("UNRULY_wasm32_wasip2");
        if path.is_empty() {
            assert!(std::env::var_os("TAIRITSU_ALL_TARGETS").is_none(), "wasm32-wasip2 is not installed");
            return None;
        }
        Some(Registry::new().load_image(std::fs::read(path).unwrap()).unwrap())
    };
    IMAGE.get_or_init(load).clone()
}

/// Listens on loopback, and greets each connection, `times` times.
fn greeter(times: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for _ in 0..times {
            listener.accept().unwrap().0.write_all(b"welcome").unwrap();
        }
    });
    address
}

fn connect(wasi: Wasi, address: SocketAddr) -> Result<String, CallError<String>> {
    let mut container = Container::builder(&image().unwrap()).wasi(wasi).build().unwrap();
    container.guest(Unruly).unwrap().connect(&address.to_string())
}

/// The guest gets an error as from any system, and goes on.
fn is_refused(result: Result<String, CallError<String>>) -> bool {
    matches!(&result, Err(CallError::Guest(kind)) if kind == "PermissionDenied") || panic!("{result:?}")
}

#[test]
fn addresses_that_are_granted_and_others() {
    if image().is_none() {
        return;
    }
    let (granted, other) = (greeter(3), greeter(1));
    // Three grants: this address, every port of its host, and the whole network.
    let any_port = SocketAddr::new(granted.ip(), 0);
    for wasi in [
        Wasi::new().tcp_connect(granted),
        Wasi::new().tcp_connect(any_port),
        Wasi::new().tcp_connect(other).tcp_connect(granted),
    ] {
        assert_eq!(connect(wasi, granted).unwrap(), "welcome");
    }
    assert_eq!(connect(Wasi::new().inherit_network(), other).unwrap(), "welcome");

    // A server listens there, so it is the grant that refuses, and not the system.
    let there = greeter(1);
    assert!(is_refused(connect(Wasi::new(), there)));
    assert!(is_refused(connect(Wasi::new().tcp_connect(granted), there)), "another port");
    let other_host: SocketAddr = ([127, 0, 0, 2], there.port()).into();
    assert!(is_refused(connect(Wasi::new().tcp_connect(other_host), there)), "another host");
    assert!(is_refused(connect(Wasi::new().tcp_listen(there), there)), "to listen is not to connect");
    assert!(is_refused(connect(Wasi::new().udp(there), there)), "another protocol");
    assert_eq!(connect(Wasi::new().tcp_connect(there), there).unwrap(), "welcome", "nobody has had its turn");
}

/// A policy that denies the interface overrides a grant.
#[test]
fn a_denied_interface() {
    let Some(image) = image() else { return };
    let address = greeter(0);
    let policy = Policy::allow_all().deny("wasi:sockets/*").unwrap();
    let builder = Container::builder(&image).wasi(Wasi::new().tcp_connect(address));
    let mut container = builder.policy(policy.on_denied(OnDenied::Trap)).build().unwrap();
    let error = container.guest(Unruly).unwrap().connect(&address.to_string()).unwrap_err();
    assert!(matches!(&error, CallError::Denied { function, .. } if function.starts_with("wasi:sockets/")), "{error}");
}

/// A silent peer holds up the call only until the deadline.
#[test]
fn a_peer_that_is_silent() {
    let Some(image) = image() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let deadline = Duration::from_millis(500);
    let builder = Container::builder(&image).wasi(Wasi::new().tcp_connect(address));
    let mut container = builder.limits(Limits::new().deadline(deadline)).build().unwrap();
    let start = Instant::now();
    let error = container.guest(Unruly).unwrap().connect(&address.to_string()).unwrap_err();
    assert!(matches!(error, CallError::Deadline { .. }), "{error}");
    assert!(start.elapsed() < 2 * deadline, "{:?}", start.elapsed());
}

/// The thread of a tokio runtime waits for a socket, and somebody else drives the socket meanwhile.
#[test]
fn inside_tokio() {
    if image().is_none() {
        return;
    }
    use tokio::runtime::Builder;
    let runtimes = [Builder::new_current_thread(), Builder::new_multi_thread()];
    let address = greeter(runtimes.len());
    for mut runtime in runtimes {
        let runtime = runtime.enable_all().build().unwrap();
        let said = runtime.block_on(async { connect(Wasi::new().tcp_connect(address), address) });
        assert_eq!(said.unwrap(), "welcome");
    }
}
