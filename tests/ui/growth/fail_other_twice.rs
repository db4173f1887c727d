#[tairitsu::wit]
pub enum Color {
    Red,
    #[wit(other)]
    Unknown,
    #[wit(other)]
    Strange,
}

#[tairitsu::wit]
pub enum Shape {
    Circle(f64),
    #[wit(other, other)]
    Unknown,
}

fn main() {}
