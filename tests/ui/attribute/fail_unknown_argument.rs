#[tairitsu::guest(pakage = "acme:hello")]
pub trait Greeter {
    fn greet(&mut self);
}

fn main() {}
