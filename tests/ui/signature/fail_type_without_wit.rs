pub struct Greeting {
    pub text: String,
}

#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> Greeting;
}

fn main() {}
