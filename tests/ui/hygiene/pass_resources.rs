//! Resources of both sides, where no name of the prelude is in scope, in modules, by another path of the crate.

#![no_implicit_prelude]
#![deny(warnings)]

mod facade {
    pub use ::tairitsu as inner;
}

mod contract {
    use crate::facade::inner::{Own, resource, guest, host};
    use ::std::string::String;
    use ::std::vec::Vec;
    use ::std::result::Result;

    /// The guest's.
    #[resource(guest, package = "acme:docs@1.0.0", crate = crate::facade::inner)]
    pub trait Document {
        fn new(title: &str, option: u32, some: u64) -> Self;
        fn parse(text: &str) -> Result<Self, String>;
        fn count() -> u32;
        fn this(&self, this: u32, value: &str) -> Vec<Own<dyn Document>>;
        fn r#type(&self, other: &Own<dyn Document>);
    }

    /// The host's.
    #[resource(host, package = "acme:docs@1.0.0", rename = "link", crate = crate::facade::inner)]
    pub trait Connection {
        fn new() -> Self;
        fn open(number: u8) -> Result<Self, u32>;
        fn count() -> u32;
        fn twin(&self) -> Own<dyn Connection>;
    }

    #[guest(package = "acme:docs@1.0.0", uses = [Document, Connection], crate = crate::facade::inner)]
    pub trait Editor {
        fn open(&mut self, link: &Own<dyn Connection>) -> Result<Own<dyn Document>, Own<dyn Connection>>;
    }

    #[host(package = "acme:docs@1.0.0", uses = self::Connection, crate = crate::facade::inner)]
    pub trait Network {
        fn pass(&mut self, link: Own<dyn Connection>) -> Own<dyn Connection>;
    }
}

struct Line;

#[crate::facade::inner::resource(crate = crate::facade::inner)]
impl contract::Connection for Line {
    fn new() -> Self {
        Line
    }
    fn open(number: u8) -> ::std::result::Result<Self, u32> {
        if number == 0 { ::std::result::Result::Ok(Line) } else { ::std::result::Result::Err(number as u32) }
    }
    fn count() -> u32 {
        0
    }
    fn twin(&self) -> crate::facade::inner::Own<dyn contract::Connection> {
        ::std::convert::From::from(Line)
    }
}

fn main() {
    let line: crate::facade::inner::Own<dyn contract::Connection> = ::std::convert::From::from(Line);
    let _ = contract::Connection::twin(&line);
    ::std::assert!(contract::Editor.wit().contains("use link.{link};"));
}
