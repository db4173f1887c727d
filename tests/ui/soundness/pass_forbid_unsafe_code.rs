//! What the attributes write may stand in a crate that forbids unsafe code: the lint asks about the crate's own code.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::num::NonZeroU32;

#[tairitsu::wit]
pub struct Reading<T> {
    pub name: String,
    #[wit(as = u32)]
    pub level: NonZeroU32,
    pub rest: T,
}

#[tairitsu::wit]
pub enum Change {
    Nothing,
    Level(u32),
    Reading(Reading<Vec<u8>>),
}

#[tairitsu::wit(as = String, to = |name| name.0.clone(), from = |text| Ok::<_, std::convert::Infallible>(Name(text)))]
pub struct Name(pub String);

tairitsu::flags! {
    pub struct Parts {
        const LEFT;
        const RIGHT;
    }
}

#[tairitsu::resource(guest)]
pub trait Document {
    fn text(&self) -> String;
}

#[tairitsu::resource(host)]
pub trait Connection {
    fn send(&self, bytes: &[u8]) -> Result<u32, String>;
}

#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str, change: Change) -> Vec<Name>;
}

#[tairitsu::guest]
pub trait Sensor {
    fn read(&mut self, name: &str, bytes: &[u32], parts: Parts) -> Reading<Change>;
}

#[derive(Default)]
pub struct Guest;

#[tairitsu::guest]
impl Sensor for Guest {
    fn read(&mut self, name: &str, _: &[u32], _: Parts) -> Reading<Change> {
        Reading { name: name.into(), level: NonZeroU32::MIN, rest: Change::Nothing }
    }
}

fn main() {
    assert_eq!(Guest.read("a", &[], Parts::empty()).name, "a");
}
