#[tairitsu::wit]
pub struct Point(f64, f64);

fn main() {}
