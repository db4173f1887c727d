pub mod shapes {
    #[tairitsu::wit]
    pub struct Point {
        pub x: f32,
    }
}

#[tairitsu::guest(package = "test:shapes", uses = shapes)]
pub trait Plotter {
    fn plot(&mut self, point: shapes::Point);
}

fn main() {}
