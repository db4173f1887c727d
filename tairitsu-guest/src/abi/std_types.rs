//! Types of std, and the WIT types that they cross as.
//!
//! | Rust | WIT |
//! |---|---|
//! | `Box<T>`, `Arc<T>`, also of `str` and `[T]` | the type of `T` |
//! | `Cow<'static, str>`, `Cow<'static, [T]>` | `string`, `list<t>` |
//! | `[T; N]` | `list<t>`; a list of another length is an error |
//! | `HashMap<K, V>`, `BTreeMap<K, V>` | `list<tuple<k, v>>`; if keys are equal, the last one stays |
//! | `HashSet<T>`, `BTreeSet<T>`, `VecDeque<T>` | `list<t>` |
//! | `Duration` | `tuple<u64, u32>`: seconds and nanoseconds |
//! | `SystemTime` | `tuple<s64, u32>`: seconds since 1970, which may be negative, and nanoseconds on top |
//! | `IpAddr`, `Ipv4Addr`, `Ipv6Addr`, `SocketAddr` | `string`, as std prints and parses them |
//! | `PathBuf` | `string`; a path that is not Unicode is an error |

use super::convert::{Temporary, convert, parse};
use super::no_wit_types::Portable;
use super::{AbiError, Lift, Lower, Sink, Source, WitType};
use crate::schema::Type;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

convert! {
    [] Duration as (u64, u32):
        |value| Ok((value.as_secs(), value.subsec_nanos())),
        |lifted| duration(lifted.0, lifted.1);
    [] SystemTime as (i64, u32): |value| since_epoch(*value), |lifted| from_epoch(lifted.0, lifted.1);
    [] IpAddr as String: |value| Ok(Temporary(value.to_string())), |lifted| parse(&lifted, "an IP address");
    [] Ipv4Addr as String: |value| Ok(Temporary(value.to_string())), |lifted| parse(&lifted, "an IPv4 address");
    [] Ipv6Addr as String: |value| Ok(Temporary(value.to_string())), |lifted| parse(&lifted, "an IPv6 address");
    [] SocketAddr as String: |value| Ok(Temporary(value.to_string())), |lifted| parse(&lifted, "a socket address");
    [] PathBuf as String:
        |value| value.to_str().ok_or_else(|| AbiError::Conversion {
            expected: "a path in Unicode",
            found: value.display().to_string(),
        }),
        |lifted| Ok(PathBuf::from(lifted));
    [T: Lower + Lift, const N: usize] [T; N] as Vec<T>:
        |value| Ok(value.as_slice()),
        |lifted| lifted.try_into().map_err(|lifted: Vec<T>| AbiError::Length { expected: N, found: lifted.len() });
    [T: Lower + Lift] VecDeque<T> as Vec<T>: |value| Ok(value.iter().collect::<Refs<'_, T>>()), |lifted| Ok(lifted.into());
}

convert! {
    gathered
    [T: Lower + Lift + Ord] BTreeSet<T> as Vec<T>: |value| value.iter().collect::<Refs<'_, T>>();
    [T: Lower + Lift + Eq + Hash, S: BuildHasher + Default + Portable] HashSet<T, S> as Vec<T>:
        |value| value.iter().collect::<Refs<'_, T>>();
    [K: Lower + Lift + Ord, V: Lower + Lift] BTreeMap<K, V> as Vec<(K, V)>:
        |value| value.iter().collect::<Vec<(&K, &V)>>();
    [K: Lower + Lift + Eq + Hash, V: Lower + Lift, S: BuildHasher + Default + Portable] HashMap<K, V, S> as Vec<(K, V)>:
        |value| value.iter().collect::<Vec<(&K, &V)>>();
}

/// References to the items of a collection that is no single slice, in the order in which they are lowered.
type Refs<'a, T> = Vec<&'a T>;

pub(super) fn duration(seconds: u64, nanoseconds: u32) -> Result<Duration, AbiError> {
    if nanoseconds < 1_000_000_000 {
        return Ok(Duration::new(seconds, nanoseconds));
    }
    Err(AbiError::Conversion { expected: "fewer than 1000000000 nanoseconds", found: nanoseconds.to_string() })
}

pub(super) fn since_epoch(time: SystemTime) -> Result<(i64, u32), AbiError> {
    let (seconds, nanoseconds) = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).ok(), since.subsec_nanos()),
        // Before 1970 the seconds are rounded down, since the nanoseconds count upwards.
        Err(before) => {
            let before = before.duration();
            let seconds = 0i64.checked_sub_unsigned(before.as_secs());
            match before.subsec_nanos() {
                0 => (seconds, 0),
                nanoseconds => (seconds.and_then(|seconds| seconds.checked_sub(1)), 1_000_000_000 - nanoseconds),
            }
        }
    };
    let error = || AbiError::Conversion { expected: "a time within 2^63 seconds of 1970", found: format!("{time:?}") };
    Ok((seconds.ok_or_else(error)?, nanoseconds))
}

pub(super) fn from_epoch(seconds: i64, nanoseconds: u32) -> Result<SystemTime, AbiError> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    let rest = duration(0, nanoseconds)?;
    time.and_then(|time| time.checked_add(rest)).ok_or_else(|| AbiError::Conversion {
        expected: "a time that this system can represent",
        found: format!("{seconds} seconds since 1970"),
    })
}

/// Implements the traits for pointers, which cross as the type that they point to. `$from` makes the pointer from the
/// owned type. `$pointee` checks the type that it points to.
macro_rules! pointer {
    ($pointee:ident: $([$($generics:tt)*] $ty:ty as $target:ty, lifted $owned:ty: $from:expr;)*) => {$(
        impl<$($generics)*> WitType for $ty
        where
            $target: WitType,
        {
            const TYPE: Type = $pointee(<$target as WitType>::TYPE);
            type Ok = Self;
            type Err = Infallible;

            #[inline]
            fn into_result(self) -> Result<Self, Infallible> {
                Ok(self)
            }
        }

        // SAFETY: that of the type that it points to.
        unsafe impl<$($generics)*> Lower for $ty
        where
            $target: Lower,
        {
            #[inline]
            fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
                <$target as Lower>::lower(self, memory, out)
            }

            #[inline]
            fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
                <$target as Lower>::store(self, memory, address)
            }
        }

        // SAFETY: that of `$owned`.
        unsafe impl<$($generics)*> Lift for $ty
        where
            $target: WitType,
            $owned: Lift,
        {
            #[inline]
            fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
                <$owned as Lift>::lift(memory, flat).map($from)
            }

            #[inline]
            fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
                <$owned as Lift>::load(memory, address).map($from)
            }
        }
    )*};
}

const fn any(ty: Type) -> Type {
    ty
}

/// A resource is given away once, and an `Arc` may have clones that still have it.
const fn without_resources(ty: Type) -> Type {
    assert!(
        !ty.has_handle(),
        "an `Arc` can be cloned, and a resource can be given away only once: use `Box`, or the value itself"
    );
    ty
}

impl<T: WitType> WitType for Box<T> {
    const TYPE: Type = T::TYPE;
    type Ok = Self;
    type Err = Infallible;

    #[inline]
    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

// SAFETY: that of `T`.
unsafe impl<T: Lower> Lower for Box<T> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        (**self).lower(memory, out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        (**self).store(memory, address)
    }

    #[inline]
    fn lower_lent<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        (**self).lower_lent(memory, out)
    }

    #[inline]
    fn store_lent<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        (**self).store_lent(memory, address)
    }
}

// SAFETY: that of `T`.
unsafe impl<T: Lift> Lift for Box<T> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        T::lift(memory, flat).map(Box::new)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        T::load(memory, address).map(Box::new)
    }

    #[inline]
    fn lift_lent<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        T::lift_lent(memory, flat).map(Box::new)
    }

    #[inline]
    fn load_lent<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        T::load_lent(memory, address).map(Box::new)
    }
}

pointer! { any:
    [] Box<str> as str, lifted String: String::into_boxed_str;
    [T] Box<[T]> as [T], lifted Vec<T>: Vec::into_boxed_slice;
    [] Cow<'static, str> as str, lifted String: Cow::Owned;
    [T: Clone] Cow<'static, [T]> as [T], lifted Vec<T>: Cow::Owned;
}

pointer! { without_resources:
    [T] Arc<T> as T, lifted T: Arc::new;
    [] Arc<str> as str, lifted String: Arc::from;
    [T] Arc<[T]> as [T], lifted Vec<T>: Arc::from;
}
