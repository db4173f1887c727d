//! A memory beside any instance: values of Rust, in the canonical ABI, on their way to and from values without types.

use super::guest_handle::Handle;
use crate::runtime::base::track::same_track;
use crate::runtime::base::value_error::ValueError;
use tairitsu_guest::abi::{AbiError, Buffer, Lift, Lower, Memory, Own, Plain, Resource, Shape, Sink, Source};
use tairitsu_guest::schema::Layout;

/// A memory of bytes with a value in it, and the handles that were lowered into it. A handle is the index among them.
#[derive(Default)]
pub(crate) struct Aside {
    pub(crate) bytes: Buffer,
    pub(crate) handles: Vec<Handle>,
    /// The address of the value.
    pub(crate) address: usize,
}

impl Aside {
    /// A memory with room for a value.
    pub(crate) fn with_room(layout: Layout) -> Result<Self, ValueError> {
        let mut aside = Self::default();
        aside.address = aside.bytes.allocate(layout).map_err(of_abi)?;
        Ok(aside)
    }

    /// Lowers a value.
    pub(crate) fn lower<T: ?Sized + Lower>(value: &T) -> Result<Self, ValueError> {
        let mut aside = Self::with_room(T::LAYOUT)?;
        let address = aside.address;
        value.store(&mut aside, address).map_err(of_abi)?;
        Ok(aside)
    }

    /// Lifts the value, which is of this type.
    pub(crate) fn lift<T: Lift>(mut self) -> Result<T, ValueError> {
        let address = self.address;
        T::load(&mut self, address).map_err(of_abi)
    }

    /// Keeps a handle. Returns its index.
    pub(crate) fn keep(&mut self, handle: Handle) -> u32 {
        self.handles.push(handle);
        self.handles.len() as u32 - 1
    }
}

/// The error of a value that Rust or WIT does not have.
pub(crate) fn of_abi(error: AbiError) -> ValueError {
    match error {
        AbiError::Conversion { expected, found } => ValueError::new(expected, found),
        error => ValueError::new("a value that both types have", format_args!("another one: {error}")),
    }
}

impl Memory for Aside {
    type Error = AbiError;

    fn fail(&self, error: AbiError) -> AbiError {
        error
    }
}

impl Sink for Aside {
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), AbiError> {
        self.bytes.write(address, bytes)
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize, AbiError> {
        self.bytes.allocate(layout)
    }

    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, AbiError> {
        self.bytes.lend(bytes, align)
    }

    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), AbiError> {
        self.bytes.lend_str(string)
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, AbiError> {
        let handle = Handle::of(own).ok_or(AbiError::Handle { resource: R::RESOURCE.name, found: None })?;
        Ok(self.keep(handle))
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, AbiError> {
        self.give_resource(own)
    }
}

impl Source for Aside {
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], AbiError> {
        self.bytes.read(address)
    }

    fn take_string(&mut self, address: usize, len: usize) -> Result<String, AbiError> {
        self.bytes.take_string(address, len)
    }

    fn take_plain<T: Lift>(&mut self, plain: Plain<T>, address: usize, len: usize) -> Result<Vec<T>, AbiError> {
        self.bytes.take_plain(plain, address, len)
    }

    fn check<T: Shape>(&mut self, address: usize, len: usize) -> Result<(), AbiError> {
        self.bytes.check::<T>(address, len)
    }

    fn free(&mut self, _: usize, _: Layout) {}

    fn take_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, AbiError> {
        let none = AbiError::Handle { resource: R::RESOURCE.name, found: Some(handle) };
        match self.handles.get(handle as usize) {
            Some(handle) if is_of::<R>(handle) => Ok(handle.own()),
            _ => Err(none),
        }
    }

    fn borrow_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, AbiError> {
        self.take_resource(handle)
    }
}

fn is_of<R: ?Sized + Resource>(handle: &Handle) -> bool {
    handle.resource().is_some_and(|resource| {
        *resource.name == *R::RESOURCE.name && same_track(&resource.interface, R::RESOURCE.home)
    })
}
