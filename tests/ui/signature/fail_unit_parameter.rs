#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, nobody: ());
}

fn main() {}
