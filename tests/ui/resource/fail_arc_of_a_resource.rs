// An `Arc` may have clones, and a resource can be given away only once.
use std::sync::Arc;
use tairitsu::Own;

#[tairitsu::resource(host)]
pub trait Document {
    fn length(&self) -> u32;
}

#[tairitsu::host(uses = Document)]
pub trait Desk {
    fn put(&self, document: Arc<Own<dyn Document>>);
}

#[tairitsu::host(uses = Document)]
pub trait Shelf {
    fn put(&self, documents: Arc<[(u32, Own<dyn Document>)]>);
}

fn main() {}
