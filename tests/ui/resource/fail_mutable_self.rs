//! A resource may have several handles at once.

#[tairitsu::resource(guest)]
pub trait Document {
    fn append(&mut self, text: &str);
}

fn main() {}
