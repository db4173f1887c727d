//! WASI: linked to a container's grants, and bounded by a call's deadline.

mod blocking;
mod files_and_sockets;
pub(crate) mod preview2;
