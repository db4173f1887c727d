#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self);
}

tairitsu::export!(Greeter);

fn main() {}
