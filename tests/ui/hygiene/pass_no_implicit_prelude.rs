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

/// Generic, and with an adapted field.
#[::tairitsu::wit]
pub struct Page<T> {
    pub items: ::std::vec::Vec<T>,
    #[wit(as = u32)]
    pub size: ::std::num::NonZeroU32,
}

#[::tairitsu::wit(as = u64, to = |size| size.0, from = |size| ::std::result::Result::<Size, ::std::fmt::Error>::Ok(Size(size)))]
pub struct Size(u64);

::tairitsu::flags! {
    pub struct Access {
        const READ;
    }
}

#[::tairitsu::wit(package = "test:shared")]
pub mod shared {
    #[::tairitsu::wit]
    pub struct Line {
        pub from: u32,
    }

    ::tairitsu::flags! {
        pub struct Marks {
            const DOTTED;
        }
    }
}

#[::tairitsu::guest(uses = shared)]
pub trait Ruler {
    fn rule(&mut self, lines: Page<shared::Line>, marks: shared::Marks) -> Page<(Size, Access)>;
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

pub struct Pen;

impl ::std::default::Default for Pen {
    fn default() -> Self {
        Pen
    }
}

#[::tairitsu::guest]
impl Pen {
    pub fn write(&mut self, _text: &str, _on: &[Point]) -> ::std::result::Result<Point, Kind> {
        self.lift();
        ::std::result::Result::Err(Kind::One)
    }

    fn lift(&self) {}
}

pub struct Ink;

#[::tairitsu::host]
impl Ink {
    pub fn left(&self, _of: &str) -> ::std::option::Option<::std::string::String> {
        ::std::option::Option::None
    }
}

fn main() {
    ::std::assert_eq!(::std::string::ToString::to_string(Plotter.interface().functions[1].name), "clear");
}
