#[tairitsu::wit(package = "test:shapes")]
pub mod shapes {
    #[tairitsu::wit]
    #[cfg(unix)]
    pub struct Point {
        pub x: f32,
    }
}

fn main() {}
