//! An interface of functions is no resource.

#[tairitsu::guest]
pub trait Greeter {
    fn greet(&self);
}

pub struct Hello;

#[tairitsu::resource]
impl Greeter for Hello {
    fn greet(&self) {}
}

fn main() {}
