#[tairitsu::wit]
pub trait Greeter {
    fn greet(&mut self);
}

fn main() {}
