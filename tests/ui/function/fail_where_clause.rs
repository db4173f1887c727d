#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self)
    where
        Self: Sized;
}

fn main() {}
