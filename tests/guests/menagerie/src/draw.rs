//! Random values of types that `Arbitrary` has not, or has more of than the boundary lets through.

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;
use uuid::Uuid;

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

/// Any of all.
pub fn uuid(u: &mut Unstructured<'_>) -> Result<Uuid> {
    u.arbitrary().map(Uuid::from_u128)
}

/// A URL with some text in it.
pub fn url(u: &mut Unstructured<'_>) -> Result<Url> {
    let mut url = Url::parse("https://example.org:8080/").expect("it is one");
    url.set_path(u.arbitrary()?);
    url.set_query(u.arbitrary()?);
    url.set_fragment(u.arbitrary()?);
    Ok(url)
}

/// A value of every kind, not too deep.
pub fn json(u: &mut Unstructured<'_>) -> Result<Json> {
    json_of_depth(u, 3)
}

fn json_of_depth(u: &mut Unstructured<'_>, depth: u32) -> Result<Json> {
    Ok(match u.int_in_range(0..=if depth == 0 { 5 } else { 7 })? {
        0 => Json::Null,
        1 => bool::arbitrary(u)?.into(),
        2 => u64::arbitrary(u)?.into(),
        3 => i64::arbitrary(u)?.into(),
        // What is no number is null.
        4 => f64::arbitrary(u)?.into(),
        5 => String::arbitrary(u)?.into(),
        6 => (0..u.int_in_range(0..=3)?).map(|_| json_of_depth(u, depth - 1)).collect::<Result<Vec<_>>>()?.into(),
        _ => (0..u.int_in_range(0..=3)?)
            .map(|_| Ok((String::arbitrary(u)?, json_of_depth(u, depth - 1)?)))
            .collect::<Result<serde_json::Map<_, _>>>()?
            .into(),
    })
}

/// A point in time, before 1970 or after.
pub fn instant(u: &mut Unstructured<'_>) -> Result<DateTime<Utc>> {
    let (seconds, nanoseconds) = (i32::arbitrary(u)?, u.int_in_range(0..=999_999_999)?);
    Ok(DateTime::from_timestamp(seconds.into(), nanoseconds).expect("it is near"))
}

/// The same at some place on Earth.
pub fn moment(u: &mut Unstructured<'_>) -> Result<DateTime<FixedOffset>> {
    let offset = FixedOffset::east_opt(u.int_in_range(-86_399..=86_399)?).expect("less than a day");
    instant(u).map(|instant| instant.with_timezone(&offset))
}

/// A day.
pub fn date(u: &mut Unstructured<'_>) -> Result<NaiveDate> {
    instant(u).map(|instant| instant.date_naive())
}

/// A time of day, to the nanosecond.
pub fn time_of_day(u: &mut Unstructured<'_>) -> Result<NaiveTime> {
    instant(u).map(|instant| instant.time())
}

/// Both.
pub fn date_and_time(u: &mut Unstructured<'_>) -> Result<NaiveDateTime> {
    instant(u).map(|instant| instant.naive_utc())
}

/// A span of time, forwards or backwards.
pub fn delta(u: &mut Unstructured<'_>) -> Result<TimeDelta> {
    u.arbitrary().map(TimeDelta::nanoseconds)
}

/// Any bytes.
pub fn bytes(u: &mut Unstructured<'_>) -> Result<Bytes> {
    Vec::arbitrary(u).map(Bytes::from)
}
