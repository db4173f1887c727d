//! The data of one running instance: its providers, its resources, its arena, its grants, its time.

#[cfg(feature = "wasi")]
pub(crate) mod grants;
#[cfg(feature = "wasi")]
pub(crate) mod output;
pub(crate) mod quota;
pub(crate) mod resolution;
pub(crate) mod resources;
pub(crate) mod room;
pub(crate) mod slot;
pub(crate) mod stack;
pub(crate) mod state;
pub(crate) mod terms;
pub(crate) mod time;
pub(crate) mod watch;
