#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> String;
}

pub struct Log;

#[tairitsu::host]
impl Greeter for Log {
    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

fn main() {}
