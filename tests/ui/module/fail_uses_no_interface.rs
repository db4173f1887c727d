pub mod shapes {
    pub mod flat {
        #[tairitsu::wit]
        pub struct Point {
            pub x: f32,
        }
    }
}

pub trait Pen {
    fn color(&self) -> u32;
}

#[tairitsu::guest(package = "test:shapes", uses = shapes::flat)]
pub trait Plotter {
    fn plot(&mut self, point: shapes::flat::Point);
}

#[tairitsu::guest(package = "test:shapes", uses = Pen)]
pub trait Writer {
    fn write(&mut self, text: &str);
}

#[tairitsu::guest(package = "test:shapes", uses = shepes)]
pub trait Eraser {
    fn erase(&mut self);
}

fn main() {}
