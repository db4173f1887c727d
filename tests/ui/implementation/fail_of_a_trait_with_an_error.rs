#[tairitsu::guest]
pub trait Greeter {
    fn name(&self) -> &str;
}

#[derive(Default)]
pub struct Hello;

#[tairitsu::guest]
impl Greeter for Hello {
    fn name(&self) -> &str {
        "hello"
    }
}

fn main() {}
