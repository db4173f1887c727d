//! The model: the contract that an annotated item declares, read from its syntax.
//!
//! Every rule about syntax is checked here, and every error goes to [`crate::diag::Ctxt`]. The original tokens are
//! kept. The user's trait, type or impl is emitted as it was written, without the helper attributes.

mod cycles;
mod flags;
mod function;
mod growth;
mod inherent_impl;
mod interface;
mod naming;
mod resource;
mod syntax;
mod types;
mod types_module;

pub(crate) use flags::FlagsDef;
pub(crate) use function::{Adapted, AdaptedResult, Function, Param, ParamKind, Receiver, ReturnsSelf};
pub(crate) use growth::{FieldDefault, Growth, Mark};
pub(crate) use inherent_impl::InherentImpl;
pub(crate) use interface::{Interface, InterfaceKind};
pub(crate) use resource::Resource;
pub(crate) use types::{Case, Field, Itself, Payload, TypeDef, TypeKind};
pub(crate) use types_module::TypesModule;
