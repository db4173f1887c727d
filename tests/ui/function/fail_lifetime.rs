#[tairitsu::guest]
pub trait Greeter {
    fn greet<'a>(&mut self, name: &str);
}

fn main() {}
