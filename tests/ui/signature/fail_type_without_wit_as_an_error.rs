#[derive(Debug)]
pub struct Broken;

#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self) -> Result<String, Broken>;
}

fn main() {}
