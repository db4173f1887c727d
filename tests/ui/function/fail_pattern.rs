#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, (first, last): (String, String));
}

fn main() {}
