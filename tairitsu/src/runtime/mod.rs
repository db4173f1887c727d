//! The native runtime: registry, image, container.

mod carrier;
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

/// What generated code names.
pub(crate) mod generated {
    pub use super::carrier::{NoProvided, NoTyped, Provided, Typed};
    pub use super::client::{Client, Fault, GuestInterface, ResolveError, Resolver};
    pub use super::native::with_native_host;
    pub use super::provider::{LinkError, ProviderLinker, Provides};
}

pub use check::{Difference, MissingImport, Report};
pub use container::{Container, ContainerBuilder};
pub use error::{CallError, Error, Trap};
pub use image::{Image, Interfaces};
pub use registry::Registry;
