//! A call of one of the guest's exports: its arguments and its result.

use super::Area;
use super::guest_sink::{GuestMemory, NoMemory};
use super::guest_source::GuestSource;
use crate::abi::{Argument, Lower, Shape, Source};
use crate::schema::{Layout, MAX_FLAT_PARAMS, align_to};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// The arguments of a call of an export, lifted one by one.
///
/// `INDIRECT` says whether they came through memory. It is a constant, so that each export is compiled for one way only.
pub struct Args<'s, const INDIRECT: bool> {
    flat: &'s [u64; MAX_FLAT_PARAMS],
    at: usize,
}

impl<'s, const INDIRECT: bool> Args<'s, INDIRECT> {
    /// The arguments in these slots.
    #[inline(always)]
    pub fn new(flat: &'s [u64; MAX_FLAT_PARAMS]) -> Self {
        Self { flat, at: 0 }
    }

    /// Lifts the next argument.
    ///
    /// # Safety
    /// - The host has passed the slots to an export, whose next argument crosses as a `T`. No argument is lifted twice.
    /// - The value is dropped before the export returns, if it is a [`BorrowedArg`](crate::abi::BorrowedArg).
    #[inline(always)]
    pub unsafe fn take<T: Argument>(&mut self) -> T {
        let memory = &mut GuestSource;
        if const { INDIRECT } {
            let at = align_to(self.at, T::LAYOUT.align);
            self.at = at + T::LAYOUT.size;
            let Ok(value) = T::load_arg(memory, self.flat[0] as usize + at);
            value
        } else {
            let at = self.at;
            self.at += T::FLAT;
            let Ok(value) = T::lift_arg(memory, &self.flat[at..]);
            value
        }
    }

    /// Frees the memory that the arguments came in. It is called after the last argument is lifted.
    ///
    /// # Safety
    /// - The host has passed the slots to an export, whose parameters have this layout.
    #[inline(always)]
    pub unsafe fn finish(self, layout: Layout) {
        if const { INDIRECT } {
            GuestSource.free(self.flat[0] as usize, layout);
        }
    }
}

/// The place of an export's result, in the crate of the export.
///
/// The bytes are those of a [`Return`], whose type only the crate of the contract can name. If the place were a static of that
/// crate, each guest would link the crate's object file, and with it the section of every import there.
#[repr(C, align(8))]
pub struct Place<const ROOM: usize>(UnsafeCell<[MaybeUninit<u8>; ROOM]>);

// SAFETY: a component has one thread, and the canonical ABI lets no call in before post-return.
unsafe impl<const ROOM: usize> Sync for Place<ROOM> {}

impl<const ROOM: usize> Place<ROOM> {
    /// An empty place, which is all zeros.
    #[expect(clippy::new_without_default, reason = "only ever a static's initial value")]
    pub const fn new() -> Self {
        Self(UnsafeCell::new([MaybeUninit::zeroed(); ROOM]))
    }
}

/// The result of an export, from the function's return until the host has read it.
///
/// The host reads the strings and lists of the result where they are. Post-return then drops the result.
pub struct Return<T, const SIZE: usize>(UnsafeCell<Returned<T, SIZE>>);

struct Returned<T, const SIZE: usize> {
    /// Initialized between the function's return and post-return, which the host calls once after each return.
    value: MaybeUninit<T>,
    memory: GuestMemory,
    area: Area<SIZE>,
}

impl<T, const SIZE: usize> Return<T, SIZE> {
    /// How many bytes of a [`Place`] it needs. A type of the user's may be aligned more strictly than a place.
    pub const ROOM: usize = size_of::<Self>() + align_of::<Self>() - align_of::<Place<0>>();

    /// The result in a place.
    ///
    /// # Safety
    /// - Every use of the place is for this type.
    #[inline(always)]
    pub unsafe fn at<const ROOM: usize>(place: &'static Place<ROOM>) -> &'static Self {
        const { assert!(ROOM >= Self::ROOM, "the place is smaller than the result") };
        let start = place.0.get().cast::<u8>();
        let skipped = match const { align_of::<Self>() > align_of::<Place<0>>() } {
            true => start.align_offset(align_of::<Self>()),
            false => 0,
        };
        // SAFETY: the place has room for the value at an address of its alignment. Zeros are a value: the null pointer of a
        // memory without allocations, bytes, and what is not initialized.
        unsafe { &*start.add(skipped).cast() }
    }

    /// Keeps `value`, lowers it, and returns the address of its lowered form.
    ///
    /// # Safety
    /// - The caller is the one export whose place this is. So no other `put` runs, and [`Return::clear`] has run since the
    ///   last one.
    #[inline]
    pub unsafe fn put(&self, value: T) -> u64
    where
        T: Lower,
    {
        const { assert!(SIZE >= T::LAYOUT.size, "the place is smaller than the result") };
        // SAFETY: no other reference is alive. Exports do not overlap. Lowering may run the user's code, which is the
        // conversion of an adapted type. It cannot come back here, as the caller promises.
        let returned = unsafe { &mut *self.0.get() };
        let value = returned.value.write(value);
        let address = returned.area.0.as_mut_ptr().expose_provenance();
        let Ok(()) = value.store(&mut returned.memory, address);
        debug_assert!(T::ALLOCATES || returned.memory.is_empty(), "the type allocates");
        address as u64
    }

    /// Drops the value, and frees the memory that it was lowered into. This is the post-return function.
    ///
    /// # Safety
    /// - The caller is post-return, which the canonical ABI has the host call once after each [`Return::put`].
    #[inline]
    pub unsafe fn clear(&self)
    where
        T: Lower,
    {
        // SAFETY: no other reference is alive, as in `put`. The caller says that `put` has written the value. The value is
        // moved out before its destructor, which is the user's code, runs: the reference is gone by then.
        drop(unsafe { (*self.0.get()).value.assume_init_read() });
        if const { T::ALLOCATES } {
            // SAFETY: no other reference is alive, as in `put`.
            unsafe { (*self.0.get()).memory.clear() }
        }
    }
}

/// Lowers a result that is at most one core value.
#[inline(always)]
pub fn lower_flat<T: Lower>(value: &T) -> u64 {
    let mut flat = [0];
    let Ok(()) = value.lower(&mut NoMemory, &mut flat);
    flat[0]
}
