#[derive(Default)]
pub struct Calculator;

#[tairitsu::guest]
impl Calculator {
    pub fn by_value(self) {}

    pub async fn later(&self) {}

    pub fn any(&self, _number: impl Into<f64>) {}

    pub fn of<T>(&self, number: f64) -> f64 {
        number
    }

    pub fn itself(&self) -> Self {
        Self
    }

    pub fn memory(&self) -> &f64 {
        &0.0
    }

    pub fn pair(&self, (a, b): (f64, f64)) -> f64 {
        a + b
    }

    #[cfg(unix)]
    pub fn sometimes(&self) {}

    pub fn add_1(&self) {}

    #[wit(rename = "by-value")]
    pub fn twice(&self) {}
}

fn main() {}
