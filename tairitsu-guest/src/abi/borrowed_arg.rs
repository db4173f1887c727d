//! Strings and lists that a guest is passed by reference.

use super::{Lift, Shape, Source, load_pair};
use crate::schema::Layout;
use std::borrow::Borrow;
use std::ops::Deref;

/// A string or a list that a guest is passed by reference.
///
/// It is either lifted as any other value, or stays where the host has put it until the call is over. Code that kept it for
/// longer would read what the next call puts there. So the type crosses only as an [`Argument`] that generated code lifts,
/// and the guest's function gets a reference to it. It is no [`WitType`](super::WitType), so no signature can have it.
pub struct BorrowedArg<T: ?Sized + 'static, O>(Place<T, O>);

enum Place<T: ?Sized + 'static, O> {
    /// It lies where the host has put it.
    #[cfg_attr(not(any(target_family = "wasm", test)), expect(dead_code, reason = "only the guest's memory makes it"))]
    InPlace(&'static T),
    /// The guest owns it.
    Owned(O),
}

impl<T: ?Sized, O> BorrowedArg<T, O> {
    /// A value that the guest owns.
    #[inline]
    pub fn owned(value: O) -> Self {
        Self(Place::Owned(value))
    }

    /// A value that lies where the host has put it.
    ///
    /// # Safety
    /// - The value stays as it is for as long as the `BorrowedArg` lives, which may be shorter than `'static`.
    #[cfg(any(target_family = "wasm", test))]
    #[inline]
    pub(crate) unsafe fn in_place(value: &'static T) -> Self {
        Self(Place::InPlace(value))
    }
}

impl<T: ?Sized, O: Borrow<T>> Deref for BorrowedArg<T, O> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        let value = match &self.0 {
            Place::InPlace(value) => value,
            Place::Owned(owned) => owned.borrow(),
        };
        // SAFETY: no value is larger than `isize::MAX` bytes. So a caller that adds sizes up needs no code for an overflow.
        unsafe { std::hint::assert_unchecked(size_of_val(value) <= isize::MAX as usize) };
        value
    }
}

/// A type that a guest lifts an argument of an export as: every type that is lifted, and [`BorrowedArg`].
///
/// # Safety
/// - An implementation promises what one of [`Lift`] does.
/// - The two numbers are those of the type that crosses.
pub unsafe trait Argument: Sized {
    /// Size and alignment in linear memory, in bytes.
    const LAYOUT: Layout;

    /// How many core values one value becomes; 17 stands for more than 16.
    const FLAT: usize;

    /// Lifts from flat values.
    fn lift_arg<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error>;

    /// Lifts from memory at `address`, which is aligned for the type.
    fn load_arg<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error>;
}

// SAFETY: that of `T`.
unsafe impl<T: Lift> Argument for T {
    const LAYOUT: Layout = <T as Shape>::LAYOUT;
    const FLAT: usize = <T as Shape>::FLAT;

    #[inline(always)]
    fn lift_arg<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        T::lift(memory, flat)
    }

    #[inline(always)]
    fn load_arg<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        T::load(memory, address)
    }
}

// SAFETY: it borrows the one string that the pointer and the length describe.
unsafe impl Argument for BorrowedArg<str, String> {
    const LAYOUT: Layout = <String as Shape>::LAYOUT;
    const FLAT: usize = <String as Shape>::FLAT;

    #[inline]
    fn lift_arg<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        memory.borrow_string(flat[0] as u32 as usize, flat[1] as u32 as usize)
    }

    #[inline]
    fn load_arg<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let (pointer, len) = load_pair(memory, address)?;
        memory.borrow_string(pointer, len)
    }
}

// SAFETY: it borrows the one list that the pointer and the length describe, or lifts the list as a `Vec`.
unsafe impl<T: Lift> Argument for BorrowedArg<[T], Vec<T>> {
    const LAYOUT: Layout = <Vec<T> as Shape>::LAYOUT;
    const FLAT: usize = <Vec<T> as Shape>::FLAT;

    #[inline]
    fn lift_arg<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        match T::PLAIN {
            Some(plain) => memory.borrow_plain(plain, flat[0] as u32 as usize, flat[1] as u32 as usize),
            None => Vec::lift(memory, flat).map(BorrowedArg::owned),
        }
    }

    #[inline]
    fn load_arg<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        match T::PLAIN {
            Some(plain) => {
                let (pointer, len) = load_pair(memory, address)?;
                memory.borrow_plain(plain, pointer, len)
            }
            None => Vec::load(memory, address).map(BorrowedArg::owned),
        }
    }
}
