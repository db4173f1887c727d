//! The slots of core signatures, as types.

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
