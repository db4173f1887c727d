//! Linear memories as lifting and lowering see them.

use super::{AbiError, BorrowedArg, Lift, Own, Plain, Resource, Shape};
use crate::schema::Layout;

/// A linear memory, as far as lifting and lowering treat it alike: how a bad access or value is reported.
pub trait Memory {
    /// The error for a bad access or value. In a guest this type has no values, since the guest traps or panics.
    type Error;

    /// How many items of a list come between two calls of [`Memory::pace`]. A memory that has no deadline takes them all at
    /// once, so that no code counts the batches.
    const BATCH: usize = BATCH;

    /// Makes the error for a lowered form that is invalid.
    fn fail(&self, error: AbiError) -> Self::Error;

    /// Makes the error for a value that one side's type has and the other side's type has not.
    fn reject(&self, error: AbiError) -> Self::Error {
        self.fail(error)
    }

    /// Announces that so many items of a list come next, at most [`Memory::BATCH`] of them. A memory whose work has a deadline
    /// looks at it here.
    #[inline(always)]
    fn pace(&mut self, items: usize) -> Result<(), Self::Error> {
        let _ = items;
        Ok(())
    }
}

/// How many items of a list are lifted or lowered between two looks at a deadline.
pub const BATCH: usize = 1024;

/// A linear memory that values are lowered into. Addresses are byte offsets into it.
///
/// Only an implementation of [`Lower`](super::Lower), which is an unsafe trait, is passed the memory of a guest. So the
/// functions here are safe.
pub trait Sink: Memory {
    /// Writes `N` bytes to an address in allocated memory.
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), Self::Error>;

    /// Allocates memory, which stays allocated until the call is over.
    fn allocate(&mut self, layout: Layout) -> Result<usize, Self::Error>;

    /// Makes bytes of the lowering side readable for the other side, aligned to `align`. Returns their address.
    ///
    /// The bytes stay as they are until the call is over.
    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, Self::Error>;

    /// Makes a string readable for the other side, in the other side's encoding. Returns its address, and its length in
    /// units of that encoding.
    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), Self::Error>;

    /// Announces that items follow, for the memory that was just allocated for them.
    ///
    /// [`Sink::end_items`] follows the last item. The items' own lists are lowered in between. A memory whose single
    /// writes are expensive can collect the items, and write them at once.
    #[inline(always)]
    fn begin_items(&mut self, address: usize, size: usize) -> Outer {
        let _ = (address, size);
        Outer::default()
    }

    /// Ends the items of a list. `outer` is the list around it, which [`Sink::begin_items`] has returned.
    #[inline(always)]
    fn end_items(&mut self, outer: Outer) -> Result<(), Self::Error> {
        let _ = outer;
        Ok(())
    }

    /// The same as [`Sink::lend`], for bytes that may be freed before the call is over. So a memory that lends without a
    /// copy has to copy here.
    fn copy(&mut self, bytes: &[u8], align: usize) -> Result<usize, Self::Error> {
        self.lend(bytes, align)
    }

    /// The same as [`Sink::lend_str`], for a string that may be freed before the call is over.
    fn copy_str(&mut self, string: &str) -> Result<(usize, usize), Self::Error> {
        self.lend_str(string)
    }

    /// Makes a handle that gives a resource away.
    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Self::Error>;

    /// Makes a handle that lends a resource until the call is over.
    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Self::Error>;
}

/// The list around the list whose items are being written. A memory that collects items returns to it afterwards.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outer {
    /// The place of its items among the collected ones.
    pub start: usize,
    /// The address that its items are written to.
    pub address: usize,
}

/// A memory for a value that is dropped as soon as it is lowered. It copies the value's strings and lists, and lends none.
pub struct Copying<'m, M>(pub &'m mut M);

impl<M: Memory> Memory for Copying<'_, M> {
    type Error = M::Error;
    const BATCH: usize = M::BATCH;

    fn fail(&self, error: AbiError) -> M::Error {
        self.0.fail(error)
    }

    fn reject(&self, error: AbiError) -> M::Error {
        self.0.reject(error)
    }

    #[inline(always)]
    fn pace(&mut self, items: usize) -> Result<(), M::Error> {
        self.0.pace(items)
    }
}

impl<M: Sink> Sink for Copying<'_, M> {
    #[inline(always)]
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), M::Error> {
        self.0.write(address, bytes)
    }

    #[inline]
    fn allocate(&mut self, layout: Layout) -> Result<usize, M::Error> {
        self.0.allocate(layout)
    }

    #[inline(always)]
    fn begin_items(&mut self, address: usize, size: usize) -> Outer {
        self.0.begin_items(address, size)
    }

    #[inline(always)]
    fn end_items(&mut self, outer: Outer) -> Result<(), Self::Error> {
        self.0.end_items(outer)
    }

    #[inline]
    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, M::Error> {
        self.0.copy(bytes, align)
    }

    #[inline]
    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), M::Error> {
        self.0.copy_str(string)
    }

    #[inline]
    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, M::Error> {
        self.0.give_resource(own)
    }

    #[inline]
    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, M::Error> {
        self.0.lend_resource(own)
    }
}

/// A linear memory that values are lifted out of. Addresses are byte offsets into it.
///
/// Only an implementation of [`Lift`], which is an unsafe trait, is passed the memory of a guest. So the functions here are
/// safe.
pub trait Source: Memory {
    /// Reads `N` bytes.
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], Self::Error>;

    /// Takes a string of `len` units of the other side's encoding, which the other side has allocated.
    fn take_string(&mut self, address: usize, len: usize) -> Result<String, Self::Error>;

    /// Takes a list of `len` plain items, which the other side has allocated.
    fn take_plain<T: Lift>(&mut self, plain: Plain<T>, address: usize, len: usize) -> Result<Vec<T>, Self::Error>;

    /// The same as [`Source::take_string`], for a string that is passed by reference and so need not be taken.
    #[inline]
    fn borrow_string(&mut self, address: usize, len: usize) -> Result<BorrowedArg<str, String>, Self::Error> {
        self.take_string(address, len).map(BorrowedArg::owned)
    }

    /// The same as [`Source::take_plain`], for a list that is passed by reference and so need not be taken.
    #[inline]
    fn borrow_plain<T: Lift>(
        &mut self,
        plain: Plain<T>,
        address: usize,
        len: usize,
    ) -> Result<BorrowedArg<[T], Vec<T>>, Self::Error> {
        self.take_plain(plain, address, len).map(BorrowedArg::owned)
    }

    /// Checks that a list is aligned and lies inside the memory. It is called before the first item is read.
    fn check<T: Shape>(&mut self, address: usize, len: usize) -> Result<(), Self::Error>;

    /// Frees memory that the other side has allocated, after the value there was lifted.
    fn free(&mut self, address: usize, layout: Layout);

    /// Takes a resource that the other side gives away.
    fn take_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Self::Error>;

    /// Borrows a resource that the other side lends until the call is over.
    fn borrow_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Self::Error>;
}
