//! The attributes in a crate of the edition 2021, where `gen` is a name and `unsafe` stands in other places.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, rust_2024_compatibility)]
#![allow(if_let_rescope, tail_expr_drop_order)]

/// A thing.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// Its name.
    pub name: String,
    /// Its parts.
    pub parts: Vec<(u32, Option<String>)>,
}

/// A resource of the host.
#[tairitsu::resource(host)]
pub trait File {
    /// Opens one.
    fn open(name: &str) -> Result<Self, String>;
    /// Reads.
    fn read(&self) -> Vec<u8>;
}

/// What the host provides.
#[tairitsu::host(uses = File)]
pub trait Store {
    /// Keeps a thing.
    fn keep(&mut self, thing: &Thing) -> Result<u32, String>;
    /// One that may await.
    async fn later(&mut self, name: &str) -> Option<Thing>;
}

/// What the guest has.
#[tairitsu::guest]
pub trait Maker {
    /// Makes a thing.
    fn make(&mut self, name: &str) -> Result<Thing, String>;
    /// With a body.
    fn both(&mut self, name: &str) -> (u32, String) {
        (2, name.to_string())
    }
}

/// The guest.
#[derive(Default)]
pub struct Workshop {
    made: u32,
}

#[tairitsu::guest]
impl Maker for Workshop {
    fn make(&mut self, name: &str) -> Result<Thing, String> {
        self.made += 1;
        let thing = Thing { name: name.into(), parts: vec![(self.made, None)] };
        tairitsu::Host.keep(&thing)?;
        Ok(thing)
    }
}
