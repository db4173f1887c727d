#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> String;
}

#[derive(Default)]
pub struct Hello;

#[tairitsu::guest]
impl Greeter for Hello {}

fn main() {}
