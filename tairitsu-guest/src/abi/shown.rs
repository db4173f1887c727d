//! Strings and lists that came by reference.

use super::{Lift, Source, WitType, load_pair};
use crate::schema::Type;
use std::borrow::Borrow;
use std::convert::Infallible;
use std::ops::Deref;

/// A string or a list that a guest was passed by reference: its own, as any that is lifted, or one that is where the host has put it,
/// for as long as the call takes. Nobody has it for longer: what the guest's function gets is a reference to this.
pub enum Shown<T: ?Sized + 'static, O> {
    /// Where the host has put it.
    There(&'static T),
    /// The guest's own.
    Own(O),
}

impl<T: ?Sized, O: Borrow<T>> Deref for Shown<T, O> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        let shown = match self {
            Shown::There(shown) => shown,
            Shown::Own(own) => own.borrow(),
        };
        // SAFETY: no value is larger. Who adds such sizes up needs no code for a sum that wraps.
        unsafe { std::hint::assert_unchecked(size_of_val(shown) <= isize::MAX as usize) };
        shown
    }
}

impl WitType for Shown<str, String> {
    const TYPE: Type = Type::String;
    type Ok = Self;
    type Err = Infallible;

    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl Lift for Shown<str, String> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        memory.show_string(flat[0] as u32 as usize, flat[1] as u32 as usize)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let (pointer, len) = load_pair(memory, address)?;
        memory.show_string(pointer, len)
    }
}

impl<T: WitType> WitType for Shown<[T], Vec<T>> {
    const TYPE: Type = Vec::<T>::TYPE;
    type Ok = Self;
    type Err = Infallible;

    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl<T: Lift> Lift for Shown<[T], Vec<T>> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        match T::PLAIN {
            Some(plain) => memory.show_plain(plain, flat[0] as u32 as usize, flat[1] as u32 as usize),
            None => Vec::lift(memory, flat).map(Shown::Own),
        }
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        match T::PLAIN {
            Some(plain) => {
                let (pointer, len) = load_pair(memory, address)?;
                memory.show_plain(plain, pointer, len)
            }
            None => Vec::load(memory, address).map(Shown::Own),
        }
    }
}
