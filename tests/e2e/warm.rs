//! Containers that are spawned ahead of use. Each has only its own state.

use crate::UNRULY;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tairitsu::{Container, Error, Pool, Registry, Status, Template};
use tairitsu_example_hybrid::{Greeter, Journal};
use tairitsu_test_unruly::Unruly;

fn template(registry: &Registry) -> Template {
    Container::builder(&registry.load_image(UNRULY).unwrap()).prepare().unwrap()
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn as_many_as_were_asked_for_are_warm() {
    let registry = Registry::new();
    let pool = template(&registry).pool(3).unwrap();
    assert_eq!((pool.size(), pool.stats().warm), (3, 3));
    let list = registry.containers();
    assert!(list.len() == 3 && list.iter().all(|info| info.status == Status::Created && info.calls == 0));

    let taken: Vec<_> = (0..3).map(|_| pool.take().unwrap()).collect();
    until("the pool is not filled again", || pool.stats().warm == 3);
    assert_eq!(registry.containers().len(), 6);
    assert_eq!((pool.stats().hits, pool.stats().failures), (3, 0));
    // A container that was taken no longer belongs to the pool. The others are dropped with the last clone of the
    // pool.
    drop(pool.clone());
    assert_eq!(pool.stats().warm, 3);
    drop(pool);
    assert_eq!(registry.containers().len(), 3);
    drop(taken);
    assert!(registry.containers().is_empty());
}

/// Four threads take containers, use them in every way, and drop or keep them. The taker of a container is its first
/// user and its only one.
#[test]
fn nobody_has_anothers_state() {
    let registry = Registry::new();
    let pool = template(&registry).pool(4).unwrap();
    let use_up = |pool: &Pool| {
        let mut names = Vec::new();
        let mut kept = Vec::new();
        for round in 0..50 {
            let mut container = pool.take().unwrap();
            assert_eq!((container.status(), container.handle().info().calls), (Status::Created, 0));
            names.push(container.name().to_string());
            let mut unruly = container.guest(Unruly).unwrap();
            for expected in 1..=3 {
                assert_eq!(unruly.count().unwrap(), expected);
            }
            match round % 4 {
                0 => drop(unruly.trap().unwrap_err()),
                1 => drop(container.stop()),
                2 => kept.push(container),
                _ => {}
            }
        }
        names
    };
    let names: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| use_up(&pool))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 200, "one was handed out twice");
    let stats = pool.stats();
    assert_eq!(stats.hits + stats.misses, 200);
}

/// Each container has its own providers too.
#[test]
fn nobody_has_anothers_provider() {
    #[derive(Default)]
    struct Log(u64);

    #[tairitsu::host]
    impl Journal for Log {
        fn record(&mut self, _: &str) {
            self.0 += 1;
        }

        fn count(&self) -> u64 {
            self.0
        }
    }

    let image = Registry::new().load_image(tairitsu::include_guest!("tairitsu-example-hybrid")).unwrap();
    let pool = Container::builder(&image).provide_with(Log::default).prepare().unwrap().pool(2).unwrap();
    for _ in 0..6 {
        let mut container = pool.take().unwrap();
        container.guest(Greeter).unwrap().greet("Ada").unwrap();
        assert_eq!(container.handle_command("visits", "").unwrap(), "1 visits, 1 entries");
    }
}

/// If a spawn fails, the maker of the pool gets the error, or the taker who finds no warm container. The pool tries
/// again later.
#[test]
fn spawns_that_fail() {
    struct Log;

    #[tairitsu::host]
    impl Journal for Log {
        fn record(&mut self, _: &str) {}

        fn count(&self) -> u64 {
            0
        }
    }

    let (fails, made) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
    let registry = Registry::new();
    let image = registry.load_image(tairitsu::include_guest!("tairitsu-example-hybrid")).unwrap();
    let template = Container::builder(&image)
        .provide_with({
            let (fails, made) = (fails.clone(), made.clone());
            move || {
                made.fetch_add(1, Ordering::Relaxed);
                assert!(!fails.load(Ordering::Relaxed), "no more logs");
                Log
            }
        })
        .prepare()
        .unwrap();
    let is_the_factory = |error: &Error| matches!(error, Error::Factory { message, .. } if message == "no more logs");
    assert!(is_the_factory(&template.pool(2).unwrap_err()));
    assert!(registry.containers().is_empty());

    fails.store(false, Ordering::Relaxed);
    let pool = template.pool(2).unwrap();
    fails.store(true, Ordering::Relaxed);
    let _first = pool.take().unwrap();
    until("the pool's thread does not try", || pool.stats().failures == 1);
    let _second = pool.take().unwrap();
    until("it does not try again", || pool.stats().failures == 2);
    assert!(is_the_factory(&pool.take().unwrap_err()));
    until("it does not try a third time", || pool.stats().failures == 3);
    // The pool does not try all the time.
    let before = made.load(Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(made.load(Ordering::Relaxed), before);
    assert_eq!(registry.containers().len(), 2);

    fails.store(false, Ordering::Relaxed);
    let _third = pool.take().unwrap();
    until("the pool is not filled again", || pool.stats().warm == 2);
    assert_eq!(pool.stats().misses, 2);
}

/// The same with containers whose calls are futures.
#[test]
fn warm_containers_whose_calls_are_futures() {
    let registry = Registry::new();
    let template = Container::builder(&registry.load_image(UNRULY).unwrap()).prepare_async().unwrap();
    crate::asynchronous::block_on(async {
        let pool = template.pool(2).await.unwrap();
        assert_eq!((pool.size(), pool.stats().warm, registry.containers().len()), (2, 2, 2));
        for _ in 0..3 {
            let mut container = pool.take().await.unwrap();
            assert_eq!(container.status(), Status::Created);
            assert_eq!(container.guest(Unruly).unwrap().count().await.unwrap(), 1);
        }
        until("the pool is not filled again", || pool.stats().warm == 2);
        let stats = pool.stats();
        assert_eq!((stats.hits + stats.misses, stats.failures), (3, 0));
        drop(pool.clone());
        assert_eq!(pool.stats().warm, 2);
    });
    assert!(registry.containers().is_empty());
}
