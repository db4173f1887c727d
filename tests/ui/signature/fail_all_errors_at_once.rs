#[tairitsu::guest]
pub trait Greeter {
    fn name(&self) -> &str;
    fn greet<T>(&mut self, name: T);
    fn new() -> u32;
}

fn main() {}
