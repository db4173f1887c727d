//! Records: with and without pointers, nested, with names that are keywords, and with more than 16 flat fields.
#![allow(missing_docs)]

use crate::draw;
use crate::{Flags1, Flags9, Flags17, Value};
use arbitrary::Arbitrary;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// One field, which is one flat value.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Tiny {
    pub value: f32,
}

/// No pointer, no padding.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Place {
    pub latitude: f32,
    pub longitude: f32,
}

/// No pointer, and padding of every size.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Mixed {
    pub a: u8,
    pub b: u64,
    pub c: u16,
    pub d: f32,
    pub e: bool,
    pub f: u16,
    pub g: i8,
    pub h: f64,
    pub i: char,
}

#[tairitsu::wit]
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Mammal,
    Bird,
    #[wit(rename = "other-kind")]
    Other,
}

/// Pointers, and fields whose names are keywords of WIT, of Rust, or of both.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Animal {
    pub r#type: Kind,
    pub record: String,
    pub list: Vec<String>,
    pub option: Option<Place>,
    pub own: u8,
    pub r#static: (u16, i64),
    pub r#async: Result<(), f32>,
}

/// Records in records.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Cage {
    pub tiny: Tiny,
    pub mixed: Mixed,
    pub animals: Vec<Animal>,
    pub first: Option<Animal>,
    pub places: Vec<(Place, Option<Mixed>)>,
    pub flags: (Flags1, Flags9, Flags17),
    pub value: Value,
}

/// More than 16 flat fields: as a parameter it goes through memory.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Wide {
    pub a: u8,
    pub b: u64,
    pub c: u8,
    pub d: f32,
    pub e: String,
    pub f: u8,
    pub g: f64,
    pub h: u16,
    pub i: Vec<u16>,
    pub j: i8,
    pub k: Option<u64>,
    pub l: bool,
    pub m: char,
    pub n: u8,
    pub o: i32,
}

/// Types of std that cross as another WIT type.
#[tairitsu::wit]
#[derive(Arbitrary, Clone, Debug, PartialEq)]
pub struct Chest {
    pub boxed: Box<u64>,
    pub place: Option<Box<Place>>,
    pub shared: Arc<str>,
    #[arbitrary(with = draw::cow)]
    pub cow: Cow<'static, str>,
    pub key: [u8; 32],
    pub ages: BTreeMap<String, u8>,
    pub tags: BTreeSet<String>,
    pub queue: VecDeque<u16>,
    pub timeout: Duration,
    #[arbitrary(with = draw::time)]
    pub since: SystemTime,
    pub address: IpAddr,
    #[arbitrary(with = draw::address)]
    pub socket: SocketAddr,
    pub path: PathBuf,
}
