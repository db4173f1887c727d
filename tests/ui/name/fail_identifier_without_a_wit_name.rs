#[tairitsu::guest]
pub trait Greeter {
    fn grüßen(&mut self);
}

fn main() {}
