//! Types of well-known crates, and the WIT types that they cross as. Each is behind a feature named like its crate.
//!
//! | feature | Rust | WIT |
//! |---|---|---|
//! | `bytes` | `Bytes` | `list<u8>` |
//! | `uuid` | `Uuid` | `tuple<u64, u64>`: the high and the low 64 bits |
//! | `chrono` | `DateTime<Utc>` | `tuple<s64, u32>`: seconds since 1970, which may be negative, and nanoseconds on top |
//! | `chrono` | `DateTime<FixedOffset>` | `tuple<s64, u32, s32>`: the same, and seconds east of Greenwich |
//! | `chrono` | `NaiveDate`, `NaiveTime`, `NaiveDateTime` | `string`, in the form of ISO 8601 |
//! | `chrono` | `TimeDelta` | `tuple<s64, s32>`: seconds and nanoseconds of one sign |
//! | `url` | `Url` | `string` |
//! | `serde_json` | `Value` | `string`: JSON |

#[cfg(any(feature = "bytes", feature = "chrono", feature = "serde_json", feature = "url", feature = "uuid"))]
use super::convert::convert;

#[cfg(feature = "bytes")]
convert! {
    [] bytes::Bytes as Vec<u8>: |value| Ok(&value[..]), |lifted| Ok(lifted.into());
}

#[cfg(feature = "uuid")]
convert! {
    [] uuid::Uuid as (u64, u64):
        |value| Ok(value.as_u64_pair()),
        |lifted| Ok(uuid::Uuid::from_u64_pair(lifted.0, lifted.1));
}

#[cfg(feature = "url")]
convert! {
    [] url::Url as String: |value| Ok(value.as_str()), |lifted| super::convert::parse(&lifted, "a URL");
}

#[cfg(feature = "serde_json")]
convert! {
    // Printing cannot fail: only keys other than strings would, and a `Value` has none.
    [] serde_json::Value as String:
        |value| Ok(super::convert::Temporary(value.to_string())),
        |lifted| super::convert::parse(&lifted, "JSON");
}

#[cfg(feature = "chrono")]
mod of_chrono {
    use super::super::AbiError;
    use super::super::convert::{Temporary, convert, parse};
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

    convert! {
        [] DateTime<Utc> as (i64, u32):
            |value| Ok((value.timestamp(), value.timestamp_subsec_nanos())),
            |lifted| DateTime::from_timestamp(lifted.0, lifted.1).ok_or_else(|| unknown("a time that chrono can represent", lifted));
        [] TimeDelta as (i64, i32):
            |value| Ok((value.num_seconds(), value.subsec_nanos())),
            |lifted| delta(lifted.0, lifted.1).ok_or_else(|| unknown("seconds and nanoseconds of one sign", lifted));
        // This is no text of RFC 3339, since such a text has an offset in minutes, and chrono has an offset in seconds.
        [] DateTime<FixedOffset> as (i64, u32, i32):
            |value| Ok((value.timestamp(), value.timestamp_subsec_nanos(), value.offset().local_minus_utc())),
            |lifted| local(lifted).ok_or_else(|| unknown("a time and an offset that chrono can represent", lifted));
        // These print nanoseconds, and parse the text that they print.
        [] NaiveDate as String: |value| Ok(Temporary(value.to_string())), |lifted| parse(&lifted, "a date");
        [] NaiveTime as String: |value| Ok(Temporary(value.to_string())), |lifted| parse(&lifted, "a time of day");
        [] NaiveDateTime as String: |value| Ok(Temporary(format!("{value:?}"))), |lifted| parse(&lifted, "a date and time");
    }

    fn local((seconds, nanoseconds, offset): (i64, u32, i32)) -> Option<DateTime<FixedOffset>> {
        Some(DateTime::from_timestamp(seconds, nanoseconds)?.with_timezone(&FixedOffset::east_opt(offset)?))
    }

    fn delta(seconds: i64, nanoseconds: i32) -> Option<TimeDelta> {
        TimeDelta::try_seconds(seconds)
            .filter(|_| {
                nanoseconds.unsigned_abs() < 1_000_000_000 && seconds.signum() as i32 * nanoseconds.signum() >= 0
            })?
            .checked_add(&TimeDelta::nanoseconds(nanoseconds.into()))
    }

    fn unknown(expected: &'static str, found: impl std::fmt::Debug) -> AbiError {
        AbiError::Conversion { expected, found: format!("{found:?}") }
    }
}
