//! Containers whose calls are futures.

use crate::image;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tairitsu::{
    AsyncContainer, CallError, Container, Error, Image, Limits, OnDenied, Policy, Registry, RestartPolicy, Status,
};
use tairitsu_example_hybrid::{GreetError, Greeter, Journal};
use tairitsu_test_unruly::Unruly;
use tokio::runtime::{Builder, Runtime};

const MS: Duration = Duration::from_millis(1);
/// The time that a guest which ends may take, on a busy machine too.
const LIMIT: Duration = Duration::from_millis(500);

/// A runtime with this many workers. A future that is blocked on runs on none of them.
fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap()
}

async fn unruly(deadline: impl Into<Option<Duration>>) -> AsyncContainer {
    let limits = Limits::new().deadline(deadline);
    Container::builder(&image("unruly")).limits(limits).build_async().await.unwrap()
}

fn hybrid() -> Image {
    Registry::new().load_image(tairitsu::include_guest!("tairitsu-example-hybrid")).unwrap()
}

/// A journal that keeps its entries, and panics at one of them.
#[derive(Default)]
struct Log(Vec<String>);

#[tairitsu::host]
impl Journal for Log {
    fn record(&mut self, entry: &str) {
        assert!(!entry.contains("Eve"), "{entry}: who is that?");
        self.0.push(entry.into());
    }

    fn count(&self) -> u64 {
        self.0.len() as u64
    }
}

/// Runs a future as a task, which needs a future that can be sent to other threads.
pub(crate) fn as_task<R: Send + 'static>(task: impl Future<Output = R> + Send + 'static) -> R {
    let runtime = runtime(1);
    runtime.block_on(runtime.spawn(task)).unwrap()
}

#[test]
fn a_guest_and_its_providers() {
    as_task(async {
        let template = Container::builder(&hybrid()).provide_with(Log::default).prepare_async().unwrap();
        let mut container = template.spawn_named("worker").await.unwrap();
        container.on_execute(|command, payload| Ok(format!("{command} {payload}")));
        assert_eq!((container.name(), container.status()), ("worker", Status::Created));
        container.init().await.unwrap();
        let mut greeter = container.guest(Greeter).unwrap();
        assert_eq!(greeter.greet("Ada").await.unwrap().text, "Hello, Ada!");
        assert_eq!(greeter.greet("Ada").await.unwrap().visits, 2);
        assert!(matches!(greeter.greet("").await, Err(CallError::Guest(GreetError::EmptyName))));
        assert_eq!(container.handle_command("visits", "").await.unwrap(), "2 visits, 2 entries");
        assert_eq!(container.handle_command("shout", "x").await.unwrap(), "uppercase x");
        assert_eq!(container.handle().info().calls, 6);

        let error = container.guest(Greeter).unwrap().greet("Eve").await.unwrap_err();
        assert!(matches!(&error, CallError::Provider { message, .. } if message.contains("who is that?")), "{error}");
        let error = container.handle_command("visits", "").await.unwrap_err();
        assert!(matches!(error, CallError::Trapped { .. }), "{error}");
        container.restart().await.unwrap();
        assert_eq!(container.handle_command("visits", "").await.unwrap(), "0 visits, 0 entries");
        assert_eq!(container.handle_command("shout", "x").await.unwrap(), "uppercase x");
        container.stop();
        assert!(matches!(container.guest(Greeter), Err(Error::Stopped { .. })));
        assert!(matches!(container.init().await, Err(CallError::Stopped { .. })));
    });
}

#[test]
fn the_ends_of_a_call() {
    as_task(async {
        let mut container = unruly(LIMIT).await;
        let error = container.guest(Unruly).unwrap().panic("at the disco").await.unwrap_err();
        assert!(error.trap().unwrap().panic().unwrap().ends_with("at the disco"), "{error}");
        container.restart().await.unwrap();
        let error = container.guest(Unruly).unwrap().recurse(0).await.unwrap_err();
        assert!(matches!(error, CallError::Stack { .. }), "{error}");
        container.restart().await.unwrap();
        let error = container.guest(Unruly).unwrap().exit(3).await.unwrap_err();
        assert!(matches!(error, CallError::Exit { code: 1, .. }), "{error}");
        container.restart().await.unwrap();

        // First guest code that runs. Then a guest that waits in WASI, where no guest code runs.
        for wait in [false, true] {
            let start = Instant::now();
            let mut unruly = container.guest(Unruly).unwrap();
            let result = if wait { unruly.sleep(60_000).await } else { unruly.spin().await };
            let error = result.unwrap_err();
            assert!(matches!(error, CallError::Deadline { limit, .. } if limit == LIMIT), "{error}");
            let time = start.elapsed();
            // A deadline is exact to a tick of 10 ms. A busy machine counts ticks late.
            assert!(time + 20 * MS >= LIMIT && time < 20 * LIMIT, "{time:?}");
            container.restart().await.unwrap();
        }
        let mut unruly = container.guest(Unruly).unwrap();
        unruly.sleep(30).await.unwrap();
        assert_eq!(unruly.ping().await.unwrap(), 1);
    });
}

/// Two workers each run a guest that never ends. They still answer for other containers.
#[test]
fn no_worker_is_held_up() {
    let runtime = runtime(2);
    // If the workers were held up, the neighbour would answer only after this minute.
    let containers: Vec<_> = (0..3).map(|_| runtime.block_on(unruly(60_000 * MS))).collect();
    let handles: Vec<_> = containers.iter().map(AsyncContainer::handle).collect();
    let [mut neighbour, others @ ..] = <[_; 3]>::try_from(containers).unwrap();
    let spin = |mut container: AsyncContainer| async move { container.guest(Unruly).unwrap().spin().await };
    let spinning = others.map(|container| runtime.spawn(spin(container)));
    while handles[1..].iter().any(|handle| handle.status() != Status::Running) {
        std::thread::yield_now();
    }
    let neighbour = runtime.spawn(async move {
        for _ in 0..20 {
            neighbour.guest(Unruly).unwrap().ping().await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    runtime.block_on(neighbour).unwrap();
    assert!(spinning.iter().all(|task| !task.is_finished()));
    handles.iter().for_each(tairitsu::Handle::stop);
    for task in spinning {
        assert!(matches!(runtime.block_on(task).unwrap(), Err(CallError::Stopped { .. })));
    }
}

#[test]
fn a_dropped_future_ends_the_container() {
    as_task(async {
        let mut container = unruly(None).await;
        let handle = container.handle();
        for wait in [false, true] {
            assert_eq!(container.guest(Unruly).unwrap().count().await.unwrap(), 1);
            // A future that was never polled has begun nothing.
            drop(container.guest(Unruly).unwrap().spin());
            assert_eq!(container.guest(Unruly).unwrap().count().await.unwrap(), 2);

            let mut unruly = container.guest(Unruly).unwrap();
            let call = async { if wait { unruly.sleep(60_000).await } else { unruly.spin().await } };
            assert!(tokio::time::timeout(50 * MS, call).await.is_err());
            let error = unruly.ping().await.unwrap_err();
            let CallError::Trapped { first, .. } = &error else { panic!("{error:?}") };
            let text = first.to_string();
            assert!(text.ends_with("failed: its future was dropped before it was done"), "{text}");
            assert_eq!(first.function(), if wait { "test:unruly/unruly#sleep" } else { "test:unruly/unruly#spin" });
            assert_eq!(container.status(), Status::Trapped);
            assert_eq!(container.first_trap().unwrap().to_string(), text);
            container.restart().await.unwrap();
        }
        assert_eq!((handle.info().traps, handle.info().restarts), (2, 2));
    });
}

/// A stop ends a call at once if it waits, and at the next tick if it runs. A stop between two calls counts too.
#[test]
fn stopped_from_outside() {
    let runtime = runtime(1);
    for wait in [false, true] {
        let mut container = runtime.block_on(unruly(None));
        let handle = container.handle();
        let task = runtime.spawn(async move {
            let mut unruly = container.guest(Unruly).unwrap();
            let error = if wait { unruly.sleep(60_000).await } else { unruly.spin().await }.unwrap_err();
            assert!(matches!(error, CallError::Stopped { .. }), "{error}");
            let end = Instant::now();
            assert!(matches!(unruly.ping().await, Err(CallError::Stopped { .. })));
            container.restart().await.unwrap();
            assert_eq!(container.guest(Unruly).unwrap().ping().await.unwrap(), 1);
            end
        });
        std::thread::sleep(100 * MS);
        handle.stop();
        let stopped = Instant::now();
        let time = runtime.block_on(task).unwrap().saturating_duration_since(stopped);
        assert!(time < 5_000 * MS, "{time:?}");
    }
}

#[test]
fn a_policy_restarts_it_and_another_denies() {
    as_task(async {
        let mut container =
            Container::builder(&image("unruly")).restart(RestartPolicy::on_trap()).build_async().await.unwrap();
        container.guest(Unruly).unwrap().count().await.unwrap();
        container.guest(Unruly).unwrap().trap().await.unwrap_err();
        assert!(container.revive().await.unwrap());
        assert!(!container.revive().await.unwrap());
        assert_eq!(container.guest(Unruly).unwrap().count().await.unwrap(), 1);

        let policy = Policy::allow_all().deny("wasi:clocks/*").unwrap().deny("wasi:random/*").unwrap();
        let policy = policy.on_denied(OnDenied::Trap);
        let mut container = Container::builder(&image("unruly")).policy(policy).build_async().await.unwrap();
        let error = container.guest(Unruly).unwrap().now().await.unwrap_err();
        assert!(
            matches!(&error, CallError::Denied { function, .. } if function.starts_with("wasi:clocks/")),
            "{error}"
        );
    });
}

#[test]
fn a_default_body_serves_an_older_guest() {
    let error = Container::builder(&hybrid()).provide(Log::default()).prepare_async().unwrap_err();
    assert!(matches!(error, Error::ProvidedByValue { .. }), "{error}");

    #[tairitsu::guest(package = "test:answer")]
    trait Answer {
        fn answer(&mut self) -> u32;
        fn twice(&mut self) -> u32 {
            2 * self.answer()
        }
    }
    let text = r#"(component
        (core module $m (func (export "answer") (result i32) i32.const 21))
        (core instance $i (instantiate $m))
        (func $answer (result u32) (canon lift (core func $i "answer")))
        (instance $answers (export "answer" (func $answer)))
        (export "test:answer/answer" (instance $answers)))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    assert_eq!(Container::new(&image).unwrap().guest(Answer).unwrap().twice().unwrap(), 42);
    let twice = || async {
        let mut container = Container::builder(&image).build_async().await.unwrap();
        assert_eq!(container.guest(Answer).unwrap().twice().await.unwrap(), 42);
        assert_eq!(container.guest(Answer).unwrap().answer().await.unwrap(), 21);
    };
    block_on(twice());
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(twice());
    tokio::runtime::Builder::new_multi_thread().build().unwrap().block_on(twice());
}

/// An executor that is only this thread.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> R {
    struct Unpark(Thread, AtomicBool);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.1.store(true, Ordering::SeqCst);
            self.0.unpark();
        }
    }

    let wake = Arc::new(Unpark(std::thread::current(), AtomicBool::new(false)));
    let waker = Waker::from(wake.clone());
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return result;
        }
        while !wake.1.swap(false, Ordering::SeqCst) {
            std::thread::park();
        }
    }
}

#[test]
fn on_any_executor() {
    block_on(async {
        let mut container = unruly(LIMIT).await;
        assert_eq!(container.guest(Unruly).unwrap().count().await.unwrap(), 1);
        let error = container.guest(Unruly).unwrap().spin().await.unwrap_err();
        assert!(matches!(error, CallError::Deadline { .. }), "{error}");
        container.restart().await.unwrap();
        assert_eq!(container.guest(Unruly).unwrap().count().await.unwrap(), 1);
    });
}

/// The resident memory of this process in KiB, if the platform can tell.
fn resident() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split_whitespace().nth(1)?.parse::<usize>().ok()? * 4)
}

#[test]
fn a_thousand_dropped_calls_leave_no_trace() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "asynchronous::a_thousand_dropped_calls", "--ignored", "--test-threads=1"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "run by a_thousand_dropped_calls_leave_no_trace, alone"]
fn a_thousand_dropped_calls() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    /// The host's own value is dropped with the call too.
    struct Held;

    impl Drop for Held {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }

    as_task(async {
        let template = Container::builder(&image("unruly")).prepare_async().unwrap();
        let mut reused = template.spawn().await.unwrap();
        let mut before = None;
        for i in 0..1_100 {
            if i == 100 {
                before = resident();
            }
            let mut fresh = template.spawn().await.unwrap();
            for container in [&mut fresh, &mut reused] {
                let mut unruly = container.guest(Unruly).unwrap();
                let held = Held;
                let mut call = Box::pin(async move {
                    let _held = held;
                    if i % 2 == 0 { unruly.sleep(60_000).await } else { unruly.spin().await }
                });
                let once = std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending()));
                assert!(once.await);
                drop(call);
                assert_eq!(container.status(), Status::Trapped);
            }
            reused.restart().await.unwrap();
            assert_eq!(reused.guest(Unruly).unwrap().count().await.unwrap(), 1);
        }
        assert_eq!(DROPPED.load(Ordering::Relaxed), 2_200);
        if let (Some(before), Some(after)) = (before, resident()) {
            assert!(after < before + 8 * 1024, "{before} KiB before, {after} KiB after");
        }
    });
}
