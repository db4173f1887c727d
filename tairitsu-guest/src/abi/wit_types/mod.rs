//! The types that WIT has itself.
//!
//! - `scalars`: numbers, `bool`, `char` and `()`.
//! - `lists`: strings, lists, and references to them.
//! - `cases`: `option` and `result`.
//! - `tuples`: `tuple`.

mod cases;
mod lists;
mod scalars;
mod tuples;

pub use lists::load_pair;

/// The same as `?`, without the two functions that rustc compiles for each type that `?` is used with.
macro_rules! attempt {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}

/// The part of `WitType` that is alike in every type except `Result`.
macro_rules! no_error {
    () => {
        type Ok = Self;
        type Err = ::std::convert::Infallible;

        #[inline]
        fn into_result(self) -> Result<Self, ::std::convert::Infallible> {
            Ok(self)
        }
    };
}

use {attempt, no_error};
