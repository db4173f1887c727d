//! A result whose value crosses as another type, by an alias of `Result`.
#![deny(warnings)]

use std::num::NonZeroU16;

type Result<T> = std::result::Result<T, String>;

#[tairitsu::guest]
pub trait Ports {
    #[wit(result_as = u16)]
    fn port(&self, number: u16) -> Result<NonZeroU16>;
}

#[derive(Default)]
pub struct Guest;

#[tairitsu::guest]
impl Ports for Guest {
    fn port(&self, number: u16) -> Result<NonZeroU16> {
        NonZeroU16::new(number).ok_or_else(|| "no port".into())
    }
}

fn main() {
    let mut container = tairitsu::Container::native::<Guest>().build().unwrap();
    let mut ports = container.guest(Ports).unwrap();
    assert_eq!(ports.port(80).unwrap().get(), 80);
    assert_eq!(ports.port(0).unwrap_err().guest().as_deref(), Some("no port"));
}
