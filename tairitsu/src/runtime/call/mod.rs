//! How a call reaches a guest: through the functions of an instance, or through native code.

pub(crate) mod client;
pub(crate) mod defaults;
pub(crate) mod fault;
pub(crate) mod interface;
pub(crate) mod native_guest;
pub(crate) mod native_host;
pub(crate) mod native_template;
mod noted_panic;
pub(crate) mod typed;
