pub mod a {
    #[tairitsu::wit]
    pub struct Point {
        pub x: u32,
    }
}

pub mod b {
    #[tairitsu::wit]
    pub struct Point {
        pub x: u64,
    }
}

#[tairitsu::guest]
pub trait Plotter {
    fn plot(&mut self, from: a::Point, to: b::Point);
}

fn main() {}
