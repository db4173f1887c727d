#[tairitsu::guest]
pub trait Greeter {
    fn stop(self);
}

fn main() {}
