//! Resources: the guest's, held by the host, and the host's, held by the guest.

mod bindgen;
mod by_name;
mod hostile;

use crate::asynchronous::block_on;
use crate::crowd::{alone, resident};
use crate::image;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use tairitsu::{BadHandle, CallError, Container, ContainerBuilder, Error, Leaks, Limits, OnDenied, Own, Policy};
use tairitsu_test_api::docs::{Connection, Document, Editor, Network, Shelved};
use tairitsu_test_docs::{Desk, Text};

/// A test's record of its connections: how many are alive, and which were dropped, in order.
#[derive(Default)]
struct Seen {
    alive: AtomicU32,
    dropped: Mutex<Vec<String>>,
}

thread_local!(static SEEN: Arc<Seen> = Arc::default());

fn seen() -> Arc<Seen> {
    SEEN.with(Arc::clone)
}

/// A connection to nowhere.
struct Line {
    address: String,
    sent: AtomicU32,
    seen: Arc<Seen>,
}

impl Line {
    fn to(address: &str) -> Self {
        let seen = seen();
        seen.alive.fetch_add(1, Relaxed);
        Self { address: address.into(), sent: AtomicU32::new(0), seen }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.seen.alive.fetch_sub(1, Relaxed);
        self.seen.dropped.lock().unwrap().push(std::mem::take(&mut self.address));
    }
}

#[tairitsu::resource]
impl Connection for Line {
    fn new(address: &str) -> Self {
        Self::to(address)
    }

    fn open(address: &str) -> Result<Self, String> {
        if address.is_empty() { Err("expected an address, found nothing".into()) } else { Ok(Self::to(address)) }
    }

    fn send(&self, text: &str) -> u32 {
        assert_ne!(text, "panic");
        self.sent.fetch_add(text.len() as u32, Relaxed) + text.len() as u32
    }

    fn address(&self) -> String {
        self.address.clone()
    }

    fn twin(&self) -> Own<dyn Connection> {
        Line::to(&self.address).into()
    }

    fn same(&self, other: &Own<dyn Connection>) -> bool {
        other.address() == self.address
    }
}

/// The host's switchboard.
#[derive(Default)]
struct Board;

#[tairitsu::host]
impl Network for Board {
    fn dial(&mut self, address: &str) -> Option<Own<dyn Connection>> {
        (!address.is_empty()).then(|| Line::to(address).into())
    }

    fn hang_up(&mut self, connections: Vec<Own<dyn Connection>>) -> u32 {
        // Each handle still leads to the original value.
        assert!(connections.iter().all(|connection| connection.downcast::<Line>().is_some()));
        connections.len() as u32
    }

    fn ping(&self, connection: &Own<dyn Connection>) -> String {
        format!("{}!", connection.address())
    }
}

/// Our guest, and the same guest with nothing of Tairitsu in it.
const GUESTS: [&str; 2] = ["docs", "docs-bindgen"];

fn builder(guest: &str) -> ContainerBuilder {
    Container::builder(&image(guest)).resource::<Line>().provide_with(Board::default)
}

fn spawn(guest: &str) -> Container {
    builder(guest).build().unwrap()
}

#[test]
fn the_guests_in_the_hands_of_the_host() {
    for guest in GUESTS {
        let mut container = spawn(guest);
        let mut documents = container.guest(Document).unwrap();
        let letter = documents.new("letter").unwrap();
        assert_eq!(documents.append(&letter, "Dear Ada,").unwrap(), 9);
        assert_eq!(documents.append(&letter, "\nall is well.").unwrap(), 22);
        assert_eq!(documents.title(&letter).unwrap(), "letter");
        assert_eq!(documents.text(&letter).unwrap(), "Dear Ada,\nall is well.");

        let parsed = documents.parse("note\nmilk").unwrap();
        assert_eq!(documents.text(&parsed).unwrap(), "milk");
        match documents.parse("note") {
            Err(CallError::Guest(error)) => assert!(error.contains("found one line"), "{error}"),
            other => panic!("{other:?}"),
        }

        documents.copy_to(&letter, &parsed).unwrap();
        assert_eq!(documents.text(&parsed).unwrap(), "milkDear Ada,\nall is well.");
        // The same handle is passed twice in one call.
        documents.copy_to(&parsed, &parsed).unwrap();
        let lines = documents.lines(&letter).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(documents.title(&lines[1]).unwrap(), "all is well.");
        assert_eq!(documents.alive().unwrap(), 4);

        let mut editor = container.guest(Editor).unwrap();
        assert_eq!(editor.words(&letter).unwrap(), 5);
        let opened = editor.open("report").unwrap();
        let joined = editor.join(opened, parsed).unwrap();
        let mut documents = container.guest(Document).unwrap();
        assert_eq!(documents.title(&joined).unwrap(), "report");
        assert!(documents.text(&joined).unwrap().starts_with("milkDear"));
        // Both documents were given to the guest. The guest still held one of them by its value until the call was
        // over.
        assert_eq!(documents.alive().unwrap(), 4);
        assert!(joined.try_value().is_none() && format!("{joined:?}").contains("document"));
    }
}

#[test]
fn in_a_record_in_a_list() {
    for guest in GUESTS {
        let mut container = spawn(guest);
        let mut editor = container.guest(Editor).unwrap();
        let first = editor.open("first").unwrap();
        let shelved = vec![
            Shelved { place: 1, document: Some(first) },
            Shelved { place: 2, document: None },
            Shelved { place: 3, document: Some(editor.open("third").unwrap()) },
        ];
        let shelved = editor.shelve(shelved).unwrap();
        assert_eq!(shelved.iter().map(|shelved| shelved.place).collect::<Vec<_>>(), [3, 2, 1]);
        let mut documents = container.guest(Document).unwrap();
        let titles = shelved.iter().filter_map(|shelved| shelved.document.as_ref());
        let titles: Vec<_> = titles.map(|document| documents.title(document).unwrap()).collect();
        assert_eq!(titles, ["third", "first"]);
    }
}

#[test]
fn the_hosts_in_the_hands_of_the_guest() {
    for guest in GUESTS {
        seen().dropped.lock().unwrap().clear();
        let mut container = spawn(guest);
        let mut editor = container.guest(Editor).unwrap();
        assert_eq!(editor.call("ada:1", "hello").unwrap(), [5, 5, 5, 10, 1, 6]);
        // The guest has dropped the connections, so the host's values are dropped too, in the same order.
        assert_eq!(seen().alive.load(Relaxed), 0);
        assert_eq!(*seen().dropped.lock().unwrap(), ["ada:1"; 3]);
        match editor.call("", "hello") {
            Err(CallError::Guest(error)) => assert_eq!(error, "expected an address, found nothing"),
            other => panic!("{other:?}"),
        }
        seen().dropped.lock().unwrap().clear();
        assert_eq!(editor.dial(&["a".into(), String::new(), "b".into()]).unwrap(), 2);
        assert_eq!(*seen().dropped.lock().unwrap(), ["a", "b"]);
    }
}

#[test]
fn the_hosts_lent_and_given_by_the_host() {
    for guest in GUESTS {
        let mut container = spawn(guest);
        let mut editor = container.guest(Editor).unwrap();
        let line = Arc::new(Line::to("grace:2"));
        let lent: Own<dyn Connection> = Own::from(line.clone() as Arc<dyn Connection>);
        assert_eq!(editor.send(&lent, "four").unwrap(), 4);
        assert_eq!(editor.send(&lent, "four").unwrap(), 8);
        // The lent value left no reference behind.
        assert_eq!(Arc::strong_count(&line), 2);

        let passed = editor.pass(lent).unwrap();
        assert_eq!(passed.address(), "grace:2");
        assert_eq!(passed.downcast::<Line>().unwrap().sent.load(Relaxed), 8);
        assert_eq!(editor.send(&passed, "!").unwrap(), 9);
        // When the value is given to another container, it leaves the first one.
        let mut other = spawn(guest);
        let passed = other.guest(Editor).unwrap().pass(passed).unwrap();
        assert_eq!(passed.send("!!"), 11);
        assert_eq!(Arc::strong_count(&line), 2);
        drop(passed);
        assert_eq!(Arc::strong_count(&line), 1);
        assert!(container.stop().is_empty() && other.stop().is_empty());
    }
}

/// Before its next call, the guest drops every resource that the host has dropped, in the same order.
#[test]
fn dropped_in_order() {
    for guest in GUESTS {
        let mut container = spawn(guest);
        let mut documents = container.guest(Document).unwrap();
        let all: Vec<_> = ["a", "b", "c", "d"].iter().map(|title| documents.new(title).unwrap()).collect();
        let mut all = all.into_iter();
        let (a, b, c, d) = (all.next(), all.next(), all.next(), all.next());
        drop(c);
        drop(a);
        assert_eq!(documents.alive().unwrap(), 2);
        drop((d, b));
        let mut editor = container.guest(Editor).unwrap();
        assert_eq!(editor.dropped().unwrap(), ["c", "a", "d", "b"]);

        // The guest also drops it on demand.
        let document = editor.open("e").unwrap();
        drop(document);
        container.drop_resources().unwrap();
        container.drop_resources().unwrap();
        let mut editor = container.guest(Editor).unwrap();
        assert_eq!(editor.dropped().unwrap(), ["e"]);

        // A resource that the guest keeps and then lets go of is dropped at once.
        let kept = editor.open("f").unwrap();
        editor.keep(Some(kept)).unwrap();
        assert_eq!(editor.dropped().unwrap(), [""; 0]);
        editor.keep(None).unwrap();
        assert_eq!(editor.dropped().unwrap(), ["f"]);
    }
}

#[test]
fn dropped_from_another_thread() {
    let mut container = spawn("docs");
    let document = container.guest(Editor).unwrap().open("far").unwrap();
    std::thread::spawn(move || drop(document)).join().unwrap();
    assert_eq!(container.guest(Document).unwrap().alive().unwrap(), 0);
}

#[test]
fn a_handle_of_another_container_is_refused() {
    for guest in GUESTS {
        let (mut one, mut other) = (spawn(guest), spawn(guest));
        let document = one.guest(Document).unwrap().new("one's").unwrap();
        let mut documents = other.guest(Document).unwrap();
        // The other container has a resource at the same place.
        let others = documents.new("other's").unwrap();
        let error = documents.append(&document, "x").unwrap_err();
        assert!(matches!(error, CallError::Handle { reason: BadHandle::OfAnother, .. }), "{error}");
        assert_eq!(
            error.to_string(),
            "`test:docs/document@1.0.0#[method]document.append` was not called: expected a `document` of its container's, \
             found one of another container: get one from this container"
        );
        let error = documents.title_with(&document, |title| panic!("{title}")).unwrap_err();
        assert!(matches!(error, CallError::Handle { reason: BadHandle::OfAnother, .. }), "{error}");
        assert_eq!(documents.title_with(&others, str::to_owned).unwrap(), "other's");
        // The handle is refused wherever it stands in a call, and however it is passed. Neither container is harmed.
        let error = other.guest(Editor).unwrap().keep(Some(document)).unwrap_err();
        assert!(matches!(error, CallError::Handle { reason: BadHandle::OfAnother, .. }), "{error}");
        assert_eq!(other.guest(Document).unwrap().title(&others).unwrap(), "other's");
        // The document was passed by value, and is gone.
        assert_eq!(one.guest(Document).unwrap().alive().unwrap(), 0);
    }
}

#[test]
fn a_handle_of_a_container_that_has_ended_is_refused() {
    for guest in GUESTS {
        let mut container = spawn(guest);
        let document = container.guest(Document).unwrap().new("old").unwrap();
        let held = container.guest(Document).unwrap().new("held").unwrap();
        let leaks = container.stop();
        assert_eq!((leaks.by_host, leaks.by_guest.len()), (2, 0));
        assert_eq!(leaks.to_string(), "the host held 2 of the guest's");
        assert!(matches!(container.guest(Document), Err(Error::Stopped { .. })));

        container.restart().unwrap();
        let mut documents = container.guest(Document).unwrap();
        let error = documents.title(&document).unwrap_err();
        assert!(matches!(error, CallError::Handle { reason: BadHandle::Ended, .. }), "{error}");
        // A new document takes the place of the old one. It is not mistaken for the old one, and not dropped with it.
        let new = documents.new("new").unwrap();
        drop((document, held));
        assert_eq!(documents.title(&new).unwrap(), "new");
        assert_eq!(documents.alive().unwrap(), 1);
    }
}

#[test]
fn a_value_of_the_hosts_own_is_no_resource_of_a_guest() {
    struct Paper;
    #[tairitsu::resource]
    impl Document for Paper {
        fn new(_: &str) -> Self {
            Paper
        }
        fn parse(_: &str) -> Result<Self, String> {
            Ok(Paper)
        }
        fn alive() -> u32 {
            0
        }
        fn title(&self) -> String {
            String::new()
        }
        fn append(&self, _: &str) -> u32 {
            0
        }
        fn copy_to(&self, _: &Own<dyn Document>) {}
        fn lines(&self) -> Vec<Own<dyn Document>> {
            Vec::new()
        }
        fn text(&self) -> String {
            String::new()
        }
    }
    let mut container = spawn("docs");
    let error = container.guest(Document).unwrap().title(&Paper.into()).unwrap_err();
    assert!(matches!(error, CallError::Handle { reason: BadHandle::NotOfAGuest, .. }), "{error}");
    assert_eq!(container.guest(Document).unwrap().alive().unwrap(), 0);
}

/// A guest that keeps the handles it was given, and never lets go of them.
#[test]
fn leaks_are_reported() {
    for guest in GUESTS {
        let mut container = spawn(guest);
        container.guest(Editor).unwrap().hold(3).unwrap();
        let document = container.guest(Editor).unwrap().open("kept by the host").unwrap();
        assert_eq!(seen().alive.load(Relaxed), 3);
        let leaks: Leaks = container.stop();
        assert_eq!(leaks.by_guest.iter().collect::<Vec<_>>(), [(&"test:net/connection@1.0.0", &3)]);
        assert_eq!(leaks.by_host, 1);
        let text = "the guest held 3 of the host's `test:net/connection@1.0.0`, the host held 1 of the guest's";
        assert_eq!(leaks.to_string(), text);
        // The kept values are dropped with the container.
        assert_eq!(seen().alive.load(Relaxed), 0);
        assert!(container.stop().is_empty());
        drop(document);
    }
}

#[test]
fn a_container_that_is_dropped_drops_what_its_guest_held() {
    let mut container = spawn("docs");
    container.guest(Editor).unwrap().hold(2).unwrap();
    let document = container.guest(Editor).unwrap().open("kept by the host").unwrap();
    drop(container);
    assert_eq!(seen().alive.load(Relaxed), 0);
    drop(document);
}

#[test]
fn handles_have_a_limit() {
    let mut container = builder("docs").limits(Limits::new().handles(100)).build().unwrap();
    container.guest(Editor).unwrap().hold(90).unwrap();
    let error = container.guest(Editor).unwrap().hold(20).unwrap_err();
    assert!(matches!(error, CallError::Handles { limit: 100, .. }), "{error}");
    assert!(error.to_string().contains("more handles at once than its limit of 100"), "{error}");
    drop(container);
    assert_eq!(seen().alive.load(Relaxed), 0);
}

#[test]
fn a_panic_in_a_method_is_the_calls() {
    let mut container = spawn("docs");
    let error = container.guest(Editor).unwrap().call("a", "panic").unwrap_err();
    match error {
        CallError::Provider { function, .. } => {
            assert_eq!(function, "test:net/connection@1.0.0#[method]connection.send");
        }
        error => panic!("{error}"),
    }
}

#[test]
fn a_resource_that_nobody_provides_is_reported() {
    let error = Container::builder(&image("docs")).provide(Board).build().unwrap_err();
    let Error::Imports { report, .. } = &error else { panic!("{error}") };
    let missing: Vec<_> = report.missing.iter().map(|missing| missing.function.as_str()).collect();
    assert!(missing.contains(&"connection") && missing.contains(&"[constructor]connection"), "{error}");
    let text = error.to_string();
    assert!(text.contains("`test:net/connection@1.0.0#connection`: expected `resource`, found nothing"), "{text}");
}

#[test]
fn a_method_can_be_denied() {
    let policy = Policy::allow_all().deny("test:net/connection@1#[method]connection.twin").unwrap();
    let mut container = builder("docs").policy(policy.on_denied(OnDenied::Trap)).build().unwrap();
    let error = container.guest(Editor).unwrap().call("a", "b").unwrap_err();
    match error {
        CallError::Denied { function, .. } => {
            assert_eq!(function, "test:net/connection@1.0.0#[method]connection.twin");
        }
        error => panic!("{error}"),
    }
    // The guest's resources are dropped with the container.
    assert_eq!(seen().alive.load(Relaxed), 2);
    drop(container);
    assert_eq!(seen().alive.load(Relaxed), 0);
}

#[test]
fn the_text_is_what_the_component_has() {
    assert_eq!(
        Document.wit(),
        "\
package test:docs@1.0.0;

interface document {
  /// An open document.
  resource document {
    /// An empty one.
    constructor(title: string);

    /// One made of its text: the title on the first line, and then the rest.
    parse: static func(text: string) -> result<document, string>;

    /// How many there are, whoever has them.
    alive: static func() -> u32;

    /// The title.
    title: func() -> string;

    /// Adds to the text, and returns its length in bytes.
    append: func(text: string) -> u32;

    /// Adds the text to that of another one.
    copy-to: func(other: borrow<document>);

    /// One for each line.
    lines: func() -> list<document>;

    /// The text.
    contents: func() -> string;
  }
}
"
    );
    let image = image("docs");
    for trait_ in [Document.interface(), Editor.interface(), Connection.interface(), Network.interface()] {
        let decoded = image.wit();
        for function in trait_.functions {
            let name = function.name.rsplit_once('.').map_or(function.name, |(_, name)| name);
            let name = if name.starts_with('[') { "constructor" } else { name };
            // A guest imports only the functions that it calls.
            assert!(decoded.contains(name) || name == "address", "{name} in\n{decoded}");
        }
    }
    let exports: Vec<_> = image.exports().into_iter().map(|export| export.id).collect();
    assert_eq!(exports, ["test:docs/document@1.0.0", "test:docs/editor@1.0.0"]);
}

/// Resources behave the same in a container whose calls are futures.
#[test]
fn in_futures() {
    block_on(async {
        let mut container = builder("docs").build_async().await.unwrap();
        let mut documents = container.guest(Document).unwrap();
        let letter = documents.new("letter").await.unwrap();
        assert_eq!(documents.append(&letter, "one two").await.unwrap(), 7);
        documents.lines(&letter).await.unwrap();
        // The dropped documents are gone before the next call runs.
        assert_eq!(documents.alive().await.unwrap(), 1);
        let mut editor = container.guest(Editor).unwrap();
        assert_eq!(editor.call("ada:1", "hello").await.unwrap(), [5, 5, 5, 10, 1, 6]);
        let line = Own::from(Line::to("grace:2"));
        assert_eq!(editor.send(&line, "four").await.unwrap(), 4);
        assert_eq!(editor.pass(line).await.unwrap().send("!"), 5);
        assert_eq!(seen().alive.load(Relaxed), 0);
        let other = spawn("docs").guest(Document).unwrap().new("another's").unwrap();
        let error = editor.words(&other).await.unwrap_err();
        assert!(matches!(error, CallError::Handle { reason: BadHandle::Ended, .. }), "{error}");
        assert_eq!(editor.words(&letter).await.unwrap(), 2);
        assert_eq!(container.stop().by_host, 1);
    });
}

/// A guest without wasm uses the values of both sides directly.
#[test]
fn without_wasm() {
    let mut container = Container::native::<Desk>().provide(Board).build().unwrap();
    let mut editor = container.guest(Editor).unwrap();
    let document = editor.open("report").unwrap();
    document.value().append("one two");
    assert_eq!(editor.words(&document).unwrap(), 2);
    let second: Own<dyn Document> = Text::new("other").into();
    second.value().append(" three");
    let joined = editor.join(document, second).unwrap();
    assert_eq!(joined.downcast::<Text>().unwrap().text(), "one two three");

    let line = Own::from(Line::to("grace:2"));
    assert_eq!(editor.send(&line, "four").unwrap(), 4);
    let line = editor.pass(line).unwrap();
    assert_eq!(line.send("!"), 5);
    assert_eq!(editor.dial(&["a".into(), String::new(), "b".into()]).unwrap(), 2);
    drop(line);
    assert_eq!(seen().alive.load(Relaxed), 0);

    // Nobody provides the resource, so it has no constructor.
    let error = editor.call("ada:1", "hello").unwrap_err();
    assert!(
        matches!(&error, CallError::Missing { function, .. } if function.ends_with("[constructor]connection") || function.contains("connection")),
        "{error:?}"
    );
    assert!(matches!(container.guest(Document), Err(Error::NoExport { .. })));

    // With the type, its functions without `self` can be called, and the policy applies to them.
    let native = || Container::native::<Desk>().provide(Board).resource::<Line>();
    let mut container = native().build().unwrap();
    assert_eq!(container.guest(Editor).unwrap().call("ada:1", "hello").unwrap(), [5, 5, 5, 10, 1, 6]);
    assert_eq!(seen().alive.load(Relaxed), 0);
    let mut container = native().policy(Policy::allow_all().deny("test:net/*#*").unwrap()).build().unwrap();
    let error = container.guest(Editor).unwrap().call("ada:1", "hello").unwrap_err();
    assert!(matches!(error, CallError::Denied { .. }), "{error:?}");
}

#[test]
fn a_million_leave_nothing_behind() {
    alone("resources::a_million");
}

/// A million resources cross in each direction, and are made and dropped. Neither side has more memory than before.
#[test]
#[ignore = "run by a_million_leave_nothing_behind, alone"]
fn a_million() {
    GUESTS.into_iter().for_each(a_million_of);
    bindgen::a_million();
}

fn a_million_of(guest: &str) {
    let mut container = builder(guest).limits(Limits::new().deadline(None)).build().unwrap();
    let guests = |container: &mut Container, count: u32| {
        let mut documents = container.guest(Document).unwrap();
        for _ in 0..count {
            documents.new("a title that is longer than any small string").unwrap();
        }
        assert_eq!(documents.alive().unwrap(), 0);
    };
    // The guest drops each resource before its function returns.
    let hosts = |container: &mut Container, count: u32| {
        let mut editor = container.guest(Editor).unwrap();
        let addresses = vec![String::from("an address that is longer than any small string"); 100];
        for _ in 0..count / 100 {
            assert_eq!(editor.dial(&addresses).unwrap(), 100);
            seen().dropped.lock().unwrap().clear();
        }
        assert_eq!(seen().alive.load(Relaxed), 0);
    };
    guests(&mut container, 10_000);
    hosts(&mut container, 10_000);
    let (guest, host) = (container.handle().info().memory, resident());
    guests(&mut container, 1_000_000);
    hosts(&mut container, 1_000_000);
    assert_eq!(container.handle().info().memory, guest);
    println!("resident MiB before {host:?}, after {:?}", resident());
    if let (Some(before), Some(after)) = (host, resident()) {
        // A million of the smallest allocations would be 16 MiB.
        assert!(after < before + 8, "{before} MiB before, {after} after");
    }
    assert!(container.stop().is_empty());
}
