//! A guest with resources of its own, and of the host's.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tairitsu::Own;
use tairitsu_test_api::docs::{Connection, Document, Editor, Network, Shelved};

static ALIVE: AtomicU32 = AtomicU32::new(0);
static DROPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A document.
pub struct Text {
    title: String,
    text: Mutex<String>,
}

impl Text {
    fn with(title: &str, text: &str) -> Self {
        ALIVE.fetch_add(1, Relaxed);
        Self { title: title.into(), text: Mutex::new(text.into()) }
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Relaxed);
        let mut dropped = DROPPED.lock().unwrap();
        // The test with millions of documents does not need these titles.
        if dropped.len() < 100 {
            dropped.push(std::mem::take(&mut self.title));
        }
    }
}

#[tairitsu::resource]
impl Document for Text {
    fn new(title: &str) -> Self {
        Self::with(title, "")
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (title, text) = text.split_once('\n').ok_or("expected a title and a text, found one line")?;
        Ok(Self::with(title, text))
    }

    fn alive() -> u32 {
        ALIVE.load(Relaxed)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn append(&self, text: &str) -> u32 {
        let mut all = self.text.lock().unwrap();
        all.push_str(text);
        all.len() as u32
    }

    fn copy_to(&self, other: &Own<dyn Document>) {
        let text = self.text();
        other.value().append(&text);
    }

    fn lines(&self) -> Vec<Own<dyn Document>> {
        self.text().lines().map(|line| Text::with(line, line).into()).collect()
    }

    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }
}

/// The editor.
#[derive(Default)]
pub struct Desk {
    kept: Option<Own<dyn Document>>,
    held: Vec<Own<dyn Connection>>,
}

#[tairitsu::guest]
impl Editor for Desk {
    fn open(&mut self, title: &str) -> Own<dyn Document> {
        Text::new(title).into()
    }

    fn words(&self, document: &Own<dyn Document>) -> u32 {
        document.value().text().split_whitespace().count() as u32
    }

    fn join(&mut self, first: Own<dyn Document>, second: Own<dyn Document>) -> Own<dyn Document> {
        // `downcast` keeps the second document by its value. The handle is dropped.
        let second = second.downcast::<Text>().unwrap();
        first.value().append(&second.text());
        first
    }

    fn shelve(&mut self, mut shelved: Vec<Shelved>) -> Vec<Shelved> {
        shelved.reverse();
        shelved
    }

    fn keep(&mut self, document: Option<Own<dyn Document>>) {
        self.kept = document;
    }

    fn dropped(&mut self) -> Vec<String> {
        std::mem::take(&mut DROPPED.lock().unwrap())
    }

    fn call(&mut self, address: &str, text: &str) -> Result<Vec<u32>, String> {
        let connection = Own::<dyn Connection>::new(address);
        let opened = Own::<dyn Connection>::open(address)?;
        let twin = connection.twin();
        let mut answers = vec![connection.send(text), opened.send(text), twin.send(text), twin.send(text)];
        answers.push(u32::from(connection.same(&twin)));
        answers.push(tairitsu::Host.ping(&twin).len() as u32);
        Ok(answers)
    }

    fn dial(&mut self, addresses: &[String]) -> u32 {
        let dialled: Vec<_> = addresses.iter().filter_map(|address| tairitsu::Host.dial(address)).collect();
        tairitsu::Host.hang_up(dialled)
    }

    fn send(&self, connection: &Own<dyn Connection>, text: &str) -> u32 {
        connection.send(text)
    }

    fn pass(&mut self, connection: Own<dyn Connection>) -> Own<dyn Connection> {
        connection
    }

    fn hold(&mut self, count: u32) {
        self.held.extend((0..count).map(|i| Own::<dyn Connection>::new(&format!("held:{i}"))));
    }
}
