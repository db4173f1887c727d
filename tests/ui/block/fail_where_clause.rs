#[derive(Default)]
pub struct Calculator;

#[tairitsu::guest]
impl Calculator
where
    u32: Copy,
{
    pub fn add(&self, a: u32, b: u32) -> u32 {
        a + b
    }
}

fn main() {}
