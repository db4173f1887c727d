#[derive(Default)]
pub struct Calculator;

#[tairitsu::guest]
impl Calculator {
    fn add(&self, a: u32, b: u32) -> u32 {
        a + b
    }
}

pub struct Clock;

#[tairitsu::host]
impl Clock {}

fn main() {
    Calculator.add(1, 2);
}
