//! What all containers of one template run under.

use super::room::Arena;
use crate::runtime::base::limits::Limits;
use crate::runtime::engine::machine::Machine;
use std::sync::Arc;

/// What all containers of one template run under.
pub(crate) struct Terms {
    pub(crate) machine: Arc<Machine>,
    pub(crate) limits: Limits,
    /// Where the image's instances look for their room.
    pub(crate) arena: Arena,
    /// What is granted, where the image imports WASI.
    #[cfg(feature = "wasi")]
    pub(crate) wasi: Option<super::grants::Wasi>,
}
