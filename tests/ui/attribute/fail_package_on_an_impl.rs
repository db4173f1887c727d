#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self);
}

#[derive(Default)]
pub struct Hello;

#[tairitsu::guest(package = "acme:hello")]
impl Greeter for Hello {
    fn greet(&mut self) {}
}

fn main() {}
