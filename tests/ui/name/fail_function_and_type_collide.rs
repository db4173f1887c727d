#[tairitsu::wit]
pub struct Greeting {
    pub text: String,
}

#[tairitsu::guest]
pub trait Greeter {
    fn greeting(&mut self) -> Greeting;
}

fn main() {}
