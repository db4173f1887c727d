//! An impl of a resource is marked as one.

#[tairitsu::resource(guest)]
pub trait Document {
    fn text(&self) -> String;
}

#[derive(Default)]
pub struct Text;

#[tairitsu::guest]
impl Document for Text {
    fn text(&self) -> String {
        String::new()
    }
}

fn main() {}
