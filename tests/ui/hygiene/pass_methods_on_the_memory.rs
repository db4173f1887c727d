//! A conversion's error is rejected by the memory, and by no method of the user's that takes a memory.
#![forbid(unsafe_code)]

mod contract {
    use std::num::NonZeroU32;

    pub trait Reject<R> {
        fn reject<X>(self, _: X) -> R;
    }

    impl<M, R> Reject<R> for &mut M {
        fn reject<X>(self, _: X) -> R {
            panic!("safe code has the memory")
        }
    }

    #[tairitsu::wit]
    pub struct Level {
        #[wit(as = u32)]
        pub number: NonZeroU32,
    }
}

fn main() {
    use tairitsu_guest::abi::{Buffer, Lift};
    assert!(contract::Level::lift(&mut Buffer::default(), &[0]).is_err());
}
