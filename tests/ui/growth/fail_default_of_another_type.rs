#[tairitsu::wit]
pub enum Color {
    Red,
    Green,
}

#[tairitsu::wit]
pub enum Shape {
    Circle(f64),
    Empty,
}

#[tairitsu::wit]
pub struct Point {
    pub x: u32,
}

#[tairitsu::wit]
pub struct Person {
    #[wit(since = "1.1.0", default = 300)]
    pub a: u8,
    #[wit(since = "1.1.0", default = -1)]
    pub b: u32,
    #[wit(since = "1.1.0", default = "five")]
    pub c: u32,
    #[wit(since = "1.1.0", default = 5u8)]
    pub d: u32,
    #[wit(since = "1.1.0", default = 5)]
    pub e: f64,
    #[wit(since = "1.1.0", default = 1e39)]
    pub f: f32,
    #[wit(since = "1.1.0", default = 1.5)]
    pub g: i32,
    #[wit(since = "1.1.0", default = Color::Blue)]
    pub h: Color,
    #[wit(since = "1.1.0", default = Shape::Circle)]
    pub i: Shape,
    #[wit(since = "1.1.0", default = "red")]
    pub j: Color,
    #[wit(since = "1.1.0", default = [])]
    pub k: String,
    #[wit(since = "1.1.0", default = 'x')]
    pub l: bool,
    #[wit(since = "1.1.0", default = 0)]
    pub m: Point,
    #[wit(since = "1.1.0", default = -129)]
    pub n: i8,
}

fn main() {}
