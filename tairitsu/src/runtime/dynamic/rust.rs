//! Values of Rust types, and back. Both ways lead through the canonical ABI, in a memory of their own.

use super::lift::{self, ValueSource};
use super::lower::{self, ValueSink};
use super::of_schema;
use super::value::Value;
use super::value_type::ValueType;
use crate::runtime::base::value_error::ValueError;
use crate::runtime::values::aside::{Aside, of_abi};
use crate::runtime::values::guest_handle::Handle;
use tairitsu_guest::abi::{AbiError, Lift, Lower, check_list};
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
        Value::from_aside(&ty, Aside::lower(value)?)
    }

    /// The Rust value of this value.
    ///
    /// # Errors
    ///
    /// - If the value is not of the type that `T` has in WIT.
    /// - If a conversion of `#[wit(as = ..)]` fails.
    /// - If a handle in it is of another resource.
    pub fn to_rust<T: Lift>(&self) -> Result<T, ValueError> {
        let aside = match of_schema::value_type(&T::TYPE) {
            Some(ty) => {
                ty.check(self)?;
                self.to_aside(&ty)?
            }
            None => Aside::default(),
        };
        aside.lift()
    }

    /// The value in a memory, which is of this type.
    pub(crate) fn from_aside(ty: &ValueType, mut aside: Aside) -> Result<Self, ValueError> {
        let address = aside.address;
        lift::load(ty, (), &mut aside, address).map_err(of_abi)
    }

    /// Lowers the value, which is of this type.
    pub(crate) fn to_aside(&self, ty: &ValueType) -> Result<Aside, ValueError> {
        let mut aside = Aside::with_room(ty.size().layout)?;
        let address = aside.address;
        lower::store(ty, (), self, &mut aside, address).map_err(of_abi)?;
        Ok(aside)
    }
}

impl ValueSink for Aside {
    type Found = ();

    fn part(&self, (): (), _: usize) {}

    fn put(&mut self, handle: &Handle, (): ()) -> Result<u32, AbiError> {
        Ok(self.keep(handle.clone()))
    }
}

impl ValueSource for Aside {
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
