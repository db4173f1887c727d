//! From bytes to a compiled component, with its imports and exports.

mod arena;
mod bounds;
pub(crate) mod contracts;
mod decode;
mod docs;
mod features;
#[expect(clippy::module_inception, reason = "the room is named for the thing in it")]
pub(crate) mod image;
pub(crate) mod mark;
pub(crate) mod names;
mod own_exports;
mod package_cycles;
mod sections;
pub(crate) mod wit_text;
