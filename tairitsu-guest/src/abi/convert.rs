//! Types that cross as another type: a value is converted before it is lowered, and after it is lifted.

use super::{AbiError, Copying, Lower, Sink, Source, WitType};
use crate::schema::Type;
use std::convert::Infallible;
use std::fmt::Display;

/// Implements the traits for types that cross as another type.
///
/// `$wire` is the type that crosses. `$to` makes a value that is lowered like a `$wire`, or an error. `$from` makes the
/// type from a `$wire`, or an error. The result of `$to` is dropped as soon as it is lowered. So it either borrows from
/// the value, or is a [`Temporary`].
///
/// Types after the word `gathered` are made of a list, by [`gather`].
macro_rules! convert {
    (gathered $([$($generics:tt)*] $ty:ty as $wire:ty: |$value:ident| $to:expr;)*) => {$(
        convert!(@lower [$($generics)*] $ty as $wire: |$value| Ok($to));

        // SAFETY: that of `$wire`.
        unsafe impl<$($generics)*> $crate::abi::Lift for $ty {
            #[inline]
            fn lift<M: $crate::abi::Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
                let lifted = <$wire as $crate::abi::Lift>::lift(memory, flat)?;
                $crate::abi::convert::gather(memory, lifted)
            }

            #[inline]
            fn load<M: $crate::abi::Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
                let lifted = <$wire as $crate::abi::Lift>::load(memory, address)?;
                $crate::abi::convert::gather(memory, lifted)
            }
        }
    )*};
    (@lower [$($generics:tt)*] $ty:ty as $wire:ty: |$value:ident| $to:expr) => {
        impl<$($generics)*> $crate::abi::WitType for $ty {
            const TYPE: $crate::schema::Type = <$wire as $crate::abi::WitType>::TYPE;
            type Ok = Self;
            type Err = std::convert::Infallible;

            #[inline]
            fn into_result(self) -> Result<Self, std::convert::Infallible> {
                Ok(self)
            }
        }

        // SAFETY: that of the value that it converts to. A value that is dropped here is a `Temporary`.
        unsafe impl<$($generics)*> $crate::abi::Lower for $ty {
            #[inline]
            fn lower<M: $crate::abi::Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
                let $value = self;
                let lowered: Result<_, $crate::abi::AbiError> = $to;
                lowered.map_err(|error| memory.reject(error))?.lower(memory, out)
            }

            #[inline]
            fn store<M: $crate::abi::Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
                let $value = self;
                let lowered: Result<_, $crate::abi::AbiError> = $to;
                lowered.map_err(|error| memory.reject(error))?.store(memory, address)
            }
        }
    };
    ($([$($generics:tt)*] $ty:ty as $wire:ty: |$value:ident| $to:expr, |$lifted:ident| $from:expr;)*) => {$(
        convert!(@lower [$($generics)*] $ty as $wire: |$value| $to);

        // SAFETY: that of `$wire`.
        unsafe impl<$($generics)*> $crate::abi::Lift for $ty {
            #[inline]
            fn lift<M: $crate::abi::Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
                let $lifted = <$wire as $crate::abi::Lift>::lift(memory, flat)?;
                let value: Result<Self, $crate::abi::AbiError> = $from;
                value.map_err(|error| memory.reject(error))
            }

            #[inline]
            fn load<M: $crate::abi::Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
                let $lifted = <$wire as $crate::abi::Lift>::load(memory, address)?;
                let value: Result<Self, $crate::abi::AbiError> = $from;
                value.map_err(|error| memory.reject(error))
            }
        }
    )*};
}

pub(super) use convert;

/// Makes a set or a map of its items. To hash or to sort many items takes long, so it is done in batches.
pub(super) fn gather<T, C, M>(memory: &mut M, items: Vec<T>) -> Result<C, M::Error>
where
    C: Default + FromIterator<T> + Extend<T>,
    M: Source,
{
    if items.len() <= M::BATCH {
        return Ok(items.into_iter().collect());
    }
    let mut all = C::default();
    let mut items = items.into_iter();
    while items.len() > 0 {
        memory.pace(items.len().min(M::BATCH))?;
        all.extend(items.by_ref().take(M::BATCH));
    }
    Ok(all)
}

/// A value that is dropped as soon as it is lowered, so that its strings and lists are copied.
pub(super) struct Temporary<T>(pub(super) T);

impl<T: WitType> WitType for Temporary<T> {
    const TYPE: Type = T::TYPE;
    type Ok = Self;
    type Err = Infallible;

    #[inline]
    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

// SAFETY: that of `T`. The memory copies, so nothing of the value has to stay.
unsafe impl<T: Lower> Lower for Temporary<T> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.0.lower(&mut Copying(memory), out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.0.store(&mut Copying(memory), address)
    }
}

/// The beginning of a text for an error. The other side may have chosen a text of any length.
fn cut(text: &str) -> String {
    const SHOWN: usize = 256;
    match text.len() <= SHOWN {
        true => text.into(),
        false => format!("{}..", &text[..text.floor_char_boundary(SHOWN)]),
    }
}

/// Parses a lifted text; `expected` describes a text that parses.
pub(super) fn parse<T: std::str::FromStr>(text: &str, expected: &'static str) -> Result<T, AbiError> {
    text.parse().map_err(|_| AbiError::Conversion { expected, found: cut(text) })
}

/// Makes the value that crosses from an adapted value. Generated code calls this instead of the closure itself, so that
/// rustc infers the closure's types.
#[inline]
pub fn adapt_to<T, W>(value: &T, to: impl FnOnce(&T) -> W) -> W {
    to(value)
}

/// Makes the adapted value from a value that has crossed. `ty` is the name of the Rust type, for the error.
#[inline]
pub fn adapt_from<T, W, E: Display>(
    wire: W,
    ty: &'static str,
    from: impl FnOnce(W) -> Result<T, E>,
) -> Result<T, AbiError> {
    from(wire).map_err(|error| AbiError::Adapted { ty, message: cut(&error.to_string()) })
}
