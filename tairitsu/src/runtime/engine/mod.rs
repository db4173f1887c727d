//! What all images and containers of a registry share: the engine, its clock, its places for instances, its cache.

pub(crate) mod allocator;
pub(crate) mod artefact;
pub(crate) mod cache;
pub(crate) mod machine;
pub(crate) mod ticker;
