//! Types that go as another one, which has a WIT type.

use super::{AbiError, Copying, Lower, Sink, WitType};
use crate::schema::Type;
use std::convert::Infallible;
use std::fmt::Display;

/// A type that goes as another one. `$wire` is that type; `$to` makes what is lowered like it, or an error; `$from`
/// makes the type of one, or an error. What `$to` makes ends when it is lowered: it refers to the value, or is [`Made`].
macro_rules! by_way_of {
    ($([$($generics:tt)*] $ty:ty as $wire:ty: |$value:ident| $to:expr, |$lifted:ident| $from:expr;)*) => {$(
        impl<$($generics)*> $crate::abi::WitType for $ty {
            const TYPE: $crate::schema::Type = <$wire as $crate::abi::WitType>::TYPE;
            type Ok = Self;
            type Err = std::convert::Infallible;

            #[inline]
            fn into_result(self) -> Result<Self, std::convert::Infallible> {
                Ok(self)
            }
        }

        impl<$($generics)*> $crate::abi::Lower for $ty {
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

        impl<$($generics)*> $crate::abi::Lift for $ty {
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

pub(super) use by_way_of;

/// A value that is made to be lowered and ends with that, so that its strings and lists are copied.
pub struct Made<T>(pub T);

impl<T: WitType> WitType for Made<T> {
    const TYPE: Type = T::TYPE;
    type Ok = Self;
    type Err = Infallible;

    #[inline]
    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl<T: Lower> Lower for Made<T> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.0.lower(&mut Copying(memory), out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.0.store(&mut Copying(memory), address)
    }
}

pub(super) fn parse<T: std::str::FromStr>(text: &str, expected: &'static str) -> Result<T, AbiError> {
    text.parse().map_err(|_| AbiError::Conversion { expected, found: text.into() })
}

/// Makes of an adapted value the one that crosses. It is here for the closure's types to be inferred.
#[inline]
pub fn adapt_to<T, W>(value: &T, to: impl FnOnce(&T) -> W) -> W {
    to(value)
}

/// Makes the adapted value of one that has crossed; `ty` is the Rust type, for the error.
#[inline]
pub fn adapt_from<T, W, E: Display>(
    wire: W,
    ty: &'static str,
    from: impl FnOnce(W) -> Result<T, E>,
) -> Result<T, AbiError> {
    from(wire).map_err(|error| AbiError::Adapted { ty, message: error.to_string() })
}
