#[tairitsu::guest]
pub trait Greeter {
    type Name;
    fn greet(&mut self);
}

fn main() {}
