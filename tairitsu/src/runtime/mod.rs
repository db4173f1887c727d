//! The native runtime: registry, image, container.

mod arena;
mod artefact;
#[cfg(feature = "async")]
mod asynchronous;
mod broadcast;
mod cache;
mod carrier;
mod check;
mod client;
mod compatibility;
mod container;
mod core_host;
mod defaults;
mod error;
mod events;
mod handle;
mod hmac;
mod image;
mod in_place;
mod info;
mod life;
mod limits;
mod link;
mod machine;
mod memory;
#[cfg(feature = "metrics")]
mod meters;
mod names;
mod native;
mod nesting;
mod observe;
#[cfg(feature = "wasi")]
mod output;
mod packages;
mod policy;
mod pool;
mod provider;
mod reference;
mod registry;
mod resolution;
mod restart;
mod roster;
mod state;
mod sync;
mod template;
mod ticker;
mod typed;
mod warm;
#[cfg(feature = "wasi")]
mod wasi;
#[cfg(feature = "wasi")]
mod wasi_io;
mod watch;

/// What generated code names.
pub(crate) mod generated {
    #[cfg(feature = "async")]
    pub use super::client::{AsyncGuestInterface, Calling};
    pub use super::client::{Client, Fault, GuestInterface, ResolveError, Resolver};
    pub use super::defaults::Defaults;
    pub use super::handle::{ProvidesResource, ResourceOf};
    pub use super::in_place::InPlace;
    pub use super::link::IsPeer;
    pub use super::native::{Exports, NativeExport, with_native_host};
    pub use super::provider::{LinkError, ProviderLinker, Provides};
    pub use super::typed::{NoProvided, NoTyped, Provided, Typed};
}

#[cfg(feature = "async")]
pub use asynchronous::{AsyncContainer, AsyncTemplate};
pub use cache::{Cache, CacheStats};
pub use check::{Difference, MissingImport, Report};
pub use compatibility::Compatibility;
pub use container::Container;
pub use error::{CallError, Error, Trap};
pub use events::{Event, Events, Subject};
pub use handle::{BadHandle, Leaks};
pub use image::{Image, Interfaces};
pub use info::{ContainerInfo, Ending, Handle};
pub use life::Status;
pub use limits::Limits;
pub use link::{SharedContainer, SharedContainerGuard};
pub use native::NativeBuilder;
#[cfg(feature = "wasi")]
pub use output::Output;
pub use policy::{OnDenied, Policy};
pub use reference::Reference;
pub use registry::{Registry, RegistryBuilder};
pub use restart::RestartPolicy;
pub use template::{ContainerBuilder, Template};
pub use warm::{Pool, PoolStats};
#[cfg(feature = "wasi")]
pub use wasi::Wasi;
