//! A resource's functions have no default bodies.

#[tairitsu::resource(guest)]
pub trait Document {
    fn text(&self) -> String;
    fn is_empty(&self) -> bool {
        self.text().is_empty()
    }
}

fn main() {}
