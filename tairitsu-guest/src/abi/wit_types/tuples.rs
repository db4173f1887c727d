//! Tuples of up to 16 elements.

use super::{attempt, no_error};
use crate::abi::{Lift, Lower, Shape, Sink, Source, WitType};
use crate::schema::{Type, align_to};

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<$($name: WitType),+> WitType for ($($name,)+) {
            const TYPE: Type = Type::Tuple(&[$($name::TYPE),+]);
            no_error!();
        }

        // SAFETY: each element is at its own offset, which lies inside the tuple with the element's whole size.
        #[allow(non_snake_case, unused_assignments)]
        unsafe impl<$($name: Lower),+> Lower for ($($name,)+) {
            #[inline]
            fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
                let ($($name,)+) = self;
                let mut at = 0;
                $(
                    $name.lower(memory, &mut out[at..])?;
                    at += <$name as Shape>::FLAT;
                )+
                Ok(())
            }

            #[inline]
            fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
                let ($($name,)+) = self;
                let mut at = 0;
                $(
                    at = align_to(at, <$name as Shape>::LAYOUT.align);
                    $name.store(memory, address + at)?;
                    at += <$name as Shape>::LAYOUT.size;
                )+
                Ok(())
            }

            const ALLOCATES: bool = false $(|| $name::ALLOCATES)+;
        }

        // SAFETY: each element is lifted once, from its own offset or its own slots.
        #[allow(non_snake_case, unused_assignments)]
        unsafe impl<$($name: Lift),+> Lift for ($($name,)+) {
            #[inline]
            fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
                let mut at = 0;
                $(
                    let $name = attempt!(<$name as Lift>::lift(memory, &flat[at..]));
                    at += <$name as Shape>::FLAT;
                )+
                Ok(($($name,)+))
            }

            #[inline]
            fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
                let mut at = 0;
                $(
                    at = align_to(at, <$name as Shape>::LAYOUT.align);
                    let $name = attempt!(<$name as Lift>::load(memory, address + at));
                    at += <$name as Shape>::LAYOUT.size;
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
