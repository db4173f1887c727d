//! The settings that all containers of one template share.

use super::room::Arena;
use crate::runtime::base::limits::Limits;
use crate::runtime::engine::machine::Machine;
use std::sync::Arc;

/// The settings that all containers of one template share.
pub(crate) struct Terms {
    pub(crate) machine: Arc<Machine>,
    pub(crate) limits: Limits,
    /// Where the image's instances look for their arena.
    pub(crate) arena: Arena,
    /// The grants, if the image imports WASI.
    #[cfg(feature = "wasi")]
    pub(crate) wasi: Option<super::grants::Wasi>,
}
