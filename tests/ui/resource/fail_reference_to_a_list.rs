//! A reference lends one resource, and not what has some in it.

use tairitsu::Own;

#[tairitsu::resource(guest, package = "acme:docs@1.0.0")]
pub trait Document {
    fn text(&self) -> String;
}

#[tairitsu::guest(package = "acme:docs@1.0.0", uses = Document)]
pub trait Editor {
    fn join(&mut self, documents: &[Own<dyn Document>]);
}

fn main() {}
