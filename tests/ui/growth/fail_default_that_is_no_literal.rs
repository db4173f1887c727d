#[tairitsu::wit]
pub enum Shape {
    Circle(f64),
    Empty,
}

#[tairitsu::wit]
pub struct Person {
    #[wit(since = "1.1.0", default = 2 + 3)]
    pub sum: u32,
    #[wit(since = "1.1.0", default = String::new())]
    pub name: String,
    #[wit(since = "1.1.0", default = [1])]
    pub list: Vec<u8>,
    #[wit(since = "1.1.0", default = Shape::Circle(1.0))]
    pub shape: Shape,
    #[wit(since = "1.1.0", default = 340282366920938463463374607431768211456)]
    pub large: u64,
}

fn main() {

}
