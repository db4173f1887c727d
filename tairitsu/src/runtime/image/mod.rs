//! From bytes to a component that can be run, and what that component says of itself.

mod arena;
mod bounds;
pub(crate) mod compare;
pub(crate) mod compatibility;
mod decode;
#[expect(clippy::module_inception, reason = "the room is named for the thing in it")]
pub(crate) mod image;
mod package_cycles;
mod wit_text;
