#[tairitsu::guest]
pub trait Counter {
    fn count(&self) -> usize;
}

fn main() {}
