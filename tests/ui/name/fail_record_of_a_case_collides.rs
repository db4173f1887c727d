#[tairitsu::wit]
pub struct ShapeMove {
    pub x: u8,
}

#[tairitsu::wit]
pub enum Shape {
    Move { x: i32, y: i32 },
}

#[tairitsu::guest(package = "acme:draw@1.0.0")]
pub trait Draw {
    fn draw(&self, shape: Shape, by: ShapeMove);
}

fn main() {}
