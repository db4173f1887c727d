#[tairitsu::wit]
pub struct Point {
    #[wit]
    pub x: f32,
}

fn main() {}
