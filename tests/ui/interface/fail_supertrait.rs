#[tairitsu::guest]
pub trait Greeter: Clone {
    fn greet(&mut self);
}

fn main() {}
