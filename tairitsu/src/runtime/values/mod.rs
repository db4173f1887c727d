//! Values on their way through the memory of an instance.

pub(crate) mod handles;
pub(crate) mod memory;
pub(crate) mod tuple;
pub(crate) mod view;
