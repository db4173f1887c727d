#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> String;
}

pub struct Hello {
    pub visits: u32,
}

#[tairitsu::guest]
impl Greeter for Hello {
    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

fn main() {}
