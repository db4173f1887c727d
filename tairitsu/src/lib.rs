//! WebAssembly components from one Rust trait: typed on both sides, isolated at run time.
//!
//! A trait marked [`guest`], [`host`] or [`resource`] is the whole contract between a host and a guest. The attributes
//! make the WIT, the guest's exports and imports, the typed client and the provider glue from this trait. Both sides
//! use the same Rust types.
//!
//! On wasm32, this crate has only the attributes and the small runtime that generated code calls. On other targets, the
//! feature `host` adds the [`Registry`] of [`Image`]s and the [`Container`]s that run them.
//!
//! # Features
//!
//! No feature is on by default, because a contract or a guest needs none. A host writes `features = ["host"]`.
//!
//! - `host`: the three features `runtime`, `wasi` and `async`.
//! - `runtime`: [`Registry`], [`Image`], [`Container`], on wasmtime.
//! - `wasi`: WASI for guests that import it, and core modules built for wasm32-wasip1.
//! - `async`: containers whose calls are futures.
//! - `metrics`: counters, histograms and a gauge through the `metrics` facade; see `RegistryBuilder::metrics`.
//! - `bytes`, `chrono`, `serde_json`, `url`, `uuid`: types of those crates, as WIT types.
//! - `build`: the `build` module, for build scripts that compile a guest. Needs no other feature.

#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code uses the path `::tairitsu`, in this crate too.
extern crate self as tairitsu;

#[cfg(feature = "build")]
pub mod build;
mod codec;
#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
pub mod compatibility;
pub mod core_world;
mod descriptor;
mod future;
mod guest_state;

#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
mod runtime;

#[doc(hidden)]
pub mod __private;
// Not in `__private`, since error texts name the path.
#[doc(hidden)]
pub use tairitsu_guest::abi::no_wit_types;

pub use __private::HasInterface;
pub use descriptor::Descriptor;
pub use tairitsu_guest::Host;
pub use tairitsu_guest::abi::{AbiError, Own, Resource, WitType};
pub use tairitsu_guest::schema;
// Errors of rustc name the macros by this path.
#[doc(hidden)]
pub use future::future;
#[doc(hidden)]
pub use guest_state::guest_state;
pub use tairitsu_macros::{export, flags, guest, host, resource, wit};
#[doc(hidden)]
pub use tairitsu_macros::{export_once, generated};

#[cfg(all(feature = "async", not(target_family = "wasm")))]
pub use runtime::{
    AsyncContainer, AsyncGuestInterface, AsyncPool, AsyncTemplate, EventStream, SharedAsyncContainer,
    SharedAsyncContainerGuard,
};
#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
pub use runtime::{
    Backtrace, BadHandle, Cache, CacheStats, CallError, Called, Compatibility, Container, ContainerBuilder,
    ContainerInfo, Descriptors, Difference, Ending, Error, Event, Events, ForwardedInterface, GuestInterface, Handle,
    Image, ImageGuest, Interfaces, Leaks, Limits, MissingImport, NativeBuilder, NativeGuest, OnDenied, Policy, Pool,
    PoolStats, Provides, ProvidesResource, Reference, Registry, RegistryBuilder, Report, RestartPolicy,
    SharedContainer, SharedContainerGuard, Status, Subject, Template, Trap,
};
#[cfg(all(feature = "wasi", not(target_family = "wasm")))]
pub use runtime::{Output, Wasi};
#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
pub use runtime::{Value, ValueType};

/// Values without types, their types, and the functions that take them.
#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
pub mod dynamic {
    pub use crate::runtime::ValueHandle as Handle;
    pub use crate::runtime::{
        EnumType, Fields, FlagsType, Function, ListType, Member, Members, OptionType, Param, Position, RecordType,
        ResourceType, ResultType, TupleType, Value, ValueError, ValueType, VariantType,
    };
}

/// The bytes of a guest that the build script compiled with `tairitsu::build::guest`.
///
/// ```ignore
/// let wasm: &[u8] = tairitsu::include_guest!("my-guest");
/// ```
///
/// The argument is the guest's package name. If no build script compiled that package, the macro is a compile-time
/// error, which says what to write in `build.rs`.
#[macro_export]
macro_rules! include_guest {
    ($package:literal) => {
        ::core::include_bytes!(::core::env!(
            ::core::concat!("TAIRITSU_GUEST_", $package),
            ::core::concat!(
                "no build script has compiled the guest `",
                $package,
                "`\nhelp: write `fn main() { tairitsu::build::guest(\"",
                $package,
                "\") }` in build.rs, beside Cargo.toml, with `tairitsu = { .., features = [\"build\"] }` under `[build-dependencies]`"
            )
        ))
    };
}
