pub trait Greeter {
    fn greet(&mut self);
}

#[derive(Default)]
pub struct Hello;

#[tairitsu::guest]
impl Greeter for Hello {
    fn greet(&mut self) {}
}

fn main() {}
