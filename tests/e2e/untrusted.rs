//! Components that are valid, and that a host must survive: written by hand, each for a kind of fault.

use crate::asynchronous::block_on;
use futures_core::Stream;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};
use tairitsu::{
    CallError, Container, Error, GuestInterface, Image, Limits, Registry, RestartPolicy, SharedAsyncContainer,
    SharedContainer,
};
use tairitsu_test_unruly::Unruly;

fn load(text: &str) -> Result<Image, Error> {
    Registry::new().load_image(wat::parse_str(text).unwrap())
}

fn container(text: &str) -> Container {
    Container::new(&load(text).unwrap()).unwrap()
}

#[tairitsu::guest(package = "test:memories")]
trait Memories {
    fn first(&mut self, list: &[String]);
    fn second(&mut self, list: &[String]);
    /// How many bytes the second memory has.
    fn size(&mut self) -> u32;
}

/// Two instances, each with a memory and an allocator of its own, and with words for an arena.
const MEMORIES: &str = r#"(component
    (core module $m (memory (export "memory") 1)
        (global (export "tairitsu:arena") i32 (i32.const 64))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (i32.mul (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get 3) (i32.const 16)))) (i32.const 65536)))
        (func (export "size") (result i32) (i32.mul (memory.size) (i32.const 65536)))
        (func (export "take") (param i32 i32)))
    (core instance $a (instantiate $m))
    (core instance $b (instantiate $m))
    (func $first (param "list" (list string))
        (canon lift (core func $a "take") (memory $a "memory") (realloc (func $a "realloc"))))
    (func $second (param "list" (list string))
        (canon lift (core func $b "take") (memory $b "memory") (realloc (func $b "realloc"))))
    (func $size (result u32) (canon lift (core func $b "size")))
    (instance $i (export "first" (func $first)) (export "second" (func $second)) (export "size" (func $size)))
    (export "test:memories/memories" (instance $i)))"#;

/// The arena that one instance has is not another's.
#[test]
fn an_arena_is_of_one_memory() {
    let list = |items: usize| vec!["x".to_string(); items];
    // One after the other, each first, back and forth, and with lists that have no place in a small memory.
    for order in [[0, 1, 0, 1, 1], [1, 0, 1, 0, 0], [0, 0, 1, 1, 0]] {
        let mut container = container(MEMORIES);
        let mut memories = container.guest(Memories).unwrap();
        for (call, which) in order.into_iter().cycle().take(10).enumerate() {
            let items = [40, 1, 60][call % 3];
            match which {
                0 => memories.first(&list(items)).unwrap(),
                _ => memories.second(&list(items)).unwrap(),
            }
        }
        // What belongs to the first memory is not written to the second.
        assert!(memories.size().unwrap() > 65536);
    }
}

#[tairitsu::wit(as = u8, to = |_| 0u8, from = |_| Ok::<_, std::convert::Infallible>(Nil))]
struct Nil;

#[tairitsu::guest(package = "test:many")]
trait Many {
    fn nothings(&mut self) -> Vec<Vec<Nil>>;
    fn bytes(&mut self) -> Vec<Vec<u8>>;
    fn texts(&mut self) -> Vec<String>;
}

/// A thousand lists that are all the same 131,072 bytes.
const MANY: &str = r#"(component
    (core module $m (memory (export "memory") 4)
        (func (export "get") (result i32) (local $i i32)
            (loop $l
                (i32.store (i32.add (i32.const 1024) (i32.mul (local.get $i) (i32.const 8))) (i32.const 65536))
                (i32.store (i32.add (i32.const 1028) (i32.mul (local.get $i) (i32.const 8))) (i32.const 131072))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $l (i32.lt_u (local.get $i) (i32.const 1000))))
            (i32.store (i32.const 8) (i32.const 1024))
            (i32.store (i32.const 12) (i32.const 1000))
            (i32.const 8)))
    (core instance $a (instantiate $m))
    (func $lists (result (list (list u8))) (canon lift (core func $a "get") (memory $a "memory")))
    (func $texts (result (list string)) (canon lift (core func $a "get") (memory $a "memory")))
    (instance $i (export "nothings" (func $lists)) (export "bytes" (func $lists)) (export "texts" (func $texts)))
    (export "test:many/many" (instance $i)))"#;

/// Items that take no room on the host, or that lie in one place in the guest, are counted too.
#[test]
fn every_item_is_paid_for() {
    let image = load(MANY).unwrap();
    let limits = || Limits::new().deadline(Duration::from_millis(50)).host_bytes(64 << 10);
    let spawn = || Container::builder(&image).limits(limits()).build().unwrap();
    type Call = fn(&mut Container) -> Option<CallError>;
    let calls: [(&str, Call); 3] = [
        ("nothings", |container| container.guest(Many).unwrap().nothings().err()),
        ("bytes", |container| container.guest(Many).unwrap().bytes().err()),
        ("texts", |container| container.guest(Many).unwrap().texts().err()),
    ];
    for (name, call) in calls {
        let mut container = spawn();
        let start = Instant::now();
        let error = call(&mut container).unwrap();
        assert!(matches!(error, CallError::HostBytes { limit: 65536, .. }), "{name}: {error}");
        assert!(start.elapsed() < Duration::from_millis(100), "{name}: {:?}", start.elapsed());
    }
}

#[tairitsu::guest(package = "test:text")]
trait Text {
    fn get(&mut self) -> String;
}

/// Strings in each encoding, at the end of the memory, and ones that are not there.
#[test]
fn strings_in_other_encodings() {
    let get = |encoding: &str, len: u32, data: &str| {
        let pointer = 65536 - 2;
        let text = format!(
            r#"(component (core module $m (memory (export "memory") 1)
                (func (export "get") (result i32)
                    (i32.store (i32.const 8) (i32.const {pointer})) (i32.store (i32.const 12) (i32.const {len})) (i32.const 8))
                (data (i32.const {pointer}) "{data}"))
            (core instance $a (instantiate $m))
            (func $get (result string) (canon lift (core func $a "get") (memory $a "memory") string-encoding={encoding}))
            (instance $i (export "get" (func $get))) (export "test:text/text" (instance $i)))"#
        );
        container(&text).guest(Text).unwrap().get()
    };
    const TAG: u32 = 1 << 31;
    for (encoding, len, data, expected) in [
        ("latin1+utf16", TAG | 1, r"\3a\26", Some("\u{263a}")),
        ("latin1+utf16", 2, r"\e9!", Some("\u{e9}!")),
        ("latin1+utf16", TAG | 2, r"\3a\26", None),
        ("latin1+utf16", u32::MAX, r"\3a\26", None),
        ("utf16", 1, r"\3a\26", Some("\u{263a}")),
        ("utf16", TAG | 1, r"\3a\26", None),
        ("utf16", 2, r"\3a\26", None),
        ("utf8", 2, "ok", Some("ok")),
        ("utf8", 3, "ok", None),
        ("utf8", TAG | 2, "ok", None),
    ] {
        let found = get(encoding, len, data);
        match expected {
            Some(expected) => assert_eq!(found.unwrap(), expected, "{encoding} {len}"),
            None => assert!(
                matches!(found.unwrap_err(), CallError::Trap(_) | CallError::HostBytes { .. }),
                "{encoding} {len}"
            ),
        }
    }
}

/// A string counts as the bytes that it takes on the host, which are more than those in the guest in some encodings.
#[test]
fn encoded_strings_are_paid_for() {
    // 32,768 units that take two or three bytes each, or pairs that take four.
    for (encoding, tag, unit, size) in [
        ("latin1+utf16", 0, r"\e9\e9", 65_536),
        ("latin1+utf16", 1 << 31, r"\3a\26", 98_304),
        ("utf16", 0, r"\3a\26", 98_304),
        ("utf16", 0, r"a\00", 65_536),
        ("utf16", 0, r"\3d\d8\00\de", 65_536),
    ] {
        let text = format!(
            r#"(component (core module $m (memory (export "memory") 2)
                (func (export "get") (result i32)
                    (i32.store (i32.const 8) (i32.const 1024)) (i32.store (i32.const 12) (i32.const {})) (i32.const 8))
                (data (i32.const 1024) "{}"))
            (core instance $a (instantiate $m))
            (func $get (result string) (canon lift (core func $a "get") (memory $a "memory") string-encoding={encoding}))
            (instance $i (export "get" (func $get))) (export "test:text/text" (instance $i)))"#,
            (32_768u32 | tag) as i32,
            unit.repeat(65_536 / wat_len(unit)),
        );
        let image = load(&text).unwrap();
        let get = |host_bytes| {
            let limits = Limits::new().host_bytes(host_bytes);
            Container::builder(&image).limits(limits).build().unwrap().guest(Text).unwrap().get()
        };
        let text = get(size).unwrap();
        assert!(text.len() <= size && text.capacity() <= size, "{encoding} {unit}");
        let error = get(size - 1).unwrap_err();
        assert!(matches!(error, CallError::HostBytes { .. }), "{encoding} {unit}: {error}");
    }
}

/// How many bytes a string of the text format stands for, where two digits follow each backslash.
fn wat_len(text: &str) -> usize {
    text.len() - 2 * text.matches('\\').count()
}

#[tairitsu::guest(package = "test:chain", rename = "hop")]
trait Hop {
    fn hop(&mut self, n: u32);
}

/// The same interface as an import.
#[tairitsu::host(package = "test:chain", rename = "hop")]
trait NextHop {
    fn hop(&mut self, n: u32);
}

/// Recurses `n` deep, then calls its import with the same `n`.
const HOP: &str = r#"(component
    (import "test:chain/hop" (instance $n (export "hop" (func (param "n" u32)))))
    (core func $g (canon lower (func $n "hop")))
    (core module $m (import "r" "g" (func $g (param i32))) (global $x (mut i32) (i32.const 0))
        (func $rec (param $d i32) (param $n i32)
            (if (i32.eqz (local.get $d)) (then (call $g (local.get $n)))
                (else (call $rec (i32.sub (local.get $d) (i32.const 1)) (local.get $n))))
            (global.set $x (i32.add (global.get $x) (local.get $d))))
        (func (export "hop") (param i32) (call $rec (local.get 0) (local.get 0))))
    (core instance $a (instantiate $m (with "r" (instance (export "g" (func $g))))))
    (func $h (param "n" u32) (canon lift (core func $a "hop")))
    (instance $i (export "hop" (func $h)))
    (export "test:chain/hop" (instance $i)))"#;

const LAST: &str = r#"(component
    (core module $m (func (export "hop") (param i32)))
    (core instance $a (instantiate $m))
    (func $h (param "n" u32) (canon lift (core func $a "hop")))
    (instance $i (export "hop" (func $h)))
    (export "test:chain/hop" (instance $i)))"#;

/// So deep uses three quarters of the stack that one guest may use.
const DEEP: u32 = 8_000;

/// A provider that calls another container.
struct Next(SharedContainer);

#[tairitsu::host]
impl NextHop for Next {
    fn hop(&mut self, n: u32) {
        if let Err(error) = self.0.lock().guest(Hop).unwrap().hop(n) {
            panic!("{error}");
        }
    }
}

/// On a thread with a stack of so many bytes.
fn on_a_thread<R: Send>(bytes: usize, run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

/// Containers that call each other share the thread's stack: too little of it is an error of the call, whatever the length of
/// the chain and whatever carries the calls.
#[test]
fn stacks_add_up() {
    let registry = Registry::new();
    let [hop, last] = [HOP, LAST].map(|text| registry.load_image(wat::parse_str(text).unwrap()).unwrap());
    let shared = |container: Container| SharedContainer::new(container);
    let by_link = |next: &SharedContainer| Container::builder(&hop).link(Hop, next).build().unwrap();
    let by_provider = |next: &SharedContainer| Container::builder(&hop).provide(Next(next.clone())).build().unwrap();
    for (stack, length) in [(2 << 20, 5), (2 << 20, 40), (8 << 20, 5), (8 << 20, 60)] {
        on_a_thread(stack, || {
            for first_by_link in [true, false] {
                let mut next = shared(Container::new(&last).unwrap());
                for i in 0..length {
                    let container = if (i % 2 == 0) == first_by_link { by_link(&next) } else { by_provider(&next) };
                    next = shared(container);
                }
                let result = next.lock().guest(Hop).unwrap().hop(DEEP);
                if stack == 2 << 20 || length == 60 {
                    let Err(error) = result else { panic!("a chain of {length} fits {stack} bytes") };
                    assert!(error.to_string().contains("bytes of stack on this thread"), "{error}");
                }
            }
            // A short chain, of shallow calls, is as good as ever.
            let mut next = shared(Container::new(&last).unwrap());
            for _ in 0..3 {
                next = shared(by_link(&next));
            }
            next.lock().guest(Hop).unwrap().hop(10).unwrap();
        });
    }
}

/// The call that is refused has not begun: its container can be called again.
#[test]
fn a_thread_that_is_too_small() {
    let image = load(LAST).unwrap();
    let mut container = Container::new(&image).unwrap();
    on_a_thread(256 << 10, || {
        let error = container.guest(Hop).unwrap().hop(1).unwrap_err();
        assert!(matches!(error, CallError::Stack { limit: 524_288, .. }), "{error:?}");
        assert!(matches!(Container::new(&image).unwrap_err(), Error::Instantiate { .. }));
    });
    container.guest(Hop).unwrap().hop(1).unwrap();
}

/// A call that is a future has a stack of its own, and the plain containers that its provider calls are on that.
#[test]
fn plain_containers_below_a_future() {
    let registry = Registry::new();
    let [hop, last] = [HOP, LAST].map(|text| registry.load_image(wat::parse_str(text).unwrap()).unwrap());
    for (length, fits) in [(1, true), (12, false)] {
        let mut next = SharedContainer::new(Container::new(&last).unwrap());
        for _ in 1..length {
            next = SharedContainer::new(Container::builder(&hop).link(Hop, &next).build().unwrap());
        }
        block_on(async {
            let mut first = Container::builder(&hop).provide(Next(next)).build_async().await.unwrap();
            let result = first.guest(Hop).unwrap().hop(DEEP).await;
            assert_eq!(result.is_ok(), fits, "{length}: {result:?}");
            if let Err(error) = result {
                assert!(error.to_string().contains("bytes of stack"), "{error}");
            }
        });
    }
}

/// What the tools for components assert, or count otherwise, is no panic of the host's and no guess.
#[test]
fn components_that_the_tools_do_not_write() {
    let error = |text: &str| load(text).unwrap_err().to_string();
    let imported = error(r#"(component (import "wasi:http/types" (func)))"#);
    assert!(imported.contains("an instance under the name `wasi:http/types`"), "{imported}");
    assert!(imported.contains("found a function"), "{imported}");
    let exported = r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "f"))) (export "a:b/c@1.0.0" (func $f)))"#;
    assert!(error(exported).contains("an instance under the name `a:b/c@1.0.0`"), "{}", error(exported));

    // A resource that one import takes from another.
    let image = load(
        r#"(component (import "a" (instance $a (export "r" (type (sub resource)))))
            (alias export $a "r" (type $r)) (import "b" (instance (export "r" (type (eq $r))))))"#,
    );
    let printed = image.unwrap().wit();
    assert!(!printed.is_empty());

    load(
        r#"(component (component $c (component (export "a"))) (instance $i (instantiate $c))
            (instance (instantiate (component $i "a"))))"#,
    )
    .unwrap();
}

/// A provider that calls a container, which calls the provider again, and so would wait for itself.
struct Ring {
    next: Option<SharedContainer>,
    ended: Option<String>,
}

#[tairitsu::host]
impl NextHop for Ring {
    fn hop(&mut self, n: u32) {
        if let Some(next) = self.next.clone() {
            self.ended = next.lock().guest(Hop).unwrap().hop(n).err().map(|error| error.to_string());
        }
    }
}

#[test]
fn a_provider_that_waits_for_itself() {
    let image = load(HOP).unwrap();
    let ring = Arc::new(Mutex::new(Ring { next: None, ended: None }));
    let limits = |milliseconds| Limits::new().deadline(Duration::from_millis(milliseconds));
    let spawn = |milliseconds| {
        Container::builder(&image).limits(limits(milliseconds)).provide_shared(ring.clone()).build().unwrap()
    };
    ring.lock().unwrap().next = Some(SharedContainer::new(spawn(200)));
    let start = Instant::now();
    spawn(60_000).guest(Hop).unwrap().hop(1).unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let ended = ring.lock().unwrap().ended.take().unwrap();
    let provider = "the provider of `test:chain/hop`";
    assert!(ended.contains("it is in a call that has led here") && ended.matches(provider).count() == 2, "{ended}");
    assert!(ended.contains(" -> container `"), "{ended}");
}

/// Two threads, each in a provider that the other one waits for.
#[test]
fn providers_that_wait_for_each_other() {
    struct Half {
        both: Arc<std::sync::Barrier>,
        other: Option<SharedContainer>,
    }

    #[tairitsu::host]
    impl NextHop for Half {
        fn hop(&mut self, n: u32) {
            if let Some(other) = self.other.take() {
                self.both.wait();
                if let Err(error) = other.lock().guest(Hop).unwrap().hop(n) {
                    panic!("{error}");
                }
            }
        }
    }

    let image = load(HOP).unwrap();
    let both = Arc::new(std::sync::Barrier::new(2));
    let halves = [(); 2].map(|()| Arc::new(Mutex::new(Half { both: both.clone(), other: None })));
    let limits = || Limits::new().deadline(Duration::from_secs(60));
    let spawn = |half: &Arc<Mutex<Half>>| {
        Container::builder(&image).limits(limits()).provide_shared(half.clone()).build().unwrap()
    };
    for i in 0..2 {
        let other = SharedContainer::new(spawn(&halves[1 - i]));
        halves[i].lock().unwrap().other = Some(other);
    }
    let start = Instant::now();
    let results = std::thread::scope(|scope| {
        let calls = [0, 1].map(|i| {
            scope.spawn({
                let mut first = spawn(&halves[i]);
                move || first.guest(Hop).unwrap().hop(1)
            })
        });
        calls.map(|call| call.join().unwrap())
    });
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let errors: Vec<_> = results.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    assert!(errors.iter().any(|error| error.contains("it is in a call that has led here: ")), "{errors:?}");
}

#[tairitsu::host(package = "test:chain", rename = "hop")]
trait LaterHop {
    async fn hop(&mut self, n: u32);
}

#[derive(Clone, Default)]
struct Back(Arc<Mutex<Option<SharedAsyncContainer>>>);

#[tairitsu::host]
impl LaterHop for Back {
    async fn hop(&mut self, n: u32) {
        let back = self.0.lock().unwrap().clone();
        match back {
            Some(back) => {
                if let Err(error) = back.lock().await.guest(Hop).unwrap().hop(n).await {
                    panic!("{error}");
                }
            }
            // Waits longer than anybody's deadline.
            None => std::future::pending().await,
        }
    }
}

/// Calls that are futures, in a ring.
#[test]
fn a_ring_of_futures() {
    let image = load(HOP).unwrap();
    let limits = |milliseconds| Limits::new().deadline(Duration::from_millis(milliseconds));
    block_on(async {
        let back = Back::default();
        let first =
            Container::builder(&image).limits(limits(60_000)).provide(back.clone()).build_async().await.unwrap();
        let first = SharedAsyncContainer::new(first);
        let builder = || Container::builder(&image).link_async(Hop, &first);
        let second = SharedAsyncContainer::new(builder().limits(limits(60_000)).build_async().await.unwrap());
        *back.0.lock().unwrap() = Some(second.clone());
        let start = Instant::now();
        let error = second.lock().await.guest(Hop).unwrap().hop(1).await.unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        let text = error.to_string();
        assert!(matches!(error, CallError::Linked { .. }), "{error:?}");
        assert!(text.contains("it is in a call that has led here: container `"), "{text}");
        assert!(text.matches(" -> container `").count() >= 2, "{text}");

        // The caller's deadline ends what it waits for.
        *back.0.lock().unwrap() = None;
        first.lock().await.restart().await.unwrap();
        let mut caller = builder().limits(limits(100)).build_async().await.unwrap();
        let start = Instant::now();
        let error = caller.guest(Hop).unwrap().hop(1).await.unwrap_err();
        assert!(matches!(error, CallError::Deadline { .. }), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        assert_eq!(first.lock().await.status(), tairitsu::Status::Trapped);
    });
}

/// A linked container without a deadline ends with its caller, also where a provider's future waits, and it has trapped then.
#[test]
fn the_callers_time_bounds_a_linked_container() {
    let image = load(HOP).unwrap();
    let linked = || {
        let builder = Container::builder(&image).limits(Limits::new().deadline(None)).provide(Back::default());
        SharedContainer::new(builder.build().unwrap())
    };
    let caller = |other: &SharedContainer, deadline: Option<Duration>| {
        Container::builder(&image).limits(Limits::new().deadline(deadline)).link(Hop, other).build().unwrap()
    };
    let other = linked();
    let start = Instant::now();
    let error = caller(&other, Some(Duration::from_millis(200))).guest(Hop).unwrap().hop(1).unwrap_err();
    assert!(matches!(error, CallError::Deadline { .. } | CallError::Linked { .. }), "{error:?}");
    assert_eq!(other.lock().status(), tairitsu::Status::Trapped);

    let other = linked();
    let mut caller = caller(&other, None);
    let handle = caller.handle();
    let error = std::thread::scope(|scope| {
        let call = scope.spawn(|| caller.guest(Hop).unwrap().hop(1).unwrap_err());
        std::thread::sleep(Duration::from_millis(100));
        handle.stop();
        call.join().unwrap()
    });
    assert!(matches!(error, CallError::Stopped { .. }), "{error:?}");
    assert_eq!(other.lock().status(), tairitsu::Status::Trapped);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

/// A growth that the engine refuses without asking gives nothing back.
#[test]
fn a_table_that_cannot_grow_is_paid_for() {
    let text = r#"(component
        (core module $m (table $t i64 1 funcref) (memory 1)
            (func (export "hop") (param i32) (local $i i32)
                (drop (memory.grow (i32.const 1)))
                (loop $l
                    (drop (table.grow $t (ref.null func) (i64.const 60000)))
                    (drop (table.grow $t (ref.null func) (i64.const -1)))
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $l (i32.lt_u (local.get $i) (i32.const 1000))))))
        (core instance $a (instantiate $m))
        (func $h (param "n" u32) (canon lift (core func $a "hop")))
        (instance $i (export "hop" (func $h)))
        (export "test:chain/hop" (instance $i)))"#;
    let error = container(text).guest(Hop).unwrap().hop(1).unwrap_err();
    assert!(matches!(error, CallError::Table { .. }), "{error:?}");
}

/// What a container's limits do not count has a bound of its own, and so have names.
#[test]
fn what_no_limit_counts() {
    let globals = "(global i32 (i32.const 0))".repeat(1_000);
    let instances = "(core instance (instantiate $m))".repeat(4_500);
    let error = load(&format!("(component (core module $m {globals}) {instances})")).unwrap_err().to_string();
    assert!(error.contains("expected at most 4000000 globals, elements, tags and imports"), "{error}");
    let name = "a".repeat(2_000);
    let error = load(&format!(r#"(component (import "a:b/c" (instance (export "{name}" (func)))))"#)).unwrap_err();
    assert!(error.to_string().contains("names of at most 1024 bytes, found one of 2000"), "{error}");
}

/// A waker that panics, or blocks for long, is its task's affair: the deadlines of others are kept.
#[test]
fn wakers_of_others() {
    /// Does no harm on the thread that polls, where a guest that yields wakes its task itself.
    struct Bad(fn(), std::thread::ThreadId);

    impl Wake for Bad {
        fn wake(self: Arc<Self>) {
            if std::thread::current().id() != self.1 {
                (self.0)();
            }
        }
    }

    let registry = Registry::new();
    let image = registry.load_image(crate::UNRULY).unwrap();
    let limits = || Limits::new().deadline(Duration::from_millis(100));
    let spawn = || block_on(Container::builder(&image).limits(limits()).build_async()).unwrap();
    // The wakers of the container's own calls, and of a task that waits for events.
    let mut waiting: Vec<_> = (0..4).map(|_| spawn()).collect();
    let mut events = registry.events().into_stream();
    let bad: [fn(); 2] = [|| panic!("a waker"), || std::thread::sleep(Duration::from_secs(20))];
    let (mut calls, me) = (Vec::new(), std::thread::current().id());
    for (i, container) in waiting.iter_mut().enumerate() {
        let mut call = Box::pin(async move { container.guest(Unruly).unwrap().sleep(60_000).await });
        let waker = Waker::from(Arc::new(Bad(bad[i % 2], me)));
        assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        calls.push(call);
    }
    let waker = Waker::from(Arc::new(Bad(bad[1], me)));
    while Pin::new(&mut events).poll_next(&mut Context::from_waker(&waker)).is_ready() {}
    let start = Instant::now();
    for _ in 0..3 {
        let mut container = Container::builder(&image).limits(limits()).build().unwrap();
        let error = container.guest(Unruly).unwrap().spin().unwrap_err();
        assert!(matches!(error, CallError::Deadline { .. }), "{error}");
        let mut container = spawn();
        let error = block_on(async { container.guest(Unruly).unwrap().sleep(60_000).await.unwrap_err() });
        assert!(matches!(error, CallError::Deadline { .. }), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

/// No deadline comes early, however busy the machine is.
#[test]
fn no_deadline_comes_early() {
    let limit = Duration::from_millis(60);
    let image = crate::image("unruly");
    let template = Container::builder(&image).limits(Limits::new().deadline(limit)).prepare().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..24 {
            scope.spawn(|| {
                for _ in 0..4 {
                    // The start and the first call have the same deadline. With so many threads it may be over before they are.
                    let mut container = loop {
                        let Ok(mut container) = template.spawn() else { continue };
                        if container.guest(Unruly).unwrap().ping().is_ok() {
                            break container;
                        }
                    };
                    let mut unruly = container.guest(Unruly).unwrap();
                    let start = Instant::now();
                    let error = unruly.spin().unwrap_err();
                    assert!(matches!(error, CallError::Deadline { .. }), "{error}");
                    assert!(start.elapsed() >= limit, "{:?}", start.elapsed());
                }
            });
        }
    });
}

/// A restart that fails is tried again by the policy, and the container is trapped until then.
#[test]
fn a_restart_that_fails() {
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    static BROKEN: AtomicBool = AtomicBool::new(false);
    let policy = RestartPolicy::OnTrap { attempts: 9, first: Duration::ZERO, longest: Duration::from_millis(300) };
    let builder = || {
        Container::builder(&load(TRAPS).unwrap()).restart(policy).provide_with(|| {
            assert!(!BROKEN.load(Relaxed), "no provider today");
            Ring { next: None, ended: None }
        })
    };
    let mut container = builder().build().unwrap();
    container.guest(Hop).unwrap().hop(1).unwrap_err();
    BROKEN.store(true, Relaxed);
    assert!(matches!(container.guest(Hop).unwrap_err(), Error::Factory { .. }));
    assert_eq!(container.status(), tairitsu::Status::Trapped);
    // The next try comes after 100 ms.
    let error = container.guest(Hop).unwrap_err();
    assert!(matches!(error, Error::NotRestarted { .. } | Error::Factory { .. }), "{error}");
    assert!(container.first_trap().is_some());
    BROKEN.store(false, Relaxed);
    let end = Instant::now() + Duration::from_secs(10);
    while container.guest(Hop).is_err() {
        assert!(Instant::now() < end, "it is not restarted");
        std::thread::sleep(container.restarts_in().unwrap());
    }
    assert_eq!(container.status(), tairitsu::Status::Created);
    assert!(container.first_trap().is_none());

    block_on(async {
        let mut container = builder().build_async().await.unwrap();
        container.guest(Hop).unwrap().hop(1).await.unwrap_err();
        BROKEN.store(true, Relaxed);
        assert!(matches!(container.revive().await.unwrap_err(), Error::Factory { .. }));
        assert_eq!(container.status(), tairitsu::Status::Trapped);
        BROKEN.store(false, Relaxed);
        std::thread::sleep(container.restarts_in().unwrap());
        assert!(container.revive().await.unwrap());
        assert_eq!(container.status(), tairitsu::Status::Created);
    });
}

/// Calls no import, and traps.
const TRAPS: &str = r#"(component
    (import "test:chain/hop" (instance $n (export "hop" (func (param "n" u32)))))
    (core module $m (func (export "hop") (param i32) unreachable))
    (core instance $a (instantiate $m))
    (func $h (param "n" u32) (canon lift (core func $a "hop")))
    (instance $i (export "hop" (func $h)))
    (export "test:chain/hop" (instance $i)))"#;

/// The message of a panic is what the guest said, whatever words are in it and however long it is.
#[test]
fn the_message_of_a_panic() {
    let image = crate::image("unruly");
    let long = "x".repeat(4_000);
    for message in ["", "the inner worker panicked at noon", "one\ntwo panicked at src/x.rs:1:1:\nthree", &long] {
        let error = Container::new(&image).unwrap().guest(Unruly).unwrap().panic(message).unwrap_err();
        let panic = error.trap().unwrap().panic().unwrap();
        let (place, said) = panic.split_once('\n').unwrap();
        assert!(place.ends_with(':') && place.contains("src/lib.rs:") && said == message, "{panic}");
    }
    let longer = "\u{e9}".repeat(100_000);
    let error = Container::new(&image).unwrap().guest(Unruly).unwrap().panic(&longer).unwrap_err();
    let panic = error.trap().unwrap().panic().unwrap();
    let (_, said) = panic.split_once('\n').unwrap();
    assert!(said.len() == 4_096 && longer.starts_with(said), "{}", said.len());

    // What a guest only prints is no panic.
    let mut container = Container::new(&image).unwrap();
    let mut unruly = container.guest(Unruly).unwrap();
    unruly.print("", "worker 3 panicked at startup, retrying\n").unwrap();
    let error = unruly.trap().unwrap_err();
    assert_eq!((error.trap().unwrap().panic(), error.trap().unwrap().stderr()), (None, ""), "that was another call");
}

/// A guest of another origin tells nobody that it has panicked. What it printed in this call is shown as that.
#[test]
fn the_standard_error_of_another_guest() {
    // Words that are no panic, of a memory that has none, and of another module.
    let forged = |address: i32, words: &str| {
        let text = format!(
            r#"(component
            (core module $m (memory (export "memory") 1) (global (export "tairitsu:panic") i32 (i32.const {address}))
                (data (i32.const 64) "{words}") (data (i32.const 128) "said\ff")
                (func (export "hop") (param i32) unreachable))
            (core instance $a (instantiate $m))
            (func $h (param "n" u32) (canon lift (core func $a "hop")))
            (instance $i (export "hop" (func $h)))
            (export "test:chain/hop" (instance $i)))"#
        );
        let error = container(&text).guest(Hop).unwrap().hop(1).unwrap_err();
        error.trap().unwrap().panic().map(str::to_string)
    };
    let words = |words: [u32; 6]| {
        words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect::<String>()
    };
    assert_eq!(forged(64, &words([128, 5, 128, 4, 1, 2])).as_deref(), Some("said:1:2:\nsaid\u{fffd}"));
    assert_eq!(forged(64, &words([0; 6])), None);
    assert_eq!(forged(64, &words([65_530, 100, 128, 4, 1, 2])), None);
    assert_eq!(forged(64, &words([128, u32::MAX, 128, 4, 1, 2])), None);
    assert_eq!(forged(65_530, ""), None);
    assert_eq!(forged(-1, ""), None);
}

/// A name with a digest and no tag is forgotten by the digest.
#[test]
fn an_image_is_forgotten_by_its_digest() {
    let registry = Registry::new();
    let wasm = wat::parse_str(LAST).unwrap();
    let digest = registry.register_image("last:v1", &wasm).unwrap().digest();
    registry.register_image("last:v2", wat::parse_str(HOP).unwrap()).unwrap();
    assert!(registry.remove_image(&format!("last:v2@{digest}")).is_none());
    assert!(registry.remove_image(&format!("last@{digest}")).is_some());
    assert_eq!(registry.image_names(), ["last:v2"]);
}

/// The bound of `guest` can be named, as in a host's own function.
#[allow(dead_code)]
fn named<I: ?Sized + GuestInterface>(container: &mut Container, interface: tairitsu::Descriptor<I>) -> bool {
    container.guest(interface).is_ok()
}
