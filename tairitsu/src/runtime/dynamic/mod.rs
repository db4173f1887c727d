//! Values without types: for commands, JSON, and everything else that has no Rust type at hand.
//!
//! - `value`, `value_type`: the values, and their types with their layouts. `check`: whether a value is of a type.
//! - `of_wit`, `of_component`, `of_schema`: the types of an image, of a running component, and of Rust.
//! - `lower`, `lift`: the canonical ABI over any memory, led by a type. `carrier`: values on their way through wasmtime.
//! - `provider`: providers without types. `imported`: their arguments and results on the way through wasmtime.
//! - `function`, `lookup`: the functions of an image, and how a name finds one. `call`: the call of a function.
//! - `native`: the calls of native guests.
//! - `text`: values as WAVE and as JSON, and their schemas. `nearest`: the name that a wrong one was meant to be.
//! - `resource`, `resource_type`, `handles`: handles, and whether a guest can be given them. `rust`: values of Rust types and back.

pub(super) mod call;
mod carrier;
pub(super) mod check;
pub(super) mod function;
pub(super) mod handles;
mod imported;
mod lift;
mod lookup;
mod lower;
pub(super) mod native;
mod nearest;
mod of_component;
pub(super) mod of_schema;
pub(super) mod of_wit;
pub(super) mod provider;
mod rust;
mod text;
pub(super) mod value;
pub(super) mod value_type;
