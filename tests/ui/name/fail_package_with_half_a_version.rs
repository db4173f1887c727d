#[tairitsu::guest(package = "acme:hello@1.0")]
pub trait Greeter {
    fn greet(&mut self);
}

fn main() {}
