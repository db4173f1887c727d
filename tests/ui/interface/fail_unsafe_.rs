#[tairitsu::guest]
pub unsafe trait Greeter {
    fn greet(&mut self);
}

fn main() {}
