#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> String;
}

#[derive(Default)]
pub struct Hello;

#[tairitsu::guest]
impl Greeter for Hello {
    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

#[derive(Default)]
pub struct Goodbye;

#[tairitsu::guest]
impl Greeter for Goodbye {
    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

fn main() {}
