#![no_implicit_prelude]

#[::tairitsu::wit]
pub struct Point {
    pub x: ::std::option::Option<f32>,
    pub name: ::std::string::String,
}

#[::tairitsu::wit]
pub enum Shape {
    Nothing,
    Dots(::std::vec::Vec<Point>),
}

#[::tairitsu::wit]
pub enum Kind {
    One,
    Two,
}

#[::tairitsu::guest]
pub trait Plotter {
    fn plot(&mut self, shape: &Shape, kind: Kind) -> ::std::result::Result<Point, Kind>;
    fn clear(&mut self);
    fn count(&self) -> u32;
}

#[::tairitsu::host]
pub trait Screen {
    fn draw(&mut self, dots: &[Point], title: &str) -> ::std::option::Option<::std::string::String>;
    fn flush(&mut self);
}

pub struct Plot;

impl ::std::default::Default for Plot {
    fn default() -> Self {
        Plot
    }
}

#[::tairitsu::guest]
impl Plotter for Plot {
    fn plot(&mut self, _: &Shape, kind: Kind) -> ::std::result::Result<Point, Kind> {
        ::std::result::Result::Err(kind)
    }

    fn clear(&mut self) {}

    fn count(&self) -> u32 {
        0
    }
}

pub struct Paper;

#[::tairitsu::host]
impl Screen for Paper {
    fn draw(&mut self, _: &[Point], _: &str) -> ::std::option::Option<::std::string::String> {
        ::std::option::Option::None
    }

    fn flush(&mut self) {}
}

fn main() {
    ::std::assert_eq!(::std::string::ToString::to_string(Plotter.interface().functions[1].name), "clear");
}
