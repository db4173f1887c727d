//! A resource says on which side its values live.

#[tairitsu::resource]
pub trait Document {
    fn text(&self) -> String;
}

fn main() {}
