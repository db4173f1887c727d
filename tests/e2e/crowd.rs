//! Many containers, many failures, many threads. Each test runs in a process of its own, so that it can measure the
//! memory.

use crate::misbehaviour::{ENDING, ENDLESS, Guests, Small, limits, small};
use crate::{UNRULY, soak};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Ending, Error, Event, Limits, Registry, Status, Template};
use tairitsu_test_unruly::Unruly;

/// Runs the ignored test of this path, in a process of its own.
pub(crate) fn alone(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    println!("{text}");
}

/// The resident memory of this process in MiB, if the platform can tell.
pub(crate) fn resident() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some((pages * 4096) >> 20)
}

#[test]
fn failures_leave_no_trace() {
    alone("crowd::thousands_of_failures");
}

#[test]
#[ignore = "run by failures_leave_no_trace, alone"]
fn thousands_of_failures() {
    let registry = Registry::new();
    let guests = Guests::new(&registry, &limits());
    // Only endless calls get the short deadline.
    let hurried = Guests::new(&registry, &limits().deadline(Duration::from_millis(20)));
    let mut neighbour = guests.small.spawn().unwrap();
    let mut calls = 0;
    let mut ways = BTreeMap::new();
    let mut fail = |i: usize| {
        let (way, guests) = match i % 50 {
            49 => (&ENDLESS[i / 50 % ENDLESS.len()], &hurried),
            _ => (&ENDING[i % ENDING.len()], &guests),
        };
        way.run(guests);
        *ways.entry(way.name).or_insert(0) += 1;
        calls += 1;
        assert_eq!(neighbour.guest(Small).unwrap().work().unwrap(), calls);
    };
    (0..1000).for_each(&mut fail);
    let before = resident();
    let start = Instant::now();
    (0..soak(10_000, 2_000)).for_each(&mut fail);
    let after = resident();
    println!("in {:?}: {ways:?}", start.elapsed());
    println!("resident MiB before {before:?}, after {after:?}");
    assert!(
        ways.len() == ENDLESS.len() + ENDING.len() && ways.values().all(|count| *count >= soak(50, 15)),
        "{ways:?}"
    );
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after <= before + 8, "{before} MiB became {after}");
    }
    assert_eq!(registry.containers().len(), 1);
}

#[test]
fn ten_thousand_live_in_one_process() {
    alone("crowd::ten_thousand_live");
}

#[test]
#[ignore = "run by ten_thousand_live_in_one_process, alone"]
fn ten_thousand_live() {
    let registry = Registry::new();
    let template = Container::builder(&small(&registry)).prepare().unwrap();
    let before = resident();
    let start = Instant::now();
    let mut containers: Vec<Container> = (0..10_000).map(|_| template.spawn().unwrap()).collect();
    let spawned = start.elapsed();
    for round in 1..=2 {
        for container in &mut containers {
            assert_eq!(container.guest(Small).unwrap().work().unwrap(), round);
        }
    }
    println!("10,000 spawned in {spawned:?}; resident MiB before {before:?}, after {:?}", resident());
    assert_eq!(registry.containers().len(), 10_000);
    // The failure of one container is the failure of that container only.
    containers[5_000].guest(Small).unwrap().trap().unwrap_err();
    containers[5_000].restart().unwrap();
    assert_eq!(containers[5_000].guest(Small).unwrap().work().unwrap(), 1);
    assert_eq!(containers[5_001].guest(Small).unwrap().work().unwrap(), 3);
    drop(containers);
    assert!(registry.containers().is_empty());
}

/// Eight threads do everything at random for a while. Nothing is lost, and nothing hangs.
#[test]
fn eight_threads_at_random() {
    alone("crowd::eight_threads");
}

#[test]
#[ignore = "run by eight_threads_at_random, alone"]
fn eight_threads() {
    let registry = Registry::new();
    // The subscription has room for every event.
    let events = registry.events_with_capacity(usize::MAX);
    let image = registry.register_image("unruly:v0", UNRULY).unwrap();
    registry.register_image("shared:v0", answering(0)).unwrap();
    let limits = Limits::new().deadline(Duration::from_secs(2));
    let template = Container::builder(&image).limits(limits).prepare().unwrap();
    let end = Instant::now() + Duration::from_secs(soak(30, 5));
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    // A hanging thread can be ended only with its process.
    let watchdog = std::thread::spawn(move || {
        if is_done.recv_timeout(Duration::from_secs(120)).is_err_and(|error| error == RecvTimeoutError::Timeout) {
            eprintln!("expected 8 threads to end within 90 s of their time, found them at work: a deadlock");
            std::process::abort();
        }
    });
    let spawned: usize = std::thread::scope(|scope| {
        let (registry, template) = (&registry, &template);
        let work = |seed| scope.spawn(move || random_work(registry, template, seed, end));
        let threads: Vec<_> = (1..=8).map(work).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    drop(done);
    watchdog.join().unwrap();
    assert!(registry.containers().is_empty(), "{:?}", registry.containers());

    // The events add up to the registry's contents.
    let (mut names, mut created, mut living) = (BTreeMap::new(), 0, BTreeMap::new());
    let mut count = 0;
    while let Ok(event) = events.try_recv() {
        count += 1;
        match event {
            Event::ImageRegistered { name, digest, .. } => assert_eq!(names.insert(name, digest), None),
            Event::ImageReplaced { name, digest, old, .. } => assert_eq!(names.insert(name, digest), Some(old)),
            Event::ImageRemoved { name, digest, .. } => assert_eq!(names.remove(&name), Some(digest)),
            Event::ContainerCreated(container) => {
                created += 1;
                assert_eq!(living.insert(container.id, Status::Created), None);
            }
            Event::ContainerStarted(container) => {
                assert_eq!(living.insert(container.id, Status::Running), Some(Status::Created));
            }
            Event::ContainerTrapped { container, .. } => {
                assert_eq!(living.insert(container.id, Status::Trapped), Some(Status::Running));
            }
            Event::ContainerRestarted(container) => {
                assert!(living.insert(container.id, Status::Created).is_some());
            }
            Event::ContainerStopped(container) => {
                assert_ne!(living.insert(container.id, Status::Stopped), Some(Status::Stopped));
            }
            event => panic!("{event:?}"),
        }
    }
    println!("{spawned} containers, {count} events");
    assert_eq!(created, spawned);
    assert!(living.values().all(|status| *status == Status::Stopped), "{living:?}");
    assert_eq!(registry.image_names(), names.keys().cloned().collect::<Vec<_>>());
    for (name, digest) in names {
        assert_eq!(registry.get_image(&name).unwrap().digest(), digest);
    }
}

/// A component whose function returns a number.
fn answering(number: u32) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m (func (export "work") (result i32) i32.const {number}))
            (core instance $i (instantiate $m))
            (func $work (result u32) (canon lift (core func $i "work")))
            (instance $answer (export "work" (func $work)))
            (export "test:small/answer" (instance $answer)))"#
    );
    wat::parse_str(text).unwrap()
}

#[tairitsu::guest(package = "test:small")]
#[allow(dead_code)]
trait Answer {
    fn work(&mut self) -> u32;
}

/// Returns how many containers it has spawned.
fn random_work(registry: &Registry, template: &Template, seed: u64, end: Instant) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut random = move |n: usize| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % n
    };
    // The calls that each container should have counted. Empty after the container has ended.
    let mut mine: Vec<(Container, Option<u32>)> = Vec::new();
    // A name that only this thread uses, and the number that the named image returns.
    let (own, mut stands_for) = (format!("own-{seed}:v0"), None);
    let mut spawned = 0;
    while Instant::now() < end {
        let at = (!mine.is_empty()).then(|| random(mine.len()));
        match (random(12), at) {
            (0..2, _) if mine.len() < 20 => {
                mine.push((template.spawn().unwrap(), Some(0)));
                spawned += 1;
            }
            (2..7, Some(at)) => {
                let (container, count) = &mut mine[at];
                let result = container.guest(Unruly).map(|mut unruly| unruly.count());
                match (count, result) {
                    (Some(count), Ok(Ok(found))) => {
                        *count += 1;
                        assert_eq!(*count, found, "a call was lost");
                    }
                    (None, Err(Error::Stopped { .. }) | Ok(Err(CallError::Trapped { .. }))) => {}
                    (count, result) => panic!("{count:?} {result:?}"),
                }
            }
            (7, Some(at)) => {
                let (container, count) = &mut mine[at];
                if count.take().is_some() {
                    let error = container.guest(Unruly).unwrap().trap().unwrap_err();
                    assert!(matches!(error, CallError::Trap(_)), "{error}");
                }
            }
            (8, Some(at)) => {
                let handle = mine[at].0.handle();
                handle.stop();
                assert!(matches!(handle.wait(), Ending::Stopped));
                mine[at].1 = None;
            }
            (9, Some(at)) => {
                mine[at].0.restart().unwrap();
                mine[at].1 = Some(0);
            }
            (10, Some(at)) => drop(mine.swap_remove(at)),
            (11, _) => match random(60) {
                // Compiling is slow here, so this case is rare.
                0..2 => {
                    let number = random(1000) as u32;
                    let wasm = answering(number);
                    let is_free = stands_for.is_none();
                    match random(3) {
                        0 => match registry.register_image(&own, wasm) {
                            Ok(_) if is_free => stands_for = Some(number),
                            Err(Error::NameTaken { .. }) if !is_free => {}
                            other => panic!("{is_free} {other:?}"),
                        },
                        1 => {
                            let (_, old) = registry.replace_image(&own, wasm).unwrap();
                            assert_eq!(old.is_none(), is_free);
                            stands_for = Some(number);
                        }
                        _ => {
                            let (_, old) = registry.replace_image("shared:v0", wasm).unwrap();
                            assert!(old.is_some(), "a name that is only replaced was free");
                        }
                    }
                }
                2 => assert_eq!(registry.remove_image(&own).is_some(), stands_for.take().is_some()),
                3..10 => {
                    let image = registry.get_image("shared:v0").unwrap();
                    let mut container = Container::new(&image).unwrap();
                    spawned += 1;
                    assert!(container.guest(Answer).unwrap().work().unwrap() < 1000);
                    if let Some(number) = stands_for {
                        let mut container = Container::new(&registry.get_image(&own).unwrap()).unwrap();
                        spawned += 1;
                        assert_eq!(container.guest(Answer).unwrap().work().unwrap(), number);
                    }
                }
                _ => {
                    // Each of the eight threads may have two containers of another image besides its own.
                    let list = registry.containers();
                    assert!(list.len() <= 8 * 22 && list.len() >= mine.len(), "{}", list.len());
                    assert!(registry.get_image("unruly:v0").is_some());
                }
            },
            _ => {}
        }
    }
    // All eight threads spin at once, and each call ends in time.
    let mut container = template.spawn().unwrap();
    let error = container.guest(Unruly).unwrap().spin().unwrap_err();
    assert!(matches!(error, CallError::Deadline { .. }), "{error}");
    spawned + 1
}
