#[derive(Default)]
pub struct Calculator;

#[tairitsu::guest]
impl Calculator {
    pub fn add(&self, a: Nmber) -> u32 {
        1
    }
}

fn main() {}
