#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &'static str);
}

fn main() {}
