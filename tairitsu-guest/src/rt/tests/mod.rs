//! The guest's half over real addresses, with a host that allocates as `cabi_realloc` does.
//!
//! Miri runs these tests. It finds each access outside an allocation, each use after a free, each second free and each
//! leak. Strings and lists have addresses of 32 bits in memory, and Miri's addresses are small. Elsewhere the tests run on
//! targets of 32 bits only.

mod calls;
mod host;
mod resources;
mod sink;
mod source;
mod types;

/// Makes tests that need addresses of 32 bits.
macro_rules! over_addresses {
    ($($(#[$attr:meta])* fn $name:ident() $body:block)*) => {$(
        #[test]
        #[cfg_attr(not(any(miri, target_pointer_width = "32")), ignore = "an address in memory has 32 bits: run Miri")]
        $(#[$attr])*
        fn $name() $body
    )*};
}

use over_addresses;
