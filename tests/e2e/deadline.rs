//! The deadline while values are lifted and lowered. A value may be large, or small and refer to the same bytes many
//! times. Then lifting it takes long, and no guest code runs meanwhile.

use crate::asynchronous::block_on;
use crate::bad_input::with_section;
use std::collections::{BTreeSet, HashSet};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};
use tairitsu::schema::Role;
use tairitsu::{CallError, Container, ContainerBuilder, Error, Image, Limits, Registry, SharedContainer};

const DEADLINE: Duration = Duration::from_millis(100);

/// What a call may take on top of twice its deadline: the values that were lifted are freed, and tests run side by side.
const NOISE: Duration = Duration::from_millis(400);

#[tairitsu::wit]
struct Pair {
    small: u8,
    large: u32,
}

#[tairitsu::wit]
enum Shape {
    Dot(u8),
    Named(String),
}

/// Most functions return 4,096 lists, which all have the same items: 1,048,576 of them.
#[tairitsu::guest(package = "test:deadline")]
#[allow(dead_code)]
trait Long {
    fn bytes(&mut self) -> Vec<Vec<u8>>;
    fn texts(&mut self) -> Vec<String>;
    fn bools(&mut self) -> Vec<Vec<bool>>;
    fn pairs(&mut self) -> Vec<Vec<Pair>>;
    fn shapes(&mut self) -> Vec<Vec<Shape>>;
    fn options(&mut self) -> Vec<Vec<Option<u8>>>;
    fn results(&mut self) -> Vec<Vec<Result<u8, String>>>;
    /// The items of these are one list of 16,777,216, each of another value.
    fn sorted(&mut self) -> BTreeSet<u32>;
    fn hashed(&mut self) -> HashSet<u32>;
    /// Takes as long, and returns 65,536 items.
    fn few(&mut self) -> Vec<bool>;
    /// Passes the lists to the host.
    fn send(&mut self);
    /// Gets a list of the host's.
    fn receive(&mut self);
    /// Has the host call another guest, and passes it the lists then.
    fn nest(&mut self);
    fn take(&mut self, list: &[bool]);
}

#[tairitsu::host(package = "test:deadline")]
trait Peer {
    fn put(&mut self, lists: Vec<Vec<bool>>);
    fn get(&mut self) -> Vec<bool>;
    fn call(&mut self);
}

/// The provider. It gives its list away, and calls the container.
struct Host {
    list: Vec<bool>,
    other: Option<SharedContainer>,
}

#[tairitsu::host]
impl Peer for Host {
    fn put(&mut self, _: Vec<Vec<bool>>) {}

    fn get(&mut self) -> Vec<bool> {
        std::mem::take(&mut self.list)
    }

    fn call(&mut self) {
        if let Some(other) = &self.other {
            other.lock().guest(Long).unwrap().take(&[true]).unwrap();
        }
    }
}

const PAGES: usize = 2100;

fn image() -> Image {
    let lists: String = ["bytes", "texts", "bools", "pairs", "shapes", "options", "results"]
        .map(|name| format!(r#"(export "test:deadline/long#{name}" (func $lists))"#))
        .concat();
    let text = format!(
        r#"(module
            (import "test:deadline/peer" "put" (func $put (param i32 i32)))
            (import "test:deadline/peer" "get" (func $get (param i32)))
            (import "test:deadline/peer" "call" (func $call))
            (memory (export "memory") {PAGES})
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1048576))
            (func $fill (local $i i32)
                (loop $l
                    (i32.store offset=1024 (i32.mul (local.get $i) (i32.const 8)) (i32.const 1048576))
                    (i32.store offset=1028 (i32.mul (local.get $i) (i32.const 8)) (i32.const 1048576))
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $l (i32.lt_u (local.get $i) (i32.const 4096)))))
            (func $pair (param i32 i32) (result i32)
                (i32.store (i32.const 8) (local.get 0))
                (i32.store (i32.const 12) (local.get 1))
                (i32.const 8))
            (func $lists (result i32) (call $fill) (call $pair (i32.const 1024) (i32.const 4096)))
            (func $send (call $fill) (call $put (i32.const 1024) (i32.const 4096)))
            {lists}
            (export "test:deadline/long#sorted" (func $numbers))
            (export "test:deadline/long#hashed" (func $numbers))
            (func $numbers (result i32) (local $i i32)
                (loop $l
                    (i32.store offset=1048576
                        (i32.mul (local.get $i) (i32.const 4))
                        (i32.mul (local.get $i) (i32.const -1640531527)))
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $l (i32.lt_u (local.get $i) (i32.const 16777216))))
                (call $pair (i32.const 1048576) (i32.const 16777216)))
            (func (export "test:deadline/long#few") (result i32) (drop (call $numbers)) (call $pair (i32.const 1024) (i32.const 65536)))
            (func (export "test:deadline/long#send") (call $send))
            (func (export "test:deadline/long#receive") (call $get (i32.const 8)))
            (func (export "test:deadline/long#nest") (call $call) (call $send))
            (func (export "test:deadline/long#take") (param i32 i32))
)"#
    );
    let module = with_section(wat::parse_str(text).unwrap(), &Long.interface().section(Role::Export));
    let module = with_section(module, &Peer.interface().section(Role::Import));
    Registry::new().load_image(module).unwrap()
}

fn builder(image: &Image, deadline: impl Into<Option<Duration>>, host: Host) -> ContainerBuilder {
    let limits = Limits::new().deadline(deadline).host_bytes(4 << 30).memory_bytes(256 << 20);
    Container::builder(image).limits(limits).provide(host)
}

fn nothing() -> Host {
    Host { list: Vec::new(), other: None }
}

/// Fails unless the call ends at its deadline.
fn assert_deadline<T>(name: &str, call: impl FnOnce() -> Result<T, CallError>) {
    let start = Instant::now();
    let result = call().map(drop);
    let time = start.elapsed();
    println!("{name}: {time:?}");
    assert!(matches!(result, Err(CallError::Deadline { limit: DEADLINE, .. })), "{name}: {result:?}");
    assert!(time < 2 * DEADLINE + NOISE, "{name}: {time:?}");
}

type Call = fn(&mut LongClient<'_>) -> Result<(), CallError>;

#[test]
fn results_are_lifted_within_the_deadline() {
    let calls: [(&str, Call); 7] = [
        ("bytes", |guest| guest.bytes().map(drop)),
        ("texts", |guest| guest.texts().map(drop)),
        ("bools", |guest| guest.bools().map(drop)),
        ("pairs", |guest| guest.pairs().map(drop)),
        ("shapes", |guest| guest.shapes().map(drop)),
        ("options", |guest| guest.options().map(drop)),
        ("results", |guest| guest.results().map(drop)),
    ];
    let image = image();
    for (name, call) in calls {
        let mut container = builder(&image, DEADLINE, nothing()).build().unwrap();
        assert_deadline(name, || call(&mut container.guest(Long).unwrap()));
    }
}

/// To sort or to hash many items takes longer than to lift them.
#[test]
fn sets_and_maps_are_made_within_the_deadline() {
    let image = image();
    let calls: [(&str, Call); 2] =
        [("sorted", |guest| guest.sorted().map(drop)), ("hashed", |guest| guest.hashed().map(drop))];
    for (name, call) in calls {
        let mut container = builder(&image, DEADLINE, nothing()).build().unwrap();
        assert_deadline(name, || call(&mut container.guest(Long).unwrap()));
    }
}

#[test]
fn arguments_of_the_host_are_lifted_within_the_deadline() {
    let image = image();
    let mut container = builder(&image, DEADLINE, nothing()).build().unwrap();
    assert_deadline("send", || container.guest(Long).unwrap().send());

    // The call of another guest in between has a deadline of its own, and leaves this one as it is.
    let other = SharedContainer::new(builder(&image, None, nothing()).build().unwrap());
    let mut container = builder(&image, DEADLINE, Host { list: Vec::new(), other: Some(other) }).build().unwrap();
    assert_deadline("nest", || container.guest(Long).unwrap().nest());
}

/// No call runs yet when a guest starts, and the start has the same deadline.
#[test]
fn arguments_of_the_host_are_lifted_while_the_guest_starts() {
    let text = r#"(component
        (import "test:deadline/peer" (instance $peer (export "put" (func (param "lists" (list (list bool)))))))
        (core module $memory (memory (export "memory") 17))
        (core instance $memory (instantiate $memory))
        (core func $put (canon lower (func $peer "put") (memory $memory "memory")))
        (core module $m
            (import "memory" "memory" (memory 17))
            (import "host" "put" (func $put (param i32 i32)))
            (func $start (local $i i32)
                (loop $l
                    (i32.store offset=4 (i32.mul (local.get $i) (i32.const 8)) (i32.const 1048576))
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $l (i32.lt_u (local.get $i) (i32.const 4096))))
                (call $put (i32.const 0) (i32.const 4096)))
            (start $start))
        (core instance (instantiate $m
            (with "memory" (instance $memory)) (with "host" (instance (export "put" (func $put)))))))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    let start = Instant::now();
    let error = builder(&image, DEADLINE, nothing()).build().map(drop).unwrap_err();
    assert!(matches!(&error, Error::Instantiate { message, .. } if message.contains("deadline")), "{error}");
    assert!(start.elapsed() < 2 * DEADLINE + NOISE, "{:?}", start.elapsed());
    let error = block_on(builder(&image, DEADLINE, nothing()).build_async()).map(drop).unwrap_err();
    assert!(matches!(&error, Error::Instantiate { message, .. } if message.contains("deadline")), "{error}");
}

/// 100,000,000 items, which the host has to write one by one.
#[test]
fn large_values_of_the_host_are_lowered_within_the_deadline() {
    const LEN: usize = 100_000_000;
    let image = image();
    let list = vec![true; LEN];
    let mut container = builder(&image, DEADLINE, nothing()).build().unwrap();
    assert_deadline("take", || container.guest(Long).unwrap().take(&list));
    let mut container = builder(&image, DEADLINE, Host { list, other: None }).build().unwrap();
    assert_deadline("receive", || container.guest(Long).unwrap().receive());
}

/// Two calls that are futures take turns on one thread. Each is held to its own deadline.
#[test]
fn futures_have_their_own_deadlines() {
    let image = image();
    block_on(async {
        let mut one = builder(&image, DEADLINE, nothing()).build_async().await.unwrap();
        let mut other = builder(&image, None, nothing()).build_async().await.unwrap();
        let start = Instant::now();
        let (mut one, mut other) = (one.guest(Long).unwrap(), other.guest(Long).unwrap());
        let (mut sorted, mut few) = (pin!(one.sorted()), pin!(other.few()));
        let (mut first, mut second) = (None, None);
        poll_fn(|cx| {
            if first.is_none()
                && let Poll::Ready(result) = sorted.as_mut().poll(cx)
            {
                first = Some((result.map(drop), start.elapsed()));
            }
            if second.is_none()
                && let Poll::Ready(result) = few.as_mut().poll(cx)
            {
                second = Some(result);
            }
            if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        let (first, time) = first.unwrap();
        assert!(matches!(first, Err(CallError::Deadline { limit: DEADLINE, .. })), "{first:?}");
        assert!(time < 2 * DEADLINE + NOISE, "{time:?}");
        assert_eq!(second.unwrap().unwrap().len(), 65_536);
    });
}

/// A call without a deadline can be stopped while its result is lifted.
#[test]
fn a_stop_ends_lifting() {
    let image = image();
    let calls: [(&str, Call); 2] = [("bools", |guest| guest.bools().map(drop)), ("send", |guest| guest.send())];
    for (name, call) in calls {
        let mut container = builder(&image, None, nothing()).build().unwrap();
        let handle = container.handle();
        let start = Instant::now();
        let result = std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(DEADLINE);
                handle.stop();
            });
            call(&mut container.guest(Long).unwrap())
        });
        assert!(matches!(result, Err(CallError::Stopped { .. })), "{name}: {result:?}");
        assert!(start.elapsed() < 2 * DEADLINE + NOISE, "{name}: {:?}", start.elapsed());
    }
}
