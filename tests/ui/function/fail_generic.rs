#[tairitsu::guest]
pub trait Greeter {
    fn greet<T>(&mut self, name: T);
}

fn main() {}
