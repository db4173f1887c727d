pub struct Number(f64);

#[derive(Default)]
pub struct Calculator;

#[tairitsu::guest]
impl Calculator {
    pub fn add(&self, a: Number, b: &Number) -> Vec<Number> {
        vec![Number(a.0 + b.0)]
    }
}

pub struct Clock;

#[tairitsu::host]
impl Clock {
    pub fn now(&self) -> Number {
        Number(0.0)
    }
}

fn main() {}
