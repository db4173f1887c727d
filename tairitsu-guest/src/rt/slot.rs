//! The slots of core signatures, as types.

use crate::schema::MAX_FLAT_PARAMS;

/// A slot of a core signature. `CORE` is the number of its [`Core`](crate::schema::Core) type.
pub struct Slot<const CORE: u8>;

/// The Rust type of a slot.
pub trait CoreType {
    /// The core type. It is `()` for an absent slot, which leaves no trace in the core signature.
    type Repr: CoreValue;
}

/// The value in a slot.
pub trait CoreValue: Copy {
    /// Turns a flat value into the value of the slot.
    fn of(bits: u64) -> Self;
    /// Turns the value of the slot into a flat value.
    fn bits(self) -> u64;
}

macro_rules! core_type {
    ($($code:literal $repr:ty: $bits:ident => $to:expr, $core:ident => $from:expr;)*) => {$(
        impl CoreType for Slot<$code> {
            type Repr = $repr;
        }

        impl CoreValue for $repr {
            #[inline(always)]
            fn of($bits: u64) -> $repr {
                $to
            }
            #[inline(always)]
            fn bits(self) -> u64 {
                let $core = self;
                $from
            }
        }
    )*};
}

core_type! {
    0 (): _bits => (), _core => 0;
    1 u32: bits => bits as u32, core => core.into();
    2 u64: bits => bits, core => core;
    3 f32: bits => f32::from_bits(bits as u32), core => core.to_bits().into();
    4 f64: bits => f64::from_bits(bits), core => core.to_bits();
}

/// The Rust type of the slot with this number.
pub type Repr<const CORE: u8> = <Slot<CORE> as CoreType>::Repr;

/// Two slots of a core signature, side by side. `CORES` is their [number](crate::schema::Signature::param_pair).
///
/// rustc type-checks and evaluates each `const` argument. A pair has one, where two slots would have two. A table of four
/// slots each would halve them again, but 341 impls cost each build of this crate more than that.
pub struct SlotPair<const CORES: u8>;

/// The Rust types of two slots.
pub trait CorePair {
    /// The type of the first slot.
    type First: CoreValue;
    /// The type of the second slot.
    type Second: CoreValue;
}

/// The Rust type of the first slot of a pair.
pub type First<Pair> = <Pair as CorePair>::First;

/// The Rust type of the second slot of a pair.
pub type Second<Pair> = <Pair as CorePair>::Second;

macro_rules! core_pair {
    ($($code:literal $first:ty, $second:ty;)*) => {$(
        impl CorePair for SlotPair<$code> {
            type First = $first;
            type Second = $second;
        }
    )*};
}

core_pair! {
    0x00 (), ();
    0x10 u32, ();
    0x11 u32, u32;
    0x12 u32, u64;
    0x13 u32, f32;
    0x14 u32, f64;
    0x20 u64, ();
    0x21 u64, u32;
    0x22 u64, u64;
    0x23 u64, f32;
    0x24 u64, f64;
    0x30 f32, ();
    0x31 f32, u32;
    0x32 f32, u64;
    0x33 f32, f32;
    0x34 f32, f64;
    0x40 f64, ();
    0x41 f64, u32;
    0x42 f64, u64;
    0x43 f64, f32;
    0x44 f64, f64;
}

macro_rules! flat {
    ($($slot:ident)*) => {
        /// The flat values in the slots of an export.
        #[inline(always)]
        #[expect(clippy::too_many_arguments, reason = "an export has 16 slots")]
        pub fn flat($($slot: impl CoreValue),*) -> [u64; MAX_FLAT_PARAMS] {
            [$($slot.bits()),*]
        }
    };
}

flat! { a b c d e f g h i j k l m n o p }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Core::{F32, F64, I32, I64, None};
    use std::any::type_name;

    macro_rules! check {
        ($first:ident: $($second:ident)*) => {$(
            {
            type Pair = SlotPair<{ ($first as u8) << 4 | $second as u8 }>;
            assert_eq!(type_name::<First<Pair>>(), type_name::<Repr<{ $first as u8 }>>());
            assert_eq!(type_name::<Second<Pair>>(), type_name::<Repr<{ $second as u8 }>>());
            }
        )*};
    }

    #[test]
    fn a_pair_has_the_types_of_its_slots() {
        check!(None: None);
        check!(I32: None I32 I64 F32 F64);
        check!(I64: None I32 I64 F32 F64);
        check!(F32: None I32 I64 F32 F64);
        check!(F64: None I32 I64 F32 F64);
    }

    #[test]
    fn the_flat_values_are_in_order() {
        let none = ();
        let flat =
            flat(1u32, 2u64, 3f32, 4f64, 5u32, 6u32, 7u32, 8u32, 9u32, 10u32, 11u32, 12u32, 13u32, 14u64, none, none);
        let (f32, f64) = (u64::from(3f32.to_bits()), 4f64.to_bits());
        assert_eq!(flat, [1, 2, f32, f64, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0, 0]);
    }
}
