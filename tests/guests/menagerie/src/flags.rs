//! Flags of one, two and four bytes, full and not, and of more words than one.
#![allow(missing_docs)]

use arbitrary::{Arbitrary, Result, Unstructured};

macro_rules! flags {
    ($($name:ident: $($flag:ident)*;)*) => {$(
        tairitsu::flags! {
            pub struct $name {
                $(const $flag;)*
            }
        }

        impl<'a> Arbitrary<'a> for $name {
            fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
                u.arbitrary().map(Self::from_bits_truncate)
            }
        }
    )*};
}

flags! {
    Flags1: F0;
    Flags8: F0 F1 F2 F3 F4 F5 F6 F7;
    Flags9: F0 F1 F2 F3 F4 F5 F6 F7 F8;
    Flags16: F0 F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15;
    Flags17: F0 F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16;
    Flags32:
        F0 F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24 F25 F26 F27 F28 F29
        F30 F31;
    Flags33:
        F0 F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24
        F25 F26 F27 F28 F29 F30 F31 F32;
    Flags64:
        F0 F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24
        F25 F26 F27 F28 F29 F30 F31 F32 F33 F34 F35 F36 F37 F38 F39 F40 F41 F42 F43 F44 F45 F46 F47
        F48 F49 F50 F51 F52 F53 F54 F55 F56 F57 F58 F59 F60 F61 F62 F63;
    Flags65:
        F0 F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24
        F25 F26 F27 F28 F29 F30 F31 F32 F33 F34 F35 F36 F37 F38 F39 F40 F41 F42 F43 F44 F45 F46 F47
        F48 F49 F50 F51 F52 F53 F54 F55 F56 F57 F58 F59 F60 F61 F62 F63 F64;
}
