//! A guest that echoes a value of every type, as its own crate so that the host's tests have the types and the table.
#![allow(missing_docs)] // The table says what each function echoes.

mod cases;
mod draw;
mod flags;
mod made;
mod records;
mod table;
mod variants;

pub use cases::{Enum1, Enum2, Enum255, Enum256, Enum257, Enum300, Variant257};
pub use draw::{
    address, bytes, cow, cow_bytes, date, date_and_time, delta, instant, json, moment, time, time_of_day, url, uuid,
};
pub use flags::{Flags1, Flags8, Flags9, Flags16, Flags17, Flags32, Flags33, Flags64, Flags65};
pub use made::shared::{self, Line, Point};
pub use made::{Choice, Count, Letter, Page, Ticket, Words};
pub use records::{Animal, Cage, Chest, Kind, Mixed, Place, Tiny, Wide};
pub use variants::{Aligned, Back, Forth, Heavy, Value};

// Re-exports the types of other crates and of std that the table names, for the users of the table.
pub use bytes::Bytes;
pub use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
pub use serde_json::Value as Json;
pub use std::borrow::Cow;
pub use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
pub use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
pub use std::path::PathBuf;
pub use std::sync::Arc;
pub use std::time::{Duration, SystemTime};
pub use url::Url;
pub use uuid::Uuid;

/// Declares the trait from the table, and implements it.
macro_rules! declare {
    (
        one { $($name:ident $_call:ident: $ty:ty $(= $_draw:path)?;)* }
        several { $($many:ident $_many_call:ident($($arg:ident: $arg_ty:ty),*);)* }
    ) => {
        /// Every type there and back.
        #[tairitsu::guest(package = "test:menagerie@0.1.0", uses = made::shared)]
        #[allow(clippy::result_unit_err)]
        pub trait Menagerie {
            $(fn $name(&self, value: $ty) -> $ty;)*
            $(
                #[allow(clippy::too_many_arguments)]
                fn $many(&self, $($arg: $arg_ty),*) -> ($($arg_ty,)*);
            )*
            /// How many bytes of memory the guest has.
            fn memory(&self) -> u64;
        }

        #[tairitsu::guest]
        impl Menagerie for Guest {
            $(fn $name(&self, value: $ty) -> $ty { value })*
            $(fn $many(&self, $($arg: $arg_ty),*) -> ($($arg_ty,)*) { ($($arg,)*) })*

            fn memory(&self) -> u64 {
                #[cfg(target_family = "wasm")]
                return core::arch::wasm32::memory_size(0) as u64 * 65_536;
                #[cfg(not(target_family = "wasm"))]
                return 0;
            }
        }
    };
}

/// The guest.
#[derive(Default)]
pub struct Guest;

menagerie!(declare);

/// An interface that `bindgen!` of wasmtime 48 cannot compile. For an enum of 256 cases its generator writes a
/// discriminant of two bytes, and its derive wants one byte.
#[tairitsu::guest(package = "test:menagerie@0.1.0")]
pub trait Annex {
    fn echo_enum256(&self, value: Enum256) -> Enum256;
    fn echo_enum256_list(&self, value: Vec<(Enum256, u8)>) -> Vec<(Enum256, u8)>;
}

#[tairitsu::guest]
impl Annex for Guest {
    fn echo_enum256(&self, value: Enum256) -> Enum256 {
        value
    }

    fn echo_enum256_list(&self, value: Vec<(Enum256, u8)>) -> Vec<(Enum256, u8)> {
        value
    }
}

/// This test is here, because the host's tests do not compile if the fixture lacks a row. With `TAIRITSU_BLESS` set,
/// it writes the file anew.
#[cfg(test)]
#[test]
fn the_fixture_is_what_the_trait_emits() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/menagerie.wit");
    let annex = Annex.wit();
    let annex = annex.strip_prefix(&format!("package {};\n", Annex.interface().package())).unwrap();
    let worlds = "world menagerie-guest {\n  export menagerie;\n  export annex;\n}\n\n\
                  world without-annex {\n  export menagerie;\n}\n";
    let wit = format!("{}{annex}\n{worlds}", Menagerie.wit());
    if std::env::var_os("TAIRITSU_BLESS").is_some() {
        std::fs::write(path, &wit).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), wit, "set TAIRITSU_BLESS=1 to write the file anew");
}
