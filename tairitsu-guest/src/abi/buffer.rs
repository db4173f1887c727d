//! A linear memory that is a buffer of bytes. Every access is checked.

use super::{AbiError, Lift, Memory, Own, Plain, Resource, Shape, Sink, Source};
use crate::schema::{Layout, align_to};
use std::any::Any;
use std::sync::Arc;

/// A linear memory for lifting and lowering natively. It grows as values are lowered into it.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    /// An `Arc<R>` for each resource that was lowered. A handle is the index in this list.
    resources: Vec<Box<dyn Any + Send + Sync>>,
}

impl Buffer {
    /// An empty memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// A memory with these bytes in it.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, resources: Vec::new() }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Memory for Buffer {
    type Error = AbiError;

    fn fail(&self, error: AbiError) -> AbiError {
        error
    }
}

impl Sink for Buffer {
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), AbiError> {
        range(&self.bytes, address, N)?;
        self.bytes[address..address + N].copy_from_slice(&bytes);
        Ok(())
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize, AbiError> {
        let address = align_to(self.bytes.len(), layout.align);
        let end = address.checked_add(layout.size).filter(|end| *end <= isize::MAX as usize);
        let full = AbiError::OutOfBounds { address, len: layout.size, memory: self.bytes.len() };
        self.bytes.resize(end.ok_or(full)?, 0);
        Ok(address)
    }

    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, AbiError> {
        let address = self.allocate(Layout { size: bytes.len(), align })?;
        self.bytes[address..].copy_from_slice(bytes);
        Ok(address)
    }

    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), AbiError> {
        Ok((self.lend(string.as_bytes(), 1)?, string.len()))
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, AbiError> {
        let value = own.try_value().ok_or(AbiError::Handle { resource: R::RESOURCE.name, found: None })?;
        self.resources.push(Box::new(value));
        Ok(self.resources.len() as u32 - 1)
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, AbiError> {
        self.give_resource(own)
    }
}

impl Source for Buffer {
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], AbiError> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(range(&self.bytes, address, N)?);
        Ok(bytes)
    }

    fn take_string(&mut self, address: usize, len: usize) -> Result<String, AbiError> {
        let bytes = range(&self.bytes, address, len)?;
        match std::str::from_utf8(bytes) {
            Ok(s) => Ok(s.to_string()),
            Err(error) => Err(AbiError::Utf8 { valid_up_to: error.valid_up_to() }),
        }
    }

    fn take_plain<T: Lift>(&mut self, _: Plain<T>, address: usize, len: usize) -> Result<Vec<T>, AbiError> {
        self.check::<T>(address, len)?;
        (0..len).map(|i| T::load(self, address + i * T::LAYOUT.size)).collect()
    }

    fn check<T: Shape>(&mut self, address: usize, len: usize) -> Result<(), AbiError> {
        check_list(&self.bytes, address, T::LAYOUT, len).map(|_| ())
    }

    fn free(&mut self, _: usize, _: Layout) {}

    fn take_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, AbiError> {
        let value = self.resources.get(handle as usize).and_then(|value| value.downcast_ref::<Arc<R>>());
        let value = value.ok_or(AbiError::Handle { resource: R::RESOURCE.name, found: Some(handle) })?;
        Ok(value.clone().into())
    }

    fn borrow_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, AbiError> {
        self.take_resource(handle)
    }
}

/// The bytes of a list of `len` items.
///
/// # Errors
/// - [`AbiError::Unaligned`] if the address is not aligned for the items.
/// - [`AbiError::OutOfBounds`] if the list does not lie inside the memory.
pub fn check_list(memory: &[u8], address: usize, layout: Layout, len: usize) -> Result<&[u8], AbiError> {
    if !address.is_multiple_of(layout.align) {
        return Err(AbiError::Unaligned { address, align: layout.align });
    }
    range(memory, address, layout.size.saturating_mul(len))
}

/// The `len` bytes at an address.
///
/// # Errors
/// - [`AbiError::OutOfBounds`] if they do not lie inside the memory.
pub fn range(memory: &[u8], address: usize, len: usize) -> Result<&[u8], AbiError> {
    address.checked_add(len).and_then(|end| memory.get(address..end)).ok_or(AbiError::OutOfBounds {
        address,
        len,
        memory: memory.len(),
    })
}
