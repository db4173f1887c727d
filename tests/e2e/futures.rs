//! `async fn` in a `#[host]` trait: the guest calls, the host awaits.

use crate::asynchronous::{as_task, block_on};
use crate::image;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tairitsu::{AsyncContainer, CallError, Container, ContainerBuilder, Error, Limits, OnDenied, Policy, Status};
use tairitsu_test_api::Steps;
use tairitsu_test_web::{Failure, Guest, Reader, Web};

const MS: Duration = Duration::from_millis(1);

/// Waits by tokio's timers. Counts the calls that wait now: a call counts until its waiting is over or dropped.
#[derive(Clone, Default)]
pub(crate) struct Pages {
    count: u32,
    waiting: Arc<AtomicUsize>,
}

struct Waits(Arc<AtomicUsize>);

impl Waits {
    fn begin(waiting: &Arc<AtomicUsize>) -> Self {
        waiting.fetch_add(1, SeqCst);
        Self(waiting.clone())
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[tairitsu::host]
impl Web for Pages {
    async fn get(&mut self, address: &str, mut words: Vec<String>) -> Result<String, Failure> {
        assert_ne!(address, "panic");
        tokio::time::sleep(MS).await;
        assert_ne!(address, "panic later");
        match address {
            "" => return Err(Failure::NotFound(address.into())),
            "together" => {
                // Waits until a second call waits here.
                let _waits = Waits::begin(&self.waiting);
                while self.waiting.load(SeqCst) < 2 {
                    tokio::task::yield_now().await;
                }
                tokio::time::sleep(5 * MS).await;
            }
            _ => {}
        }
        self.count += 1;
        words.insert(0, address.into());
        Ok(words.join(" "))
    }

    async fn rest(&self, ms: u64) {
        let _waits = Waits::begin(&self.waiting);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    fn count(&self) -> u32 {
        self.count
    }
}

pub(crate) struct One;

#[tairitsu::host]
impl Steps for One {
    fn step(&self, _after: u32) -> u32 {
        1
    }
}

pub(crate) fn builder(deadline: impl Into<Option<Duration>>) -> ContainerBuilder {
    Container::builder(&image("web")).limits(Limits::new().deadline(deadline)).provide_with(|| One)
}

async fn pages(pages: &Pages, deadline: impl Into<Option<Duration>>) -> AsyncContainer {
    builder(deadline).provide(pages.clone()).build_async().await.unwrap()
}

#[test]
fn the_guest_waits_and_the_thread_does_not() {
    as_task(async {
        let pages_of_all = Pages::default();
        let mut container = pages(&pages_of_all, 60_000 * MS).await;
        let mut reader = container.guest(Reader).unwrap();
        assert_eq!(reader.read("a", "b").await.unwrap(), "a 0, b 0 1 2: 2");
        let error = reader.read("a", "").await.unwrap_err();
        assert!(matches!(&error, CallError::Guest(Failure::NotFound(address)) if address.is_empty()), "{error}");
        reader.rest(1).await.unwrap();
        assert_eq!(reader.calls().await.unwrap(), 4);

        // Both calls run on one thread, and each waits for the other.
        let mut another = pages(&pages_of_all, 60_000 * MS).await;
        let other = tokio::spawn(async move { another.guest(Reader).unwrap().read("together", "c").await });
        assert_eq!(reader.read("together", "b").await.unwrap(), "together 0, b 0 1 2: 5");
        assert_eq!(other.await.unwrap().unwrap(), "together 0, c 0 1 2: 2");
    });
}

/// A deadline, a stop, a panic and a dropped future each end the call. The future that the call waited for is
/// dropped.
#[test]
fn what_ends_the_waiting() {
    as_task(async {
        let waiting = Pages::default();
        let limit = 200 * MS;
        let mut container = pages(&waiting, limit).await;
        let start = Instant::now();
        let error = container.guest(Reader).unwrap().rest(60_000).await.unwrap_err();
        assert!(matches!(error, CallError::Deadline { limit: found, .. } if found == limit), "{error}");
        assert!(start.elapsed() < 30_000 * MS, "{:?}", start.elapsed());
        assert_eq!(waiting.waiting.load(SeqCst), 0);

        let mut container = pages(&waiting, None).await;
        let handle = container.handle();
        let stop = tokio::task::spawn_blocking({
            let waiting = waiting.waiting.clone();
            move || {
                while waiting.load(SeqCst) == 0 {
                    std::thread::yield_now();
                }
                handle.stop();
            }
        });
        let error = container.guest(Reader).unwrap().rest(60_000).await.unwrap_err();
        assert!(matches!(error, CallError::Stopped { .. }), "{error}");
        stop.await.unwrap();
        assert_eq!(waiting.waiting.load(SeqCst), 0);

        for address in ["panic", "panic later"] {
            container.restart().await.unwrap();
            let error = container.guest(Reader).unwrap().read(address, "").await.unwrap_err();
            let CallError::Provider { message, .. } = &error else { panic!("{error:?}") };
            assert!(message.contains("left != right"), "{message}");
            assert!(error.to_string().contains("test-web/web@0.1.0#get"), "{error}");
            assert_eq!(container.status(), Status::Trapped);
        }
        container.restart().await.unwrap();
        let mut reader = container.guest(Reader).unwrap();
        assert_eq!(reader.read("a", "b").await.unwrap(), "a 0, b 0 1 2: 2");
        assert!(tokio::time::timeout(50 * MS, reader.rest(60_000)).await.is_err());
        assert_eq!(waiting.waiting.load(SeqCst), 0);
        assert!(container.first_trap().unwrap().to_string().contains("its future was dropped"));
    });
}

#[test]
fn who_provides_it_to_futures() {
    let shared = Arc::new(Mutex::new(Pages::default()));
    let error = builder(None).provide_shared(shared).prepare_async().unwrap_err();
    assert!(matches!(&error, Error::SharedAsync { function, .. } if function.ends_with("/web@0.1.0#get")), "{error:?}");
    assert!(error.to_string().contains("Write `provide_with`"), "{error}");

    let policy = Policy::allow_all().deny("component:tairitsu-test-web/web#get").unwrap().on_denied(OnDenied::Trap);
    as_task(async {
        let template = builder(None).policy(policy).provide_with(Pages::default).prepare_async().unwrap();
        let mut container = template.spawn().await.unwrap();
        let mut reader = container.guest(Reader).unwrap();
        reader.rest(1).await.unwrap();
        let error = reader.read("a", "b").await.unwrap_err();
        assert!(matches!(&error, CallError::Denied { function, .. } if function.ends_with("#get")), "{error}");
    });
}

/// Where a call is not a future, the thread waits, and only as long as the call may.
#[test]
fn where_calls_are_no_futures() {
    let waiting = Pages::default();
    let shared = Arc::new(Mutex::new(waiting.clone()));
    let build = |deadline: Option<Duration>| builder(deadline).provide_shared(shared.clone()).build().unwrap();
    let mut container = build(None);
    let mut reader = container.guest(Reader).unwrap();
    assert_eq!(reader.read("a", "b").unwrap(), "a 0, b 0 1 2: 2");
    reader.rest(1).unwrap();
    let error = reader.read("panic later", "b").unwrap_err();
    assert!(matches!(error, CallError::Provider { .. }), "{error}");

    let start = Instant::now();
    let error = build(Some(200 * MS)).guest(Reader).unwrap().rest(60_000).unwrap_err();
    assert!(matches!(error, CallError::Deadline { .. }), "{error}");
    assert!(start.elapsed() < 30_000 * MS, "{:?}", start.elapsed());

    let mut container = build(None);
    let handle = container.handle();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while waiting.waiting.load(SeqCst) == 0 {
                std::thread::yield_now();
            }
            handle.stop();
        });
        let error = container.guest(Reader).unwrap().rest(60_000).unwrap_err();
        assert!(matches!(error, CallError::Stopped { .. }), "{error}");
    });
    assert_eq!(waiting.waiting.load(SeqCst), 0);

    let mut native = Container::native::<Guest>().provide(Pages::default()).build().unwrap();
    assert_eq!(native.guest(Reader).unwrap().read("a", "b").unwrap(), "a 0, b 0 1 2: 2");
    native.guest(Reader).unwrap().rest(1).unwrap();
}

/// An impl that waits for nothing writes a plain function.
#[test]
fn a_plain_function_in_its_place() {
    struct Memory;

    #[tairitsu::host]
    impl Web for Memory {
        fn get(&mut self, address: &str, words: Vec<String>) -> Result<String, Failure> {
            Ok(format!("{address}{}", words.len()))
        }

        fn rest(&self, _ms: u64) {}

        fn count(&self) -> u32 {
            7
        }
    }

    let mut container = builder(None).provide(Memory).build().unwrap();
    assert_eq!(container.guest(Reader).unwrap().read("a", "b").unwrap(), "a1, b3: 7");
    block_on(async {
        let mut container = builder(None).provide(Memory).build_async().await.unwrap();
        assert_eq!(container.guest(Reader).unwrap().read("a", "b").await.unwrap(), "a1, b3: 7");
    });
}

/// `#[host]` on a block of functions.
#[test]
fn in_a_block() {
    #[derive(Default)]
    struct Clock(u32);

    #[tairitsu::host(package = "test:clock")]
    impl Clock {
        /// Waits, and returns how often it has waited.
        pub(crate) async fn tick(&mut self, ms: u64) -> u32 {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            self.0 += 1;
            self.0
        }
    }

    #[tairitsu::guest(package = "test:clock")]
    trait Ticks {
        fn twice(&mut self) -> u32;
    }

    let text = r#"(component
        (import "test:clock/clock" (instance $clock (export "tick" (func (param "ms" u64) (result u32)))))
        (core func $tick (canon lower (func $clock "tick")))
        (core module $m (import "" "tick" (func $tick (param i64) (result i32)))
            (func (export "twice") (result i32) (drop (call $tick (i64.const 1))) (call $tick (i64.const 2))))
        (core instance $i (instantiate $m (with "" (instance (export "tick" (func $tick))))))
        (func $twice (result u32) (canon lift (core func $i "twice")))
        (instance $ticks (export "twice" (func $twice)))
        (export "test:clock/ticks" (instance $ticks)))"#;
    let image = tairitsu::Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    let mut container = Container::builder(&image).provide(Clock::default()).build().unwrap();
    assert_eq!(container.guest(Ticks).unwrap().twice().unwrap(), 2);
    as_task(async move {
        let mut container = Container::builder(&image).provide(Clock::default()).build_async().await.unwrap();
        assert_eq!(container.guest(Ticks).unwrap().twice().await.unwrap(), 2);
    });
}
