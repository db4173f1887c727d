//! An interface says which resources it uses.

use tairitsu::Own;

#[tairitsu::resource(guest, package = "acme:docs@1.0.0")]
pub trait Document {
    fn text(&self) -> String;
}

#[tairitsu::guest(package = "acme:docs@1.0.0")]
pub trait Editor {
    fn open(&mut self, path: &str) -> Own<dyn Document>;
}

fn main() {}
