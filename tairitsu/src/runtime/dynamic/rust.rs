//! Values of Rust types, and back. Both ways lead through the canonical ABI, in a memory of their own.

use super::lift::{self, ValueSource};
use super::lower::{self, ValueSink};
use super::of_schema;
use super::resource::Handle;
use super::value::Value;
use crate::runtime::base::track::same_track;
use crate::runtime::base::value_error::ValueError;
use tairitsu_guest::abi::{
    AbiError, Buffer, Lift, Lower, Memory, Own, Plain, Resource, Shape, Sink, Source, check_list,
};
use tairitsu_guest::schema::Layout;

impl Value {
    /// The value of a Rust value, which has a WIT type. `()` is the empty tuple.
    ///
    /// ```
    /// use tairitsu::Value;
    ///
    /// let value = Value::from_rust(&Some(vec![1u8, 2])).unwrap();
    /// assert_eq!(value, Value::some(vec![1u8, 2]));
    /// assert_eq!(value.to_rust::<Option<Vec<u8>>>().unwrap(), Some(vec![1, 2]));
    /// ```
    ///
    /// # Errors
    ///
    /// - If a conversion of `#[wit(as = ..)]` fails.
    /// - If a resource in it is not a guest's.
    pub fn from_rust<T: ?Sized + Lower>(value: &T) -> Result<Self, ValueError> {
        let Some(ty) = of_schema::value_type(&T::TYPE) else { return Ok(Value::Tuple(Vec::new())) };
        let mut memory = Room::default();
        let address = memory.allocate(T::LAYOUT).map_err(of_abi)?;
        value.store(&mut memory, address).map_err(of_abi)?;
        lift::load(&ty, (), &mut memory, address).map_err(of_abi)
    }

    /// The Rust value of this value.
    ///
    /// # Errors
    ///
    /// - If the value is not of the type that `T` has in WIT.
    /// - If a conversion of `#[wit(as = ..)]` fails.
    /// - If a handle in it is of another resource.
    pub fn to_rust<T: Lift>(&self) -> Result<T, ValueError> {
        let mut memory = Room::default();
        let address = memory.allocate(T::LAYOUT).map_err(of_abi)?;
        if let Some(ty) = of_schema::value_type(&T::TYPE) {
            ty.check(self)?;
            lower::store(&ty, (), self, &mut memory, address).map_err(of_abi)?;
        }
        T::load(&mut memory, address).map_err(of_abi)
    }
}

/// The error of a value that Rust or WIT does not have.
fn of_abi(error: AbiError) -> ValueError {
    match error {
        AbiError::Conversion { expected, found } => ValueError::new(expected, found),
        error => ValueError::new("a value that both types have", format_args!("another one: {error}")),
    }
}

/// A memory of bytes, and the handles that were lowered into it. A handle is the index among them.
#[derive(Default)]
struct Room {
    bytes: Buffer,
    handles: Vec<Handle>,
}

impl Room {
    fn keep(&mut self, handle: Handle) -> u32 {
        self.handles.push(handle);
        self.handles.len() as u32 - 1
    }
}

impl Memory for Room {
    type Error = AbiError;

    fn fail(&self, error: AbiError) -> AbiError {
        error
    }
}

impl Sink for Room {
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

impl ValueSink for Room {
    type Found = ();

    fn part(&self, (): (), _: usize) {}

    fn put(&mut self, handle: &Handle, (): ()) -> Result<u32, AbiError> {
        Ok(self.keep(handle.clone()))
    }
}

impl Source for Room {
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

impl ValueSource for Room {
    type Found = ();

    fn part(&self, (): (), _: usize) {}

    fn take(&mut self, handle: u32, (): ()) -> Result<Handle, AbiError> {
        let none = AbiError::Handle { resource: "resource", found: Some(handle) };
        self.handles.get(handle as usize).cloned().ok_or(none)
    }

    fn check_items(&mut self, address: usize, len: usize, layout: Layout, _: usize) -> Result<(), AbiError> {
        check_list(self.bytes.bytes(), address, layout, len).map(|_| ())
    }
}
