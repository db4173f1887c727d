#[derive(Default)]
pub struct Calculator;

#[tairitsu::guest]
impl Calculator {
    pub fn add(&self, a: u32, b: u32) -> u32 {
        self.sum(a, b)
    }

    #[wit(rename = "total")]
    fn sum(&self, a: u32, b: u32) -> u32 {
        a + b
    }
}

fn main() {}
