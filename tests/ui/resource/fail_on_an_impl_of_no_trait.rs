//! A resource is a trait, and its impl one of it.

pub struct Document;

#[tairitsu::resource]
impl Document {
    pub fn text(&self) -> String {
        String::new()
    }
}

fn main() {}
