#[tairitsu::wit]
pub struct Point {
    pub x: f32,
    #[cfg(debug_assertions)]
    pub y: f32,
}

fn main() {}
