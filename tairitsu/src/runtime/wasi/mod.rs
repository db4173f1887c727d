//! WASI, linked to what a container is granted and bounded by its deadline.

mod blocking;
pub(crate) mod preview2;
