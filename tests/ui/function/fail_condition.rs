#[tairitsu::guest]
pub trait Greeter {
    #[cfg(debug_assertions)]
    fn greet(&mut self);
}

fn main() {}
