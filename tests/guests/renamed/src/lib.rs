//! The contract and the guest name the crate `tairitsu` differently. The attributes find the name in Cargo.toml, and so
//! the package. One names the crate itself.

/// A point.
#[renamed::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f32,
}

/// Plots.
#[renamed::guest]
pub trait Plotter {
    /// Has the host draw a point, and returns the next one.
    fn plot(&mut self, point: &Point) -> Option<Point>;
}

/// Draws.
#[renamed::host(crate = ::renamed)]
pub trait Screen {
    /// Draws a point.
    fn draw(&mut self, point: Point);
}

/// The guest.
#[derive(Default)]
pub struct Plot;

#[renamed::guest]
impl Plotter for Plot {
    fn plot(&mut self, point: &Point) -> Option<Point> {
        renamed::Host.draw(point.clone());
        Some(Point { x: point.x + 1.0 })
    }
}
