//! The guest with resources, with nothing of Tairitsu in it: `wit_bindgen::generate!` over the WIT that the traits emit.

wit_bindgen::generate!({ path: "../../fixtures/docs", world: "docs-guest", generate_all });

use exports::test::docs::document::{self, Document, DocumentBorrow, GuestDocument};
use exports::test::docs::editor::{self, Shelved};
use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use test::net::connection::Connection;
use test::net::network;

static ALIVE: AtomicU32 = AtomicU32::new(0);
static DROPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Guest;

export!(Guest);

struct Text {
    title: String,
    text: RefCell<String>,
}

impl Text {
    fn with(title: &str, text: &str) -> Self {
        ALIVE.fetch_add(1, Relaxed);
        Self { title: title.into(), text: RefCell::new(text.into()) }
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Relaxed);
        let mut dropped = DROPPED.lock().unwrap();
        if dropped.len() < 100 {
            dropped.push(std::mem::take(&mut self.title));
        }
    }
}

impl document::Guest for Guest {
    type Document = Text;
}

impl GuestDocument for Text {
    fn new(title: String) -> Self {
        Self::with(&title, "")
    }

    fn parse(text: String) -> Result<Document, String> {
        let (title, text) = text.split_once('\n').ok_or("expected a title and a text, found one line")?;
        Ok(Document::new(Self::with(title, text)))
    }

    fn alive() -> u32 {
        ALIVE.load(Relaxed)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn append(&self, text: String) -> u32 {
        let mut all = self.text.borrow_mut();
        all.push_str(&text);
        all.len() as u32
    }

    fn copy_to(&self, other: DocumentBorrow<'_>) {
        let text = self.text.borrow().clone();
        other.get::<Text>().append(text);
    }

    fn lines(&self) -> Vec<Document> {
        self.text.borrow().lines().map(|line| Document::new(Text::with(line, line))).collect()
    }

    fn contents(&self) -> String {
        self.text.borrow().clone()
    }
}

thread_local! {
    static KEPT: RefCell<Option<Document>> = const { RefCell::new(None) };
    static HELD: RefCell<Vec<Connection>> = const { RefCell::new(Vec::new()) };
}

impl editor::Guest for Guest {
    fn open(title: String) -> Document {
        Document::new(Text::with(&title, ""))
    }

    fn words(document: DocumentBorrow<'_>) -> u32 {
        document.get::<Text>().text.borrow().split_whitespace().count() as u32
    }

    fn join(first: Document, second: Document) -> Document {
        first.get::<Text>().append(second.get::<Text>().text.borrow().clone());
        first
    }

    fn shelve(mut shelved: Vec<Shelved>) -> Vec<Shelved> {
        shelved.reverse();
        shelved
    }

    fn keep(document: Option<Document>) {
        KEPT.with(|kept| *kept.borrow_mut() = document);
    }

    fn dropped() -> Vec<String> {
        std::mem::take(&mut DROPPED.lock().unwrap())
    }

    fn call(address: String, text: String) -> Result<Vec<u32>, String> {
        let connection = Connection::new(&address);
        let opened = Connection::open(&address)?;
        let twin = connection.twin();
        let mut answers = vec![connection.send(&text), opened.send(&text), twin.send(&text), twin.send(&text)];
        answers.push(u32::from(connection.same(&twin)));
        answers.push(network::ping(&twin).len() as u32);
        Ok(answers)
    }

    fn dial(addresses: Vec<String>) -> u32 {
        let dialled: Vec<_> = addresses.iter().filter_map(|address| network::dial(address)).collect();
        network::hang_up(dialled)
    }

    fn send(connection: &Connection, text: String) -> u32 {
        connection.send(&text)
    }

    fn pass(connection: Connection) -> Connection {
        connection
    }

    fn hold(count: u32) {
        HELD.with(|held| held.borrow_mut().extend((0..count).map(|i| Connection::new(&format!("held:{i}")))));
    }
}
