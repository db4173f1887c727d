//! Types of one core value or none: numbers, `bool`, `char` and `()`.

use super::no_error;
use crate::abi::{AbiError, Lift, Lower, Plain, Shape, Sink, Source, WitType};
use crate::schema::Type;

macro_rules! number {
    ($($rust:ident $wit:ident: $value:ident => $to:expr, $flat:ident => $from:expr;)*) => {$(
        impl WitType for $rust {
            const TYPE: Type = Type::$wit;
            no_error!();
        }

        // SAFETY: it writes its own bytes at the address that it is passed.
        unsafe impl Lower for $rust {
            #[inline]
            fn lower<M: Sink>(&self, _: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
                let $value = *self;
                out[0] = $to;
                Ok(())
            }

            #[inline]
            fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
                memory.write(address, self.to_le_bytes())
            }

            const ALLOCATES: bool = false;

            // SAFETY: a number has no padding and no invalid bit patterns. Its size and alignment are the canonical ones,
            // which the assertion below checks. The target is little-endian.
            #[cfg(target_endian = "little")]
            const PLAIN: Option<Plain<Self>> = Some(unsafe { Plain::new() });
        }

        // SAFETY: it reads its own bytes at the address that it is passed.
        unsafe impl Lift for $rust {
            #[inline]
            fn lift<M: Source>(_: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
                let $flat = flat[0];
                Ok($from)
            }

            #[inline]
            fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
                Ok(<$rust>::from_le_bytes(memory.read(address)?))
            }

            // SAFETY: the same as in `Lower`.
            #[cfg(target_endian = "little")]
            const PLAIN: Option<Plain<Self>> = Some(unsafe { Plain::new() });
        }

        const _: () = assert!(
            size_of::<$rust>() == <$rust as Shape>::LAYOUT.size
                && align_of::<$rust>() == <$rust as Shape>::LAYOUT.align
        );
    )*};
}

// A signed number of fewer than 32 bits is sign-extended to `i32`, and an `i32` is zero-extended to `u64`.
number! {
    u8 U8: v => v.into(), bits => bits as u8;
    i8 S8: v => (i32::from(v) as u32).into(), bits => bits as i8;
    u16 U16: v => v.into(), bits => bits as u16;
    i16 S16: v => (i32::from(v) as u32).into(), bits => bits as i16;
    u32 U32: v => v.into(), bits => bits as u32;
    i32 S32: v => (v as u32).into(), bits => bits as i32;
    u64 U64: v => v, bits => bits;
    i64 S64: v => v as u64, bits => bits as i64;
    f32 F32: v => v.to_bits().into(), bits => f32::from_bits(bits as u32);
    f64 F64: v => v.to_bits(), bits => f64::from_bits(bits);
}

impl WitType for bool {
    const TYPE: Type = Type::Bool;
    no_error!();
}

// SAFETY: it writes one byte at the address that it is passed.
unsafe impl Lower for bool {
    #[inline]
    fn lower<M: Sink>(&self, _: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = u64::from(*self);
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        memory.write(address, [u8::from(*self)])
    }

    const ALLOCATES: bool = false;
}

// SAFETY: it reads one byte at the address that it is passed.
unsafe impl Lift for bool {
    #[inline]
    fn lift<M: Source>(_: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        Ok(flat[0] as u32 != 0)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        Ok(memory.read::<1>(address)? != [0])
    }
}

impl WitType for char {
    const TYPE: Type = Type::Char;
    no_error!();
}

// SAFETY: it writes four bytes at the address that it is passed.
unsafe impl Lower for char {
    #[inline]
    fn lower<M: Sink>(&self, _: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = u32::from(*self).into();
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        memory.write(address, u32::from(*self).to_le_bytes())
    }

    const ALLOCATES: bool = false;
}

// SAFETY: it reads four bytes at the address that it is passed.
unsafe impl Lift for char {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        char::from_u32(flat[0] as u32).ok_or_else(|| memory.fail(AbiError::Char(flat[0] as u32)))
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let bits = u32::from_le_bytes(memory.read(address)?);
        Self::lift(memory, &[bits.into()])
    }
}

/// `()` is the result of a function without one, and the payload of `Result<(), E>`.
impl WitType for () {
    const TYPE: Type = Type::Unit;
    no_error!();
}

// SAFETY: it uses no address.
unsafe impl Lower for () {
    #[inline]
    fn lower<M: Sink>(&self, _: &mut M, _: &mut [u64]) -> Result<(), M::Error> {
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, _: &mut M, _: usize) -> Result<(), M::Error> {
        Ok(())
    }

    const ALLOCATES: bool = false;
}

// SAFETY: it uses no address.
unsafe impl Lift for () {
    #[inline]
    fn lift<M: Source>(_: &mut M, _: &[u64]) -> Result<Self, M::Error> {
        Ok(())
    }

    #[inline]
    fn load<M: Source>(_: &mut M, _: usize) -> Result<Self, M::Error> {
        Ok(())
    }
}
