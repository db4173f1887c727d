//! The types that WIT has by itself.

use super::{
    AbiError, Lift, Lower, Plain, Sink, Source, WitType, bad_discriminant, load_discriminant, store_discriminant,
};
use crate::schema::{Layout, Type, align_to};
use std::convert::Infallible;

/// `?` without the two functions that `?` compiles for each type.
macro_rules! attempt {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}

/// The part of `WitType` that every type but `Result` has alike.
macro_rules! no_error {
    () => {
        type Ok = Self;
        type Err = Infallible;

        #[inline]
        fn into_result(self) -> Result<Self, Infallible> {
            Ok(self)
        }
    };
}

macro_rules! number {
    ($($rust:ident $wit:ident: $value:ident => $to:expr, $flat:ident => $from:expr;)*) => {$(
        impl WitType for $rust {
            const TYPE: Type = Type::$wit;
            no_error!();
        }

        impl Lower for $rust {
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

            // SAFETY: a number has no padding and no invalid bit patterns; its size and alignment are the
            // canonical ones, checked below; the target is little-endian.
            #[cfg(target_endian = "little")]
            const PLAIN: Option<Plain> = Some(unsafe { Plain::new() });
        }

        impl Lift for $rust {
            #[inline]
            fn lift<M: Source>(_: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
                let $flat = flat[0];
                Ok($from)
            }

            #[inline]
            fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
                Ok(<$rust>::from_le_bytes(memory.read(address)?))
            }

            // SAFETY: as for `Lower`.
            #[cfg(target_endian = "little")]
            const PLAIN: Option<Plain> = Some(unsafe { Plain::new() });
        }

        const _: () = assert!(
            size_of::<$rust>() == <$rust as WitType>::LAYOUT.size
                && align_of::<$rust>() == <$rust as WitType>::LAYOUT.align
        );
    )*};
}

// A number smaller than 32 bits is extended to `i32` by its sign, and an `i32` by zeros.
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

impl Lower for bool {
    #[inline]
    fn lower<M: Sink>(&self, _: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = u64::from(*self);
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        memory.write(address, [u8::from(*self)])
    }
}

impl Lift for bool {
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

impl Lower for char {
    #[inline]
    fn lower<M: Sink>(&self, _: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = u32::from(*self).into();
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        memory.write(address, u32::from(*self).to_le_bytes())
    }
}

impl Lift for char {
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

impl Lower for () {
    #[inline]
    fn lower<M: Sink>(&self, _: &mut M, _: &mut [u64]) -> Result<(), M::Error> {
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, _: &mut M, _: usize) -> Result<(), M::Error> {
        Ok(())
    }
}

impl Lift for () {
    #[inline]
    fn lift<M: Source>(_: &mut M, _: &[u64]) -> Result<Self, M::Error> {
        Ok(())
    }

    #[inline]
    fn load<M: Source>(_: &mut M, _: usize) -> Result<Self, M::Error> {
        Ok(())
    }
}

/// Stores a pointer and a length.
#[inline]
pub(super) fn store_pair<M: Sink>(memory: &mut M, address: usize, pair: (usize, usize)) -> Result<(), M::Error> {
    memory.write(address, (pair.0 as u32).to_le_bytes())?;
    memory.write(address + 4, (pair.1 as u32).to_le_bytes())
}

/// The pointer and the length of a string or a list that is stored at an address.
#[inline]
pub fn load_pair<M: Source>(memory: &M, address: usize) -> Result<(usize, usize), M::Error> {
    let pointer = u32::from_le_bytes(memory.read(address)?);
    let len = u32::from_le_bytes(memory.read(address + 4)?);
    Ok((pointer as usize, len as usize))
}

impl WitType for str {
    const TYPE: Type = Type::String;
    type Ok = Infallible;
    type Err = Infallible;
}

impl Lower for str {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        let (pointer, len) = memory.lend_str(self)?;
        out[0] = pointer as u64;
        out[1] = len as u64;
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let pair = memory.lend_str(self)?;
        store_pair(memory, address, pair)
    }
}

impl WitType for String {
    const TYPE: Type = Type::String;
    no_error!();
}

impl Lower for String {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.as_str().lower(memory, out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.as_str().store(memory, address)
    }
}

impl Lift for String {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        memory.take_string(flat[0] as u32 as usize, flat[1] as u32 as usize)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let (pointer, len) = load_pair(memory, address)?;
        memory.take_string(pointer, len)
    }
}

/// A reference is lowered as what it refers to, but for a resource, which is lent. It is never lifted.
impl<T: ?Sized + WitType> WitType for &T {
    const TYPE: Type = T::TYPE.lent();
    no_error!();
}

impl<T: ?Sized + Lower> Lower for &T {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        (**self).lower_lent(memory, out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        (**self).store_lent(memory, address)
    }
}

impl<T: WitType> WitType for [T] {
    const TYPE: Type = Type::List(&T::TYPE);
    type Ok = Infallible;
    type Err = Infallible;
}

/// Lowers the items of a list and returns where they are.
fn lower_items<T: Lower, M: Sink>(items: &[T], memory: &mut M) -> Result<usize, M::Error> {
    if let Some(Plain(())) = T::PLAIN {
        // SAFETY: `Plain` says that the items have no padding, so all their bytes are initialized.
        let bytes = unsafe { std::slice::from_raw_parts(items.as_ptr().cast::<u8>(), size_of_val(items)) };
        return memory.lend(bytes, T::LAYOUT.align);
    }
    let Layout { size, align } = T::LAYOUT;
    let pointer = memory.allocate(Layout { size: size * items.len(), align })?;
    let outer = memory.begin_items(pointer, size * items.len());
    for (i, item) in items.iter().enumerate() {
        item.store(memory, pointer + i * size)?;
    }
    memory.end_items(outer);
    Ok(pointer)
}

/// Lifts the items of a list, and frees what they were in.
fn lift_items<T: Lift, M: Source>(memory: &mut M, pointer: usize, len: usize) -> Result<Vec<T>, M::Error> {
    if let Some(plain) = T::PLAIN {
        return memory.take_plain(plain, pointer, len);
    }
    let Layout { size, align } = T::LAYOUT;
    memory.check::<T>(pointer, len)?;
    let mut items = Vec::with_capacity(len);
    for i in 0..len {
        let item = attempt!(T::load(memory, pointer + i * size));
        // SAFETY: there is room for `len` items, and no more are pushed. Else each type has the code that grows a vector.
        unsafe { std::hint::assert_unchecked(items.len() < items.capacity()) };
        items.push(item);
    }
    memory.free(pointer, Layout { size: size * len, align });
    Ok(items)
}

impl<T: Lower> Lower for [T] {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = lower_items(self, memory)? as u64;
        out[1] = self.len() as u64;
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let pointer = lower_items(self, memory)?;
        store_pair(memory, address, (pointer, self.len()))
    }
}

impl<T: WitType> WitType for Vec<T> {
    const TYPE: Type = Type::List(&T::TYPE);
    no_error!();
}

impl<T: Lower> Lower for Vec<T> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.as_slice().lower(memory, out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.as_slice().store(memory, address)
    }
}

impl<T: Lift> Lift for Vec<T> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        lift_items(memory, flat[0] as u32 as usize, flat[1] as u32 as usize)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let (pointer, len) = load_pair(memory, address)?;
        lift_items(memory, pointer, len)
    }
}

impl<T: WitType> WitType for Option<T> {
    const TYPE: Type = Type::Option(&T::TYPE);
    no_error!();
}

impl<T: Lower> Lower for Option<T> {
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
}

impl<T: Lift> Lift for Option<T> {
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

impl<T: Lower, E: Lower> Lower for Result<T, E> {
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
}

impl<T: Lift, E: Lift> Lift for Result<T, E> {
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

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<$($name: WitType),+> WitType for ($($name,)+) {
            const TYPE: Type = Type::Tuple(&[$($name::TYPE),+]);
            no_error!();
        }

        #[allow(non_snake_case, unused_assignments)]
        impl<$($name: Lower),+> Lower for ($($name,)+) {
            #[inline]
            fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
                let ($($name,)+) = self;
                let mut at = 0;
                $(
                    $name.lower(memory, &mut out[at..])?;
                    at += <$name as WitType>::FLAT;
                )+
                Ok(())
            }

            #[inline]
            fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
                let ($($name,)+) = self;
                let mut at = 0;
                $(
                    at = align_to(at, <$name as WitType>::LAYOUT.align);
                    $name.store(memory, address + at)?;
                    at += <$name as WitType>::LAYOUT.size;
                )+
                Ok(())
            }
        }

        #[allow(non_snake_case, unused_assignments)]
        impl<$($name: Lift),+> Lift for ($($name,)+) {
            #[inline]
            fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
                let mut at = 0;
                $(
                    let $name = attempt!(<$name as Lift>::lift(memory, &flat[at..]));
                    at += <$name as WitType>::FLAT;
                )+
                Ok(($($name,)+))
            }

            #[inline]
            fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
                let mut at = 0;
                $(
                    at = align_to(at, <$name as WitType>::LAYOUT.align);
                    let $name = attempt!(<$name as Lift>::load(memory, address + at));
                    at += <$name as WitType>::LAYOUT.size;
                )+
                Ok(($($name,)+))
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
tuple!(A B C D E F G H I J K);
tuple!(A B C D E F G H I J K L);
tuple!(A B C D E F G H I J K L N);
tuple!(A B C D E F G H I J K L N O);
tuple!(A B C D E F G H I J K L N O P);
tuple!(A B C D E F G H I J K L N O P Q);
