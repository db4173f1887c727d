//! A resource's values live on one side.

#[tairitsu::resource(guest, host)]
pub trait Document {
    fn text(&self) -> String;
}

fn main() {}
