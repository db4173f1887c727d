//! The error of lifting and lowering.

use crate::schema::Type;
use std::fmt;

/// Why a value cannot be lifted or lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AbiError {
    /// Bytes outside the memory.
    OutOfBounds {
        /// The first byte's address.
        address: usize,
        /// How many bytes. `usize::MAX` if the product of item size and count overflows.
        len: usize,
        /// The memory's size in bytes.
        memory: usize,
    },
    /// An address that is not a multiple of the type's alignment.
    Unaligned {
        /// The address.
        address: usize,
        /// The alignment in bytes.
        align: usize,
    },
    /// A number that is not a Unicode scalar value.
    Char(u32),
    /// A discriminant that no case has.
    Discriminant {
        /// The variant.
        ty: Type,
        /// The discriminant.
        found: u32,
    },
    /// A string that is not UTF-8.
    Utf8 {
        /// How many bytes at its start are valid.
        valid_up_to: usize,
    },
    /// A string that is not UTF-16: one of a pair of surrogates stands alone.
    Utf16 {
        /// The surrogate.
        found: u16,
    },
    /// A list whose length differs from the array's.
    Length {
        /// The array's length.
        expected: usize,
        /// The list's length.
        found: usize,
    },
    /// A value that the WIT type has and the Rust type has not, or the other way round.
    Conversion {
        /// A description of the values that both types have.
        expected: &'static str,
        /// The value, as text.
        found: String,
    },
    /// A number that is no handle to such a resource, or a handle to a resource that cannot be lowered into this memory.
    Handle {
        /// The resource's name.
        resource: &'static str,
        /// The number that was lifted. `None` if a handle was to be lowered.
        found: Option<u32>,
    },
    /// A value of the type that crosses which has no counterpart in the type that is adapted to it.
    Adapted {
        /// The Rust type.
        ty: &'static str,
        /// The error of its conversion.
        message: String,
    },
}

impl fmt::Display for AbiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AbiError::OutOfBounds { address, len, memory } => {
                write!(f, "expected an address inside a memory of {memory} bytes, found {len} bytes at {address}")
            }
            AbiError::Unaligned { address, align } => {
                write!(f, "expected an address that is a multiple of {align}, found {address}")
            }
            AbiError::Char(found) => write!(f, "expected a Unicode scalar value, found {found:#x}"),
            AbiError::Discriminant { ty, found } => {
                write!(f, "expected the discriminant of a case of `{ty}`, found {found}")
            }
            AbiError::Length { expected, found } => write!(f, "expected a list of {expected} items, found {found}"),
            AbiError::Conversion { expected, found } => write!(f, "expected {expected}, found `{found}`"),
            AbiError::Adapted { ty, message } => write!(f, "expected a value that converts to `{ty}`: {message}"),
            AbiError::Handle { resource, found: Some(found) } => {
                write!(f, "expected a handle to a `{resource}`, found {found}")
            }
            AbiError::Handle { resource, found: None } => {
                write!(f, "expected a `{resource}` of this side, found a handle to a `{resource}` of the other side")
            }
            AbiError::Utf16 { found } => {
                write!(f, "expected a string in UTF-16, found a surrogate without its other half: {found:#x}")
            }
            AbiError::Utf8 { valid_up_to } => {
                write!(f, "expected a string in UTF-8, found a byte that is not, at {valid_up_to}")
            }
        }
    }
}

impl std::error::Error for AbiError {}
