//! The native runtime: registry, image, container.

mod check;
mod client;
mod container;
mod error;
mod image;
mod native;
mod provider;
mod reference;
mod registry;
#[cfg(feature = "wasi")]
mod wasi;
mod wire;

/// What generated code names.
pub(crate) mod generated {
    pub use super::client::{Client, Fault, GuestInterface, ResolveError, Resolver};
    pub use super::native::with_native_host;
    pub use super::provider::{LinkError, ProviderLinker, Provides};
    pub use super::wire::{
        NoProvided, NoRuntimeWire, NoTyped, Provided, Slots, Typed, Values, bad_tag, case_type, field_type, load_tag,
        store_tag,
    };
    pub use wasmtime;
}

pub use check::{Difference, MissingImport, Report};
pub use container::{Container, ContainerBuilder};
pub use error::{CallError, Error, Trap};
pub use image::{Image, Interfaces};
pub use registry::Registry;
