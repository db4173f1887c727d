#[tairitsu::guest]
pub trait Adder {
    fn add(&self, a_b: u32, a__b: u32) -> u32;
}

fn main() {}
