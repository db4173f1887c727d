//! `Option` and `Result`: variants of two cases.

use super::no_error;
use crate::abi::{Lift, Lower, Sink, Source, WitType, bad_discriminant, load_discriminant, store_discriminant};
use crate::schema::Type;

impl<T: WitType> WitType for Option<T> {
    const TYPE: Type = Type::Option(&T::TYPE);
    no_error!();
}

// SAFETY: the discriminant and the payload lie inside the variant, at their canonical offsets.
unsafe impl<T: Lower> Lower for Option<T> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        if let Some(value) = self {
            out[0] = 1;
            value.lower(memory, &mut out[1..])?;
        }
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        store_discriminant(memory, address, 2, self.is_some().into())?;
        match self {
            Some(value) => value.store(memory, address + const { Self::TYPE.payload_offset() }),
            None => Ok(()),
        }
    }

    const ALLOCATES: bool = T::ALLOCATES;
}

// SAFETY: it lifts the payload of the case that the discriminant names, once.
unsafe impl<T: Lift> Lift for Option<T> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        match flat[0] as u32 {
            0 => Ok(None),
            1 => T::lift(memory, &flat[1..]).map(Some),
            found => Err(bad_discriminant::<Self, M>(memory, found)),
        }
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        match load_discriminant(memory, address, 2)? {
            0 => Ok(None),
            1 => T::load(memory, address + const { Self::TYPE.payload_offset() }).map(Some),
            found => Err(bad_discriminant::<Self, M>(memory, found)),
        }
    }
}

impl<T: WitType, E: WitType> WitType for Result<T, E> {
    const TYPE: Type = Type::Result(&[T::TYPE, E::TYPE]);
    type Ok = T;
    type Err = E;

    #[inline]
    fn into_result(self) -> Self {
        self
    }

    #[inline]
    fn is_own_error(&self) -> bool {
        self.is_err()
    }
}

// SAFETY: the discriminant and the payload lie inside the variant, at their canonical offsets.
unsafe impl<T: Lower, E: Lower> Lower for Result<T, E> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        match self {
            Ok(value) => value.lower(memory, &mut out[1..]),
            Err(error) => {
                out[0] = 1;
                error.lower(memory, &mut out[1..])
            }
        }
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        store_discriminant(memory, address, 2, self.is_err().into())?;
        let address = address + const { Self::TYPE.payload_offset() };
        match self {
            Ok(value) => value.store(memory, address),
            Err(error) => error.store(memory, address),
        }
    }

    const ALLOCATES: bool = T::ALLOCATES || E::ALLOCATES;
}

// SAFETY: it lifts the payload of the case that the discriminant names, once.
unsafe impl<T: Lift, E: Lift> Lift for Result<T, E> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        match flat[0] as u32 {
            0 => T::lift(memory, &flat[1..]).map(Ok),
            1 => E::lift(memory, &flat[1..]).map(Err),
            found => Err(bad_discriminant::<Self, M>(memory, found)),
        }
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let payload = address + const { Self::TYPE.payload_offset() };
        match load_discriminant(memory, address, 2)? {
            0 => T::load(memory, payload).map(Ok),
            1 => E::load(memory, payload).map(Err),
            found => Err(bad_discriminant::<Self, M>(memory, found)),
        }
    }
}
