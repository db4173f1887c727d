#[tairitsu::guest]
pub trait Greeter
where
    Self: Send,
{
    fn greet(&mut self);
}

fn main() {}
