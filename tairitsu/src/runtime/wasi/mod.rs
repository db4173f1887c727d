//! WASI: linked to a container's grants, and bounded by a call's deadline.

mod blocking;
pub(crate) mod preview2;
