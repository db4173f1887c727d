//! Strings and lists that a guest is passed by reference.

use super::{Lift, Source, WitType, load_pair};
use crate::schema::Type;
use std::borrow::Borrow;
use std::convert::Infallible;
use std::ops::Deref;

/// A string or a list that a guest is passed by reference.
///
/// It is either lifted as any other value, or stays where the host has put it until the call is over. No code keeps it for
/// longer, since the guest's function gets a reference to this value.
pub enum BorrowedArg<T: ?Sized + 'static, O> {
    /// It lies where the host has put it.
    InPlace(&'static T),
    /// The guest owns it.
    Owned(O),
}

impl<T: ?Sized, O: Borrow<T>> Deref for BorrowedArg<T, O> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        let value = match self {
            BorrowedArg::InPlace(value) => value,
            BorrowedArg::Owned(owned) => owned.borrow(),
        };
        // SAFETY: no value is larger than `isize::MAX` bytes. So a caller that adds sizes up needs no code for an overflow.
        unsafe { std::hint::assert_unchecked(size_of_val(value) <= isize::MAX as usize) };
        value
    }
}

impl WitType for BorrowedArg<str, String> {
    const TYPE: Type = Type::String;
    type Ok = Self;
    type Err = Infallible;

    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl Lift for BorrowedArg<str, String> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        memory.borrow_string(flat[0] as u32 as usize, flat[1] as u32 as usize)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let (pointer, len) = load_pair(memory, address)?;
        memory.borrow_string(pointer, len)
    }
}

impl<T: WitType> WitType for BorrowedArg<[T], Vec<T>> {
    const TYPE: Type = Vec::<T>::TYPE;
    type Ok = Self;
    type Err = Infallible;

    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl<T: Lift> Lift for BorrowedArg<[T], Vec<T>> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        match T::PLAIN {
            Some(plain) => memory.borrow_plain(plain, flat[0] as u32 as usize, flat[1] as u32 as usize),
            None => Vec::lift(memory, flat).map(BorrowedArg::Owned),
        }
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        match T::PLAIN {
            Some(plain) => {
                let (pointer, len) = load_pair(memory, address)?;
                memory.borrow_plain(plain, pointer, len)
            }
            None => Vec::load(memory, address).map(BorrowedArg::Owned),
        }
    }
}
