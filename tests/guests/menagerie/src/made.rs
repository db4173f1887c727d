//! Generic types, types that cross as other types, and types that another interface declares.
#![allow(missing_docs)]

use arbitrary::Arbitrary;
use std::num::NonZeroU32;

#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<u32>,
}

#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub enum Choice<A, B> {
    Neither,
    This(A),
    That(B),
    Both((A, B)),
}

/// A type of another crate, converted in one line.
#[tairitsu::wit(as = u32, to = |count| count.0.get(), from = |count| NonZeroU32::try_from(count).map(Count))]
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub struct Count(pub NonZeroU32);

/// A type that crosses by `From` and `TryFrom`.
#[tairitsu::wit(as = Vec<String>)]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Words(pub [String; 2]);

impl From<Words> for Vec<String> {
    fn from(words: Words) -> Self {
        words.0.into()
    }
}

impl TryFrom<Vec<String>> for Words {
    type Error = String;

    fn try_from(words: Vec<String>) -> Result<Self, String> {
        words.try_into().map(Words).map_err(|words| format!("{} words", words.len()))
    }
}

#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Ticket {
    #[wit(as = u32)]
    pub seats: NonZeroU32,
    pub words: Option<Words>,
    #[wit(as = String, to = |letter| letter.0.to_string(), from = |text| text.parse().map(Letter))]
    pub letter: Letter,
}

/// This type is no WIT type.
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Letter(pub char);

/// Types that interfaces use.
#[tairitsu::wit(package = "test:menagerie@0.1.0")]
pub mod shared {
    use arbitrary::Arbitrary;

    #[tairitsu::wit]
    #[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
    pub struct Point {
        pub x: f32,
        pub y: f64,
    }

    #[tairitsu::wit]
    #[derive(Arbitrary, Clone, Debug, PartialEq)]
    pub enum Line {
        Empty,
        Straight((Point, Point)),
        Through(Vec<Point>),
    }
}
