//! Which containers live, what is told of them, and what is counted.

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
