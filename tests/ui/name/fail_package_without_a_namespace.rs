#[tairitsu::guest(package = "hello@1.0.0")]
pub trait Greeter {
    fn greet(&mut self);
}

fn main() {}
