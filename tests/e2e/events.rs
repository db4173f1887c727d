//! Waiting for a container's end, and following the events of a registry.

use crate::UNRULY;
use futures_core::Stream;
use std::sync::mpsc::{RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Ending, Event, Events, Limits, Registry, Status, Subject, Template};
use tairitsu_test_unruly::Unruly;

const LONG: Duration = Duration::from_secs(30);

fn template(registry: &Registry) -> Template {
    let image = registry.register_image("unruly:v1", UNRULY).unwrap();
    let limits = Limits::new().deadline(Duration::from_millis(300));
    Container::builder(&image).limits(limits).prepare().unwrap()
}

/// All events up to now.
fn drain(events: &Events) -> Vec<Event> {
    std::iter::from_fn(|| events.try_recv().ok()).collect()
}

/// The container's id and the event's name, for events of containers.
fn short(event: &Event) -> (u64, &'static str) {
    let (Subject { id, .. }, name) = match event {
        Event::ContainerCreated(container) => (container, "created"),
        Event::ContainerStarted(container) => (container, "started"),
        Event::ContainerTrapped { container, .. } => (container, "trapped"),
        Event::ContainerRestarted(container) => (container, "restarted"),
        Event::ContainerStopped(container) => (container, "stopped"),
        event => panic!("{event:?}"),
    };
    (*id, name)
}

#[test]
fn who_waits_learns_how_it_ended() {
    let template = template(&Registry::new());
    let mut container = template.spawn().unwrap();
    let handle = container.handle();
    let start = Instant::now();
    assert!(handle.wait_timeout(Duration::from_millis(60)).is_none());
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert!(handle.wait_timeout(Duration::ZERO).is_none());

    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let handle = handle.clone();
            std::thread::spawn(move || handle.wait())
        })
        .collect();
    container.guest(Unruly).unwrap().ping().unwrap();
    container.guest(Unruly).unwrap().spin().unwrap_err();
    for waiter in waiters {
        let Ending::Trapped(error) = waiter.join().unwrap() else { panic!("it trapped") };
        assert!(matches!(error, CallError::Deadline { .. }), "{error}");
    }
    // The container has ended. Each later wait returns that end at once.
    assert!(matches!(handle.wait(), Ending::Trapped(CallError::Deadline { .. })));
    assert!(matches!(handle.wait_timeout(Duration::ZERO), Some(Ending::Trapped(_))));
    // A stop after the trap is the container's last end.
    handle.stop();
    assert!(matches!(handle.wait(), Ending::Stopped));

    container.restart().unwrap();
    assert!(handle.wait_timeout(Duration::from_millis(10)).is_none(), "a new life");
    let waiter = std::thread::spawn({
        let handle = handle.clone();
        move || handle.wait()
    });
    drop(container);
    assert!(matches!(waiter.join().unwrap(), Ending::Stopped));
    assert!(matches!(handle.wait(), Ending::Stopped));
}

#[test]
fn who_waits_sees_an_end_that_a_restart_follows() {
    let template = template(&Registry::new());
    for _ in 0..10 {
        let mut container = template.spawn().unwrap();
        container.guest(Unruly).unwrap().ping().unwrap();
        let handle = container.handle();
        let (begins, begun) = std::sync::mpsc::channel();
        let waiter = std::thread::spawn(move || {
            begins.send(()).unwrap();
            handle.wait_timeout(LONG)
        });
        begun.recv().unwrap();
        // Nothing shows that the other thread waits, so this sleeps.
        std::thread::sleep(Duration::from_millis(200));
        container.guest(Unruly).unwrap().trap().unwrap_err();
        container.restart().unwrap();
        assert!(matches!(waiter.join().unwrap(), Some(Ending::Trapped(CallError::Trap(_)))));
        assert_eq!(container.status(), Status::Created);
    }
}

#[test]
fn a_registrys_events() {
    let registry = Registry::new();
    let events = registry.events();
    assert_eq!(events.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(events.recv_timeout(Duration::from_millis(20)), Err(RecvTimeoutError::Timeout));

    let template = template(&registry);
    let digest = template.image().digest();
    let (other, _) = registry.replace_image("unruly:v1", crate::SPLIT).unwrap();
    registry.replace_image("other", crate::SPLIT).unwrap();
    registry.register_image("other", crate::SPLIT).unwrap_err();
    registry.remove_image("unruly:v1").unwrap();
    assert!(registry.remove_image("unruly:v1").is_none());
    let name = || "unruly:v1".to_string();
    let told: Vec<_> = drain(&events)
        .into_iter()
        .map(|event| match event {
            Event::ImageRegistered { name, digest, .. } => ("registered", name, digest, None),
            Event::ImageReplaced { name, digest, old, .. } => ("replaced", name, digest, Some(old)),
            Event::ImageRemoved { name, digest, .. } => ("removed", name, digest, None),
            event => panic!("{event:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            ("registered", name(), digest.clone(), None),
            ("replaced", name(), other.digest(), Some(digest)),
            ("registered", "other:latest".into(), other.digest(), None),
            ("removed", name(), other.digest(), None),
        ]
    );

    let mut container = template.spawn_named("worker").unwrap();
    for _ in 0..2 {
        container.guest(Unruly).unwrap().ping().unwrap();
    }
    container.guest(Unruly).unwrap().panic("at the disco").unwrap_err();
    container.restart().unwrap();
    container.stop();
    container.handle().stop();
    drop(container);
    let happened = drain(&events);
    let names: Vec<_> = happened.iter().map(short).collect();
    assert_eq!(names, [(0, "created"), (0, "started"), (0, "trapped"), (0, "restarted"), (0, "stopped")]);
    let Event::ContainerTrapped { container, cause, .. } = &happened[2] else { panic!("{happened:?}") };
    assert_eq!((&*container.name, container.image.as_deref()), ("worker", Some("unruly:v1")));
    assert!(cause.starts_with("`test:unruly/unruly#panic` failed: the guest panicked"), "{cause}");
    assert!(cause.contains("at the disco"), "{cause}");

    // The stream ends when nothing can happen any more: no registry, no container and no image is left.
    let waiter = std::thread::spawn(move || events.map(|event| short(&event).1).collect::<Vec<_>>());
    let container = template.spawn().unwrap();
    drop((registry, template));
    drop(container);
    // An image also keeps the stream open. This was the last one.
    drop(other);
    assert_eq!(waiter.join().unwrap(), ["created", "stopped"]);
}

/// A slow reader holds up no sender. Its next read says how many events it has missed.
#[test]
fn a_reader_that_is_late() {
    let registry = Registry::new();
    let template = template(&registry);
    let (late, timely) = (registry.events_with_capacity(4), registry.events());
    let containers: Vec<_> = (0..100).map(|_| template.spawn().unwrap()).collect();
    let all = drain(&timely);
    assert_eq!(all.iter().map(short).collect::<Vec<_>>(), (0..100).map(|id| (id, "created")).collect::<Vec<_>>());
    let mut missed = drain(&late);
    assert!(matches!(missed.remove(0), Event::Lost { count: 96, .. }));
    assert_eq!(missed, all[96..]);
    drop(late);
    drop(containers);
    assert_eq!(drain(&timely).len(), 100, "who has left is in nobody's way");
}

/// Events of another thread wake a reader that waits.
#[test]
fn events_wake_who_waits_for_them() {
    let registry = Registry::new();
    let template = template(&registry);
    let events = registry.events();
    let reader = std::thread::spawn(move || {
        let mut names = Vec::new();
        while names.last() != Some(&"stopped") {
            names.push(short(&events.recv_timeout(LONG).unwrap()).1);
        }
        names
    });
    let mut container = template.spawn().unwrap();
    container.guest(Unruly).unwrap().trap().unwrap_err();
    drop(container);
    assert_eq!(reader.join().unwrap(), ["created", "started", "trapped", "stopped"]);
}

/// Events as a stream wake a task for each event, and when nothing can happen any more.
#[test]
fn events_as_a_stream() {
    let registry = Registry::new();
    let template = template(&registry);
    let mut stream = std::pin::pin!(registry.events().into_stream());
    let container = template.spawn().unwrap();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(container);
        drop((registry, template));
    });
    let mut told = Vec::new();
    let mut next = || crate::asynchronous::block_on(std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)));
    while let Some(event) = next() {
        told.push(short(&event).1);
    }
    assert_eq!(told, ["created", "stopped"]);
    other.join().unwrap();
}
