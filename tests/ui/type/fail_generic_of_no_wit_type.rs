#[tairitsu::wit]
pub struct Page<T> {
    pub items: Vec<T>,
}

pub struct Greeting;

#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self) -> Page<Greeting>;
}

fn main() {}
