#[tairitsu::guest(rename = "a", rename = "b")]
pub trait Greeter {
    fn greet(&mut self);
}

fn main() {}
