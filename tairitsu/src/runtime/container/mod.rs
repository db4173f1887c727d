//! The types that a user holds and starts: registries, templates, containers, pools and links.

#[cfg(feature = "async")]
pub(crate) mod async_container;
#[cfg(feature = "async")]
pub(crate) mod async_pool;
#[cfg(feature = "async")]
pub(crate) mod async_shared;
pub(crate) mod builder;
mod by_name;
mod common;
#[expect(clippy::module_inception, reason = "the room is named for the thing in it")]
pub(crate) mod container;
mod imports;
pub(crate) mod link;
pub(crate) mod native;
pub(crate) mod pool;
pub(crate) mod registry;
pub(crate) mod template;
mod untyped;
mod warm;
