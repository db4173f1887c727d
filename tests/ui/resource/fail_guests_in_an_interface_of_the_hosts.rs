//! What the host provides is there before the guest is.

use tairitsu::Own;

#[tairitsu::resource(guest, package = "acme:docs@1.0.0")]
pub trait Document {
    fn text(&self) -> String;
}

#[tairitsu::host(package = "acme:docs@1.0.0", uses = Document)]
pub trait Printer {
    fn print(&mut self, document: &Own<dyn Document>);
}

fn main() {}
