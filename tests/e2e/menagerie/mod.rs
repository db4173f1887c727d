//! Random values of every type, there and back, in three pairings: our host and our guest, a host of `bindgen!` and
//! our guest, our host and a guest of `wit_bindgen::generate!`. A guest that echoes values for a long time does not
//! grow. The same values are the same after they were text.
//!
//! The rows come from the table in `guests/menagerie`. An echo cannot see two errors that undo each other. The fixed
//! values in `calls.rs` and `pairings.rs` find such errors.

// The code of a row has to fit types that are `Copy` and types that are not, and types with and without lifetimes.
#![allow(clippy::clone_on_copy, clippy::redundant_closure)]

mod bindgen;
mod by_name;
mod mirror;
mod texts;
mod values;

use crate::soak;
use std::fmt::Debug;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tairitsu::{CallError, Container, Image, Registry};
use tairitsu_test_menagerie::*;
use texts::Texts;
use values::{Echoed, Values};

const OURS: &[u8] = tairitsu::include_guest!("tairitsu-test-menagerie");
const BINDGEN: &[u8] = tairitsu::include_guest!("tairitsu-test-menagerie-bindgen");

#[test]
fn our_host_and_our_guest() {
    trips("our host and our guest", ours());
}

#[test]
fn our_host_and_a_guest_of_wit_bindgen() {
    trips("our host and a guest of wit_bindgen", &Registry::new().load_image(BINDGEN).unwrap());
}

#[test]
fn as_text_and_back() {
    texts();
}

/// Each type has a container of its own, so that a failure names the type.
#[test]
fn nothing_leaks() {
    let image = ours();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(LEAKS.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(leak) = LEAKS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    leak(&mut Container::builder(image).build().unwrap());
                }
            });
        }
    });
}

/// The values of a row. The row's own function draws them, or else the type's `Arbitrary`.
macro_rules! row {
    ($row:ident, $ty:ty) => {
        row!($row, $ty, |u| arbitrary::Arbitrary::arbitrary(u))
    };
    ($row:ident, $ty:ty, $draw:expr) => {{
        #[allow(unused_imports)]
        use crate::menagerie::values::{Bare, Looks, Values};
        Values::<$ty>::new(stringify!($row), Looks::<$ty>::new(), $draw)
    }};
}
use row;

macro_rules! rows {
    (
        one { $($name:ident $_call:ident: $ty:ty $(= $draw:path)?;)* }
        several { $($many:ident $_many_call:ident($($arg:ident: $arg_ty:ty),*);)* }
    ) => {
        /// Sends every value there and back.
        fn trips(pairing: &str, image: &Image) {
            let mut container = Container::builder(image).build().unwrap();
            let mut client = container.guest(Annex).unwrap();
            row!(echo_enum256, Enum256).check(pairing, |value| client.echo_enum256(*value).answer());
            row!(echo_enum256_list, Vec<(Enum256, u8)>)
                .check(pairing, |value| client.echo_enum256_list(value.clone()).answer());
            let mut client = container.guest(Menagerie).unwrap();
            $(
                row!($name, $ty $(, $draw)?)
                    .check(pairing, |value| client.$name(value.clone()).answer());
            )*
            $(
                row!($many, ($($arg_ty,)*)).check(pairing, |value| {
                    let ($($arg,)*) = value.clone();
                    client.$many($($arg),*).answer()
                });
            )*
        }

        /// Turns every value into texts and back, without a guest.
        fn texts() {
            row!(echo_enum256, Enum256).check("as text", |value| Texts::new().trip(value));
            $({
                let texts = Texts::new();
                row!($name, $ty $(, $draw)?).check("as text", |value| texts.trip(value));
            })*
            $({
                let texts = Texts::new();
                row!($many, ($($arg_ty,)*)).check("as text", |value| texts.trip(value));
            })*
        }

        /// One test for each row: the memory does not grow when its values are echoed for a long time.
        const LEAKS: &[fn(&mut Container)] = &[
            $(|container| {
                let mut client = container.guest(Menagerie).unwrap();
                stays(&row!($name, $ty $(, $draw)?), |value| match value {
                    Some(value) => client.$name(value).answer().map(|_: $ty| 0),
                    None => client.memory().answer(),
                });
            },)*
            $(|container| {
                let mut client = container.guest(Menagerie).unwrap();
                stays(&row!($many, ($($arg_ty,)*)), |value| match value {
                    Some(($($arg,)*)) => client.$many($($arg),*).answer().map(|_: ($($arg_ty,)*)| 0),
                    None => client.memory().answer(),
                });
            },)*
        ];
    };
}

menagerie!(rows);

/// `call` echoes the value that it is given. Without a value it returns the size of the guest's memory.
fn stays<T: Echoed>(values: &Values<T>, mut call: impl FnMut(Option<T>) -> Result<u64, String>) {
    let cycle: Vec<T> = (0..8).map(|n| values.random(n, 32)).collect();
    let mut echo = |calls| {
        for n in 0..calls {
            call(Some(cycle[n % cycle.len()].clone())).unwrap();
        }
        call(None).unwrap()
    };
    let before = echo(1_000);
    let more = soak(99_000, 19_000);
    let after = echo(more);
    assert_eq!(after, before, "`{}` has more memory after {more} more calls than after 1,000", values.row);
}

/// Our guest, compiled once.
fn ours() -> &'static Image {
    static IMAGE: OnceLock<Image> = OnceLock::new();
    IMAGE.get_or_init(|| Registry::new().load_image(OURS).unwrap())
}

/// Turns the result of a client into the echoed value.
trait Answer<T> {
    fn answer(self) -> Result<T, String>;
}

impl<T> Answer<T> for Result<T, CallError> {
    fn answer(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

impl<T, E: Debug> Answer<Result<T, E>> for Result<T, CallError<E>> {
    fn answer(self) -> Result<Result<T, E>, String> {
        match self {
            Ok(value) => Ok(Ok(value)),
            Err(CallError::Guest(error)) => Ok(Err(error)),
            Err(error) => Err(format!("{error:?}")),
        }
    }
}
