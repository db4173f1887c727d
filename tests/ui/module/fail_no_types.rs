#[tairitsu::wit(package = "test:shapes")]
pub mod shapes {
    pub struct Point {
        pub x: f32,
    }
}

fn main() {}
