//! The const model of an interface: the macros emit it, and the compiler composes it.
//!
//! A macro sees tokens and never types. So it emits constants that name `<T as WitType>::TYPE`, and rustc resolves
//! aliases, generics and the types of other crates. The model is plain data in `&'static` memory. Every derived fact
//! (a layout, a flattening, the binary section) is a `const fn` over this data.
//!
//! - `types`, `interface`: the model itself.
//! - `layout`, `flatten`, `hash`: facts about a type. Each named type computes them once, where it is declared.
//! - `encode`: the `component-type` section. `text`: the WIT text.
//! - `growth`: what came in a later version of a contract, and the checks of its defaults.
//! - `id`: the id of an interface, taken apart. `generic_name`: the WIT names of generic types.

mod encode;
mod flatten;
mod generic_name;
mod growth;
mod hash;
mod id;
mod interface;
mod layout;
mod text;
mod types;

pub use encode::{check, encode, measure};
pub use flatten::{Core, Flat, MAX_FLAT_PARAMS, Signature};
pub use generic_name::GenericName;
#[doc(hidden)]
pub use growth::Literal;
pub use id::InterfaceId;
pub use interface::{Function, Interface, Param, Role};
pub use layout::{Layout, align_to, discriminant_size};
pub use text::is_keyword;
pub use types::{Enum, Field, Flags, Record, Resource, Type, Variant};
