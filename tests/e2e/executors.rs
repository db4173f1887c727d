//! Containers on any executor and on none: inside tokio's runtimes, in another executor, on a plain thread.

use crate::asynchronous::block_on;
use crate::crowd::alone;
use crate::futures::{One, Pages, builder};
use crate::image;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Limits, Status, Wasi};
use tairitsu_test_unruly::Unruly;
use tairitsu_test_web::{Guest, Reader};
use tokio::runtime::{Builder, Runtime};

const MS: Duration = Duration::from_millis(1);

/// A directory that is removed at the end of the test.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tairitsu-executors-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Runs code on each kind of thread that a tokio runtime has, and inside another executor.
fn everywhere(code: impl Fn() + Clone + Send + 'static) {
    fn of(code: &(impl Fn() + Clone + Send + 'static)) -> impl Future<Output = ()> + Send + 'static {
        let code = code.clone();
        async move { code() }
    }
    current_thread().block_on(of(&code));
    multi_thread().block_on(of(&code));
    multi_thread().block_on(async { tokio::spawn(of(&code)).await.unwrap() });
    current_thread().block_on(async { tokio::spawn(of(&code)).await.unwrap() });
    for runtime in [current_thread(), multi_thread()] {
        let code = code.clone();
        runtime.block_on(async { tokio::task::spawn_blocking(code).await.unwrap() });
    }
    current_thread().block_on(async {
        let local = tokio::task::LocalSet::new();
        local.run_until(async { tokio::task::spawn_local(of(&code)).await.unwrap() }).await;
    });
    // Nested in a task that has used up its budget.
    current_thread().block_on(async {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for i in 0..1000 {
            sender.send(i).unwrap();
        }
        let mut poll = std::future::poll_fn(|cx| receiver.poll_recv(cx).map(|_| ()));
        let mut poll = Pin::new(&mut poll);
        std::future::poll_fn(|cx| {
            while poll.as_mut().poll(cx).is_ready() {}
            code();
            std::task::Poll::Ready(())
        })
        .await;
    });
    block_on(of(&code));
    code();
}

fn unruly(dir: &Path) -> Container {
    let wasi = Wasi::new().dir_read_write(dir, "/data");
    let limits = Limits::new().deadline(20_000 * MS);
    Container::builder(&image("unruly")).wasi(wasi).limits(limits).build().unwrap()
}

/// A guest that waits, writes, reads, prints or panics does so wherever its container is called.
#[test]
fn a_plain_container() {
    let dir = Dir::new("plain");
    let path = dir.path().to_path_buf();
    let times = Arc::new(AtomicU64::new(0));
    let seen = times.clone();
    everywhere(move || {
        let mut container = unruly(&path);
        let mut unruly = container.guest(Unruly).unwrap();
        unruly.print("out\n", "err\n").unwrap();
        let start = Instant::now();
        unruly.sleep(20).unwrap();
        assert!((20 * MS..5_000 * MS).contains(&start.elapsed()), "{:?}", start.elapsed());
        unruly.write("/data/file", "text").unwrap();
        assert_eq!(unruly.read("/data/file").unwrap(), "text");
        assert!(matches!(unruly.read("/data/none"), Err(CallError::Guest(_))));
        assert_eq!(unruly.look_around().unwrap().0, 0);
        let error = unruly.panic("here").unwrap_err();
        assert!(error.trap().unwrap().panic().unwrap().ends_with("here"), "{error}");
        assert_eq!(container.status(), Status::Trapped);
        seen.fetch_add(1, Relaxed);
    });
    assert_eq!(times.load(Relaxed), 10);
}

/// A wait in WASI ends at the deadline, also inside tokio, and also in a file that never ends.
#[test]
fn waits_end() {
    let dir = Dir::new("waits");
    let fifo = dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let spawn = || {
        let wasi = Wasi::new().dir_read_write(dir.path(), "/data");
        Container::builder(&image("unruly")).wasi(wasi).limits(Limits::new().deadline(100 * MS)).build().unwrap()
    };
    let check = |call: &dyn Fn(&mut Container) -> &'static str| {
        let mut container = spawn();
        let start = Instant::now();
        assert_eq!(call(&mut container), "deadline");
        assert!((100 * MS..5_000 * MS).contains(&start.elapsed()), "{:?}", start.elapsed());
    };
    let all = || {
        check(&|container| container.guest(Unruly).unwrap().sleep(60_000).unwrap_err().cause());
        check(&|container| container.guest(Unruly).unwrap().read("/data/pipe").unwrap_err().cause());
    };
    all();
    current_thread().block_on(async { all() });
    // Whoever waits for the pipe in the background gets its end.
    drop(std::fs::OpenOptions::new().write(true).read(true).open(&fifo).unwrap());
}

/// A container whose calls are futures needs no tokio around it.
#[test]
fn an_async_container_without_tokio() {
    let dir = Dir::new("async");
    let wasi = || Wasi::new().dir_read_write(dir.path(), "/data");
    let run = || async {
        let mut container = Container::builder(&image("unruly")).wasi(wasi()).build_async().await.unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        unruly.print("out\n", "err\n").await.unwrap();
        unruly.sleep(20).await.unwrap();
        unruly.write("/data/file", "text").await.unwrap();
        assert_eq!(unruly.read("/data/file").await.unwrap(), "text");
        let error = unruly.panic("here").await.unwrap_err();
        assert!(error.trap().unwrap().panic().unwrap().ends_with("here"), "{error}");
    };
    block_on(run());
    current_thread().block_on(run());
    multi_thread().block_on(run());
    // A future may begin on one executor and end on another.
    let mut future = Box::pin(run());
    let first = std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_ready()));
    assert!(!current_thread().block_on(first) || dir.path().join("file").exists());
}

/// Panics where a guest's output goes: host code that is no provider.
struct Bomb;

impl std::io::Write for Bomb {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A subscriber that panics at a guest's output.
struct Subscriber;

impl tracing::Subscriber for Subscriber {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "tairitsu::guest"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        panic!("a subscriber");
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// A panic of the host in the middle of a guest leaves a container that has trapped, and is not the caller's panic.
#[test]
fn a_panic_of_the_host_ends_the_container() {
    // `tracing` remembers for all threads whether anybody listens.
    alone("executors::panics_of_the_host");
}

#[test]
#[ignore = "run by a_panic_of_the_host_ends_the_container, alone"]
fn panics_of_the_host() {
    let image = image("unruly");
    tracing::subscriber::with_default(Subscriber, || {
        let mut container = Container::new(&image).unwrap();
        let error = container.guest(Unruly).unwrap().print("line\n", "").unwrap_err();
        assert!(matches!(error, CallError::Trap(_)), "{error:?}");
        assert!(error.to_string().contains("the host panicked while it served the guest: a subscriber"), "{error}");
        assert_eq!(container.status(), Status::Trapped);
        let error = container.guest(Unruly).unwrap().ping().unwrap_err();
        assert!(matches!(error, CallError::Trapped { .. }), "{error:?}");

        block_on(async {
            let mut container = Container::builder(&image).build_async().await.unwrap();
            let error = container.guest(Unruly).unwrap().print("line\n", "").await.unwrap_err();
            assert!(error.to_string().contains("a subscriber"), "{error}");
            assert_eq!(container.status(), Status::Trapped);
        });
    });
    // The function that makes a writer is host code, too.
    let wasi = Wasi::new().stdout(tairitsu::Output::writer(|| -> Bomb { panic!("no writer") }));
    let error = Container::builder(&image).wasi(wasi).build().unwrap_err();
    assert!(matches!(&error, tairitsu::Error::Factory { message, .. } if message == "no writer"), "{error}");
}

/// A provider's future that only this thread could complete is an error at once, which says so. Any other one completes.
#[test]
fn a_provider_that_waits_for_its_own_thread() {
    let rest = |container: &mut Container| {
        let start = Instant::now();
        let result = container.guest(Reader).unwrap().rest(50);
        assert!(start.elapsed() < 10_000 * MS, "{:?}", start.elapsed());
        result
    };
    let plain = || builder(60_000 * MS).provide(Pages::default()).build().unwrap();
    let native = || Container::native::<Guest>().provide(Pages::default()).provide(One).build().unwrap();
    for spawn in [plain as fn() -> Container, native] {
        rest(&mut spawn()).unwrap();
        block_on(async { rest(&mut spawn()).unwrap() });
        multi_thread().block_on(async { rest(&mut spawn()).unwrap() });
        multi_thread().block_on(async { tokio::spawn(async move { rest(&mut spawn()) }).await.unwrap().unwrap() });
        for runtime in [current_thread(), multi_thread()] {
            let blocking = async { tokio::task::spawn_blocking(move || rest(&mut spawn())).await };
            runtime.block_on(blocking).unwrap().unwrap();
        }
        // A future that is ready at once needs nobody else.
        current_thread().block_on(async { spawn().guest(Reader).unwrap().calls().unwrap() });
        let alone = current_thread().block_on(async { rest(&mut spawn()).unwrap_err() });
        let spawned = current_thread()
            .block_on(async { tokio::spawn(async move { rest(&mut spawn()) }).await.unwrap().unwrap_err() });
        for error in [alone, spawned] {
            let CallError::Provider { message, .. } = &error else { panic!("{error:?}") };
            assert!(message.contains("current-thread runtime") && message.contains("spawn_blocking"), "{message}");
        }
    }
}
