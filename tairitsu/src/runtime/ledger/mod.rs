//! The list of living containers, the events about them, and the metrics.

pub(crate) mod broadcast;
pub(crate) mod events;
pub(crate) mod handle;
pub(crate) mod info;
pub(crate) mod living;
pub(crate) mod meters;
pub(crate) mod names;
pub(crate) mod observe;
pub(crate) mod shared;
pub(crate) mod status;
mod sync;
#[cfg(feature = "async")]
pub(crate) mod targets;
pub(crate) mod waits;
pub(crate) mod wake;
