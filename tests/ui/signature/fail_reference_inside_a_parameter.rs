#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: Option<&str>);
}

fn main() {}
