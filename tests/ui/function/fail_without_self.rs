#[tairitsu::guest]
pub trait Greeter {
    fn greet(name: &str) -> String;
}

fn main() {}
