//! Random values of types that `Arbitrary` has not, or has more of than the boundary lets through.

use arbitrary::{Arbitrary, Result, Unstructured};
use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A string that is owned.
pub fn cow(u: &mut Unstructured<'_>) -> Result<Cow<'static, str>> {
    String::arbitrary(u).map(Cow::Owned)
}

/// A list that is owned.
pub fn cow_bytes(u: &mut Unstructured<'_>) -> Result<Cow<'static, [u8]>> {
    Vec::arbitrary(u).map(Cow::Owned)
}

/// A point in time before or after 1970, as far as every system can count.
pub fn time(u: &mut Unstructured<'_>) -> Result<SystemTime> {
    let distance = Duration::new(u64::from(u32::arbitrary(u)?), u.int_in_range(0..=999_999_999)?);
    Ok(if u.arbitrary()? { UNIX_EPOCH + distance } else { UNIX_EPOCH - distance })
}

/// An address whose text says all of it: `Display` leaves out the flow of an IPv6 address.
pub fn address(u: &mut Unstructured<'_>) -> Result<SocketAddr> {
    let mut address = SocketAddr::arbitrary(u)?;
    if let SocketAddr::V6(address) = &mut address {
        address.set_flowinfo(0);
    }
    Ok(address)
}
