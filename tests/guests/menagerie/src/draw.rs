//! Random values for types that lack `Arbitrary`, or whose `Arbitrary` draws values that cannot cross the boundary.

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;
use uuid::Uuid;

/// An owned string.
pub fn cow(u: &mut Unstructured<'_>) -> Result<Cow<'static, str>> {
    String::arbitrary(u).map(Cow::Owned)
}

/// An owned list.
pub fn cow_bytes(u: &mut Unstructured<'_>) -> Result<Cow<'static, [u8]>> {
    Vec::arbitrary(u).map(Cow::Owned)
}

/// A point in time before or after 1970, near enough that every system can express it.
pub fn time(u: &mut Unstructured<'_>) -> Result<SystemTime> {
    let distance = Duration::new(u64::from(u32::arbitrary(u)?), u.int_in_range(0..=999_999_999)?);
    Ok(if u.arbitrary()? { UNIX_EPOCH + distance } else { UNIX_EPOCH - distance })
}

/// An address that its text describes fully. `Display` leaves out the flow of an IPv6 address.
pub fn address(u: &mut Unstructured<'_>) -> Result<SocketAddr> {
    let mut address = SocketAddr::arbitrary(u)?;
    if let SocketAddr::V6(address) = &mut address {
        address.set_flowinfo(0);
    }
    Ok(address)
}

/// Any UUID.
pub fn uuid(u: &mut Unstructured<'_>) -> Result<Uuid> {
    u.arbitrary().map(Uuid::from_u128)
}

/// A URL with random text in its path, query and fragment.
pub fn url(u: &mut Unstructured<'_>) -> Result<Url> {
    let mut url = Url::parse("https://example.org:8080/").expect("it is one");
    url.set_path(u.arbitrary()?);
    url.set_query(u.arbitrary()?);
    url.set_fragment(u.arbitrary()?);
    Ok(url)
}

/// A JSON value of any kind, at most three levels deep.
pub fn json(u: &mut Unstructured<'_>) -> Result<Json> {
    json_of_depth(u, 3)
}

fn json_of_depth(u: &mut Unstructured<'_>, depth: u32) -> Result<Json> {
    Ok(match u.int_in_range(0..=if depth == 0 { 5 } else { 7 })? {
        0 => Json::Null,
        1 => bool::arbitrary(u)?.into(),
        2 => u64::arbitrary(u)?.into(),
        3 => i64::arbitrary(u)?.into(),
        // A NaN or an infinity becomes null.
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

/// A point in time with an offset from Greenwich.
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

/// A day and a time of day.
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
