//! Variants: joined slots, cases without a payload, and the alignment of the largest payload.
#![allow(missing_docs)]

use crate::{Animal, Enum257, Flags9, Mixed};
use arbitrary::Arbitrary;

/// Two cases whose flat values pair every two core types, in this order.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub enum Forth {
    Left((u32, u32, u32, u64, u64, f32)),
    Right((u64, f32, f64, f32, f64, f64)),
}

/// The same pairs, in the other order.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub enum Back {
    Right((u64, f32, f64, f32, f64, f64)),
    Left((i32, i32, i32, i64, i64, f32)),
    Neither,
}

/// The smallest payload lies where the largest is aligned.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub enum Aligned {
    Nothing,
    Byte(u8),
    Long(u64),
    Short(i16),
    Pair((u8, u8)),
}

/// A payload of every kind.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub enum Value {
    Nothing,
    Flag(bool),
    Small(i8),
    Large(i64),
    Single(f32),
    Double(f64),
    Letter(char),
    Text(String),
    Several((Vec<u32>, bool)),
    Maybe(Option<Option<f32>>),
    Either(Result<u64, String>),
    Beast(Animal),
    Case(Enum257),
    Set(Flags9),
}

/// More than 16 flat values: as a parameter it goes through memory.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub enum Heavy {
    Nothing,
    Light(f32),
    Much((Mixed, Mixed, String)),
    Lists(Vec<Forth>),
}
