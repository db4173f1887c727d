#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> String {
        format!("Hello, {name}!")
    }
}

fn main() {}
