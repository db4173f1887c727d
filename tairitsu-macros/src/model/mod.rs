//! What an annotated item says, read from its syntax.
//!
//! The original tokens are kept: the user's trait, type or impl goes out as it came in, but for the helper
//! attributes.

mod block;
mod flags;
mod interface;
mod module;
mod resource;
mod types;

pub(crate) use block::InherentImpl;
pub(crate) use flags::FlagsDef;
pub(crate) use interface::{Function, Interface, Param, ParamKind, Receiver, What, result_parts};
pub(crate) use module::TypesModule;
pub(crate) use resource::{Makes, Resource};
pub(crate) use types::{Case, Kind, TypeDef};

/// Which side provides the functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The guest exports, the host calls.
    Guest,
    /// The host provides, the guest calls.
    Host,
}

impl Side {
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Side::Guest => "#[tairitsu::guest]",
            Side::Host => "#[tairitsu::host]",
        }
    }

    /// The side as an argument names it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Side::Guest => "guest",
            Side::Host => "host",
        }
    }
}
