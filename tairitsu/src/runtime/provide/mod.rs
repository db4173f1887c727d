//! The host's side of a guest's call: providers, and how their functions are linked.

pub(crate) mod cast;
pub(crate) mod core_host;
pub(crate) mod descriptors;
pub(crate) mod function;
pub(crate) mod linker;
pub(crate) mod provides;
pub(crate) mod served;
pub(crate) mod source;
