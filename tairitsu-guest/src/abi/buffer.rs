//! A linear memory that is a buffer of bytes, every access checked.

use super::{Lift, Memory, Plain};
use crate::schema::{Layout, Type, align_to};
use std::fmt;

/// What a lowered value has wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AbiError {
    /// Bytes outside the memory.
    OutOfBounds {
        /// The first byte's address.
        address: usize,
        /// How many bytes; saturated where the product of item size and count overflows.
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
    /// A number that is no Unicode scalar value.
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
        /// How many bytes at its start are.
        valid_up_to: usize,
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
            AbiError::Utf8 { valid_up_to } => {
                write!(f, "expected a string in UTF-8, found a byte that is not, at {valid_up_to}")
            }
        }
    }
}

impl std::error::Error for AbiError {}

/// A linear memory for lifting and lowering natively: it grows as values are lowered into it.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    /// An empty memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// A memory with these bytes in it.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn range(&self, address: usize, len: usize) -> Result<&[u8], AbiError> {
        address.checked_add(len).and_then(|end| self.bytes.get(address..end)).ok_or(AbiError::OutOfBounds {
            address,
            len,
            memory: self.bytes.len(),
        })
    }
}

impl Memory for Buffer {
    type Error = AbiError;

    fn fail(&self, error: AbiError) -> AbiError {
        error
    }

    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], AbiError> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.range(address, N)?);
        Ok(bytes)
    }

    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), AbiError> {
        self.range(address, N)?;
        self.bytes[address..address + N].copy_from_slice(&bytes);
        Ok(())
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize, AbiError> {
        let address = align_to(self.bytes.len(), layout.align);
        self.bytes.resize(address + layout.size, 0);
        Ok(address)
    }

    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, AbiError> {
        let address = self.allocate(Layout { size: bytes.len(), align })?;
        self.bytes[address..].copy_from_slice(bytes);
        Ok(address)
    }

    fn take_string(&mut self, address: usize, len: usize) -> Result<String, AbiError> {
        let bytes = self.range(address, len)?;
        match std::str::from_utf8(bytes) {
            Ok(s) => Ok(s.to_string()),
            Err(error) => Err(AbiError::Utf8 { valid_up_to: error.valid_up_to() }),
        }
    }

    fn take_plain<T: Lift>(&mut self, _: Plain, address: usize, len: usize) -> Result<Vec<T>, AbiError> {
        self.check(address, T::LAYOUT, len)?;
        (0..len).map(|i| T::load(self, address + i * T::LAYOUT.size)).collect()
    }

    fn check(&self, address: usize, layout: Layout, len: usize) -> Result<(), AbiError> {
        if !address.is_multiple_of(layout.align) {
            return Err(AbiError::Unaligned { address, align: layout.align });
        }
        self.range(address, layout.size.saturating_mul(len)).map(|_| ())
    }

    fn free(&mut self, _: usize, _: Layout) {}
}
