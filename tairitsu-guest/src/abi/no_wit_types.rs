//! Well-known types that are no WIT types, each with the way out.
//!
//! A type that implements nothing has one text for all mistakes, that of [`WitType`]. Two ways lead to another text:
//!
//! - A type of std implements [`WitType`] under a condition that never holds. rustc then reports the condition, which is a
//!   trait with a text of its own. rustc refuses a condition that is plainly false, but not one with a bound lifetime. It
//!   shows the text of the condition only if the condition is about another type, [`Boundary`]. And it lists other
//!   implementations, and not this file, if there are five.
//! - A type of another crate has no impl here. So the macros look at the name, and name a `LooksLike..` trait where the
//!   name looks like one of a well-known crate. The traits hold for every WIT type.
//!
//! A type that crosses as another type may be no WIT type for one more reason: it is not [`Portable`].

use super::{Borrowed, WitType};
use crate::schema::Type;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant, SystemTime};

/// What the conditions are about. No condition holds for it.
#[derive(Debug)]
pub struct Boundary;

/// Declares conditions. `note` says what to use in place of the types in the braces. `like` has five types that rustc lists.
macro_rules! no_wit_types {
    ($($condition:ident, $note:literal, like [$($like:ty),*] { $($size:ident [$($generics:tt)*] $ty:ty;)* })*) => {$(
        #[diagnostic::on_unimplemented(
            message = "`{T}` cannot cross the component boundary",
            label = "not a WIT type",
            note = $note
        )]
        #[doc = $note]
        pub trait $condition<'a, T: ?Sized> {}

        $(impl $condition<'_, $like> for Boundary {})*

        $(
            #[doc(hidden)]
            impl<$($generics)*> WitType for $ty
            where
                for<'a> Boundary: $condition<'a, $ty>,
            {
                const TYPE: Type = Type::Unit;
                type Ok = Infallible;
                type Err = Infallible;
                no_wit_types!(@into_result $size);
            }
        )*
    )*};
    (@into_result sized) => {
        fn into_result(self) -> Result<Infallible, Infallible> {
            unreachable!("no value of the type crosses")
        }
    };
    (@into_result unsized) => {};
}

no_wit_types! {
    OneSize, "an address has another size in the guest than in the host: use `u64` or `i64`, or `u32` for an index into a list of a guest",
    like [u64, i64, u32, i32, String] {
        sized [] usize;
        sized [] isize;
    }

    AtMost64Bits, "an integer of WIT has 64 bits at most: use `u64` or `i64`, a tuple of two `u64`, or a `String`",
    like [u64, i64, u32, (u64, u64), String] {
        sized [] u128;
        sized [] i128;
    }

    Text, "a string of WIT is text in Unicode: use `String` or `&str`, or `Vec<u8>` for other bytes",
    like [String, &str, Vec<u8>, char, PathBuf] {
        sized [] OsString;
        unsized [] OsStr;
        sized [] CString;
        unsized [] CStr;
    }

    OwnedPath, "use `PathBuf` or `&PathBuf`, which cross as a string, or `&str`",
    like [PathBuf, &PathBuf, String, &str, Vec<PathBuf>] {
        unsized [] Path;
    }

    SameOnEachMachine, "an `Instant` means nothing on another machine: use `Duration` for a span, or `SystemTime` for a point in time",
    like [Duration, SystemTime, u64, u32, f64] {
        sized [] Instant;
    }

    ErrorOfYourOwn, "use an error type of your own that is marked `#[tairitsu::wit]`, or `String`, by `.map_err(|error| error.to_string())`",
    like [String, Vec<String>, (), u32, bool] {
        sized [] std::io::Error;
        sized [] std::fmt::Error;
        sized [] std::num::ParseFloatError;
        sized [] std::num::ParseIntError;
        sized [] std::str::Utf8Error;
        sized [] std::string::FromUtf8Error;
    }

    Copied, "the other side gets a copy, and shares nothing: use the type inside, or a `Box` or `Arc` of it",
    like [String, Vec<String>, Box<str>, std::sync::Arc<str>, u32] {
        sized [T] Rc<T>;
        sized [T] Cell<T>;
        sized [T] RefCell<T>;
        sized [T] Mutex<T>;
        sized [T] RwLock<T>;
    }
}

/// A reference to an unsized type is one error, and not one more for the size.
macro_rules! unsized_types {
    ($($ty:ty, $owned:ty;)*) => {$(
        #[doc(hidden)]
        impl Borrowed for $ty {
            type Owned = $owned;
        }
    )*};
}

unsized_types! {
    CStr, CString;
    OsStr, OsString;
    Path, PathBuf;
}

/// A type that may be used on any thread: natively `Send` and `Sync`. A guest has one thread, and there every type is portable.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the component boundary",
    label = "not `Send` and `Sync`",
    note = "the host may use a value on another thread: use a type that is `Send` and `Sync`"
)]
pub trait Portable {}

#[cfg(not(target_family = "wasm"))]
#[diagnostic::do_not_recommend]
impl<T: ?Sized + Send + Sync> Portable for T {}

#[cfg(target_family = "wasm")]
impl<T: ?Sized> Portable for T {}

/// Compiles only for a type that is [`Portable`].
pub const fn portable<T: ?Sized + Portable>() {}

/// Declares the traits for names that look like those of other crates.
macro_rules! looks_like {
    ($($name:ident, $note:literal;)*) => {$(
        #[diagnostic::on_unimplemented(
            message = "`{T}` cannot cross the component boundary",
            label = "not a WIT type",
            note = $note,
            note = "a type of your own needs `#[tairitsu::wit]`, and any other type crosses as a WIT type: `#[wit(as = Type)]` on a field"
        )]
        #[doc = $note]
        pub trait $name<T: ?Sized> {
            /// The type itself.
            type Itself: ?Sized;
        }

        // rustc says that the type lacks this trait, and not that it lacks `WitType`.
        #[diagnostic::do_not_recommend]
        impl<T: ?Sized + WitType> $name<T> for Boundary {
            type Itself = T;
        }
    )*};
}

looks_like! {
    LooksLikeAnyError, "use an error type of your own that is marked `#[tairitsu::wit]`, or `String`, by `.map_err(|error| error.to_string())`";
    LooksLikeBytes, "`bytes::Bytes` is a WIT type with the feature `bytes` of `tairitsu`";
    LooksLikeChrono, "`chrono`'s `DateTime<Utc>`, `DateTime<FixedOffset>`, `NaiveDate`, `NaiveTime`, `NaiveDateTime` and `TimeDelta` are WIT types with the feature `chrono` of `tairitsu`";
    LooksLikeJson, "`serde_json::Value` is a WIT type with the feature `serde_json` of `tairitsu`";
    LooksLikeUrl, "`url::Url` is a WIT type with the feature `url` of `tairitsu`";
    LooksLikeUuid, "`uuid::Uuid` is a WIT type with the feature `uuid` of `tairitsu`";
}
