#[tairitsu::guest]
pub trait Greeter {
    fn stop(self: Box<Self>);
}

fn main() {}
