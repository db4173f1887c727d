#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self);
}

pub struct Hello;

tairitsu::export!(impl Greeter for Hello);

fn main() {}
