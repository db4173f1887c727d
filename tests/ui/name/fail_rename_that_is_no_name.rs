#[tairitsu::wit(rename = "2d_point")]
pub struct Point {
    pub x: f32,
}

fn main() {}
