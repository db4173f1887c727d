pub struct Greeting {
    pub text: String,
}

#[tairitsu::guest]
pub trait Greeter {
    fn greet_all(&mut self, names: Vec<String>) -> Vec<Greeting>;
}

fn main() {}
