//! Values on their way into and out of the memory of an instance.

pub(crate) mod aside;
mod encodings;
pub(crate) mod guest_handle;
pub(crate) mod handles;
pub(crate) mod memory;
pub(crate) mod resource_type;
pub(crate) mod tuple;
pub(crate) mod view;
