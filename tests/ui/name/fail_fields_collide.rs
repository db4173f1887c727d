#[tairitsu::wit]
pub struct Point {
    pub x: f32,
    #[wit(rename = "x")]
    pub y: f32,
}

fn main() {}
