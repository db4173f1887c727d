//! Values on their way into and out of the memory of an instance.

mod encodings;
pub(crate) mod handles;
pub(crate) mod memory;
pub(crate) mod tuple;
pub(crate) mod view;
