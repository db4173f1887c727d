#[tairitsu::guest]
pub trait Greeter {
    fn name(&self) -> &str;
}

fn main() {}
