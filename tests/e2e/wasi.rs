//! WASI without grants, output to `tracing`, and guests that end badly.

use crate::image;
use std::sync::{Arc, Mutex};
use tairitsu::{CallError, Container};
use tairitsu_test_unruly::Unruly;

#[test]
fn nothing_is_granted() {
    let mut container = Container::new(&image("unruly")).unwrap();
    assert_eq!(container.guest(Unruly).unwrap().look_around().unwrap(), (0, 0, 0, 0));
}

#[test]
fn output_goes_to_tracing() {
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || {
        let mut container = Container::new(&image("unruly")).unwrap();
        container.guest(Unruly).unwrap().print("one\ntwo\nrest", "trouble\n").unwrap();
        container.guest(Unruly).unwrap().print(" of it\nlast", "").unwrap();
    });
    let events = events.0.lock().unwrap();
    assert_eq!(
        *events,
        [
            "INFO tairitsu::guest stdout one",
            "INFO tairitsu::guest stdout two",
            "WARN tairitsu::guest stderr trouble",
            "INFO tairitsu::guest stdout rest of it",
            "INFO tairitsu::guest stdout last",
        ]
    );
}

/// A line without an end is cut. Otherwise a guest could fill the host's memory with one line.
#[test]
fn a_line_without_an_end() {
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || {
        let mut container = Container::new(&image("unruly")).unwrap();
        container.guest(Unruly).unwrap().print(&"x".repeat(100_000), "").unwrap();
    });
    let events = events.0.lock().unwrap();
    assert!(events.len() > 10, "{}", events.len());
    assert!(events.iter().all(|event| event.len() < 9_000));
    let total: usize = events.iter().map(|event| event.matches('x').count()).sum();
    assert_eq!(total, 100_000);
}

#[test]
fn a_trap_ends_the_container() {
    let mut container = Container::new(&image("unruly")).unwrap();
    let mut unruly = container.guest(Unruly).unwrap();
    assert_eq!(unruly.ping().unwrap(), 1);
    let error = unruly.trap().unwrap_err();
    let CallError::Trap(trap) = &error else { panic!("{error}") };
    assert_eq!(trap.function(), "test:unruly/unruly#trap");
    assert_eq!(trap.panic(), None);
    assert!(error.to_string().contains("unreachable"), "{error}");

    let error = unruly.ping().unwrap_err();
    let CallError::Trapped { function, first, .. } = &error else { panic!("{error}") };
    assert_eq!(function, "test:unruly/unruly#ping");
    assert_eq!(first.function(), "test:unruly/unruly#trap");

    let mut neighbour = Container::new(&image("unruly")).unwrap();
    assert_eq!(neighbour.guest(Unruly).unwrap().ping().unwrap(), 1);
}

/// A subscriber that keeps the events of guests.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "tairitsu::guest"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        #[derive(Default)]
        struct Fields {
            message: String,
            stream: String,
        }

        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                if field.name() == "message" {
                    self.message = format!("{value:?}");
                }
            }

            fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
                if field.name() == "stream" {
                    self.stream = value.into();
                }
            }
        }

        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = format!("{} {} {} {}", metadata.level(), metadata.target(), fields.stream, fields.message);
        self.0.lock().unwrap().push(line);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}
