#[tairitsu::guest]
pub trait Greeter {
    fn greet_all(&mut self);
    fn greetAll(&mut self);
}

fn main() {}
