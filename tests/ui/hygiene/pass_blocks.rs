//! Impl blocks of types that are private, in modules, of one name, and inside a function, and not one warning of what is
//! generated from them.
#![deny(warnings, missing_docs, unreachable_pub)]

pub mod shown {
    //! A module.

    /// A type.
    #[derive(Debug, Default)]
    pub struct Clock(u64);

    /// The block.
    #[tairitsu::host(package = "test:shown")]
    impl Clock {
        /// The time.
        #[must_use]
        #[inline]
        #[expect(clippy::too_many_arguments)]
        pub fn now(&self, _a: u8, _b: u8, _c: u8, _d: u8, _e: u8, _f: u8, _g: u8, _h: u8) -> u64 {
            self.0
        }

        /// Sets it.
        pub(super) fn set(&mut self, mut time: u64) {
            time += 1;
            self.0 = time;
        }
    }

    impl Clock {
        /// One more block, without the attribute.
        #[must_use]
        pub fn new(time: u64) -> Self {
            Self(time)
        }
    }
}

mod hidden {
    /// Of the same name.
    #[derive(Default)]
    pub(crate) struct Clock(u64);

    #[tairitsu::guest(package = "test:hidden", rename = "watch")]
    impl Clock {
        pub(crate) fn now(&mut self) -> u64 {
            self.0 += 1;
            self.0
        }
    }

    /// Generic itself, and named in full.
    #[derive(Default)]
    pub(crate) struct Cell<T>(T);

    #[tairitsu::guest(package = "test:hidden")]
    impl self::Cell<u32> {
        pub(super) fn get(&self) -> u32 {
            self.0
        }
    }
}

/// Names that are words of Rust's.
mod raw {
    #![allow(non_camel_case_types)]

    #[derive(Debug, Default)]
    pub(crate) struct r#type;

    #[tairitsu::guest(package = "test:raw")]
    impl r#type {
        pub(crate) fn r#match(&self, r#in: &str) -> bool {
            r#in.is_empty()
        }
    }
}

macro_rules! block {
    ($name:ident, $ty:ty, $function:ident) => {
        struct $name;

        #[tairitsu::host]
        impl $ty {
            pub(crate) fn $function(&self, number: u32) -> u32 {
                number
            }
        }
    };
}

block!(Made, Made, make);

fn main() {
    #[tairitsu::wit]
    struct Local {
        number: u32,
    }

    #[derive(Default)]
    struct Here;

    #[tairitsu::guest]
    impl Here {
        pub(crate) fn here(&self, local: Local) -> Vec<Local> {
            vec![local]
        }
    }

    assert_eq!(Here.here(Local { number: 1 })[0].number, 1);
    assert_eq!(HereApi.interface().functions[0].name, "here");
    assert_eq!(Made.make(1), 1);
    assert_eq!(raw::r#type.r#match(""), raw::typeApi.interface().functions[0].name == "match");
    let mut clock = shown::Clock::new(1);
    clock.set(2);
    assert_eq!(clock.now(0, 0, 0, 0, 0, 0, 0, 0), 3);
    assert_eq!(shown::ClockApi.id(), "test:shown/clock");
    assert_eq!(hidden::Clock::default().now(), 1);
    assert_eq!(hidden::Cell::default().get(), 0);
    assert_eq!(hidden::ClockApi.id(), "test:hidden/watch");
    assert_eq!(hidden::CellApi.id(), "test:hidden/cell");
}
