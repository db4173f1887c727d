//! Resources: documents, which live in the guest, and connections, which live in the host.

use tairitsu::Own;

/// An open document.
#[tairitsu::resource(guest, package = "test:docs@1.0.0")]
pub trait Document {
    /// An empty one.
    fn new(title: &str) -> Self;

    /// One made of its text: the title on the first line, and then the rest.
    fn parse(text: &str) -> Result<Self, String>;

    /// How many there are, whoever has them.
    fn alive() -> u32;

    /// The title.
    fn title(&self) -> String;

    /// Adds to the text, and returns its length in bytes.
    fn append(&self, text: &str) -> u32;

    /// Adds the text to that of another one.
    fn copy_to(&self, other: &Own<dyn Document>);

    /// One for each line.
    fn lines(&self) -> Vec<Own<dyn Document>>;

    /// The text.
    #[wit(rename = "contents")]
    fn text(&self) -> String;
}

/// A document with a place.
#[tairitsu::wit]
#[derive(Debug)]
pub struct Shelved {
    /// The place.
    pub place: u32,
    /// The document, if the place is taken.
    pub document: Option<Own<dyn Document>>,
}

/// What a guest does with documents, and with the host's connections.
#[tairitsu::guest(package = "test:docs@1.0.0", uses = [Document, Connection])]
pub trait Editor {
    /// A document, in a result.
    fn open(&mut self, title: &str) -> Own<dyn Document>;

    /// One that is lent.
    fn words(&self, document: &Own<dyn Document>) -> u32;

    /// Two that are given, and one back.
    fn join(&mut self, first: Own<dyn Document>, second: Own<dyn Document>) -> Own<dyn Document>;

    /// One in a record in a list.
    fn shelve(&mut self, shelved: Vec<Shelved>) -> Vec<Shelved>;

    /// Keeps one, until the next is kept.
    fn keep(&mut self, document: Option<Own<dyn Document>>);

    /// The titles of the documents that were dropped, in that order.
    fn dropped(&mut self) -> Vec<String>;

    /// Makes a connection, sends something over it and over its twin, and drops both: what was answered.
    fn call(&mut self, address: &str, text: &str) -> Result<Vec<u32>, String>;

    /// Has the host dial, and count what comes of it.
    fn dial(&mut self, addresses: &[String]) -> u32;

    /// Sends over a connection that is lent.
    fn send(&self, connection: &Own<dyn Connection>, text: &str) -> u32;

    /// Gives a connection back.
    fn pass(&mut self, connection: Own<dyn Connection>) -> Own<dyn Connection>;

    /// Keeps so many connections.
    fn hold(&mut self, count: u32);
}

/// A connection.
#[tairitsu::resource(host, package = "test:net@1.0.0")]
pub trait Connection {
    /// One to any address.
    fn new(address: &str) -> Self;

    /// One to an address that is not empty.
    fn open(address: &str) -> Result<Self, String>;

    /// Sends something; returns how much was sent so far, in bytes.
    fn send(&self, text: &str) -> u32;

    /// Where it goes.
    fn address(&self) -> String;

    /// Another one to the same address.
    fn twin(&self) -> Own<dyn Connection>;

    /// Whether both go to the same address.
    fn same(&self, other: &Own<dyn Connection>) -> bool;
}

/// What a host does with connections.
#[tairitsu::host(package = "test:net@1.0.0", uses = Connection)]
pub trait Network {
    /// One in an option.
    fn dial(&mut self, address: &str) -> Option<Own<dyn Connection>>;

    /// Several that are given.
    fn hang_up(&mut self, connections: Vec<Own<dyn Connection>>) -> u32;

    /// One that is lent.
    fn ping(&self, connection: &Own<dyn Connection>) -> String;
}
