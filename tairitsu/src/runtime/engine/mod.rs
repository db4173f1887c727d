//! The state that all images and containers of a registry share: the engine, its clock, its pool, its cache.

pub(crate) mod allocator;
pub(crate) mod artefact;
pub(crate) mod cache;
pub(crate) mod features;
pub(crate) mod machine;
pub(crate) mod ticker;
