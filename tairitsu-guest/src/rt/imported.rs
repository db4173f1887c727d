//! A call of one of the guest's imports: its arguments and its result.

use super::Area;
use super::guest_sink::GuestMemory;
use super::guest_source::GuestSource;
use crate::abi::{Lift, Lower, Shape};
use crate::schema::{MAX_FLAT_PARAMS, align_to};

/// A call of an import: its arguments, lowered one by one, and its result.
///
/// The code of a call has no array of slots: the compiler keeps each slot in a local, since no pointer to the array leaves the
/// call. So what pointers do refer to is apart, in a [`Room`] and an [`Allocated`].
pub struct Call<'r, const PARAMS: usize, const RESULT: usize> {
    /// The core arguments.
    pub flat: [u64; MAX_FLAT_PARAMS + 1],
    at: usize,
    room: &'r mut Room<PARAMS, RESULT>,
    memory: &'r mut GuestMemory,
}

/// The memory for the parameters and the result of an import. `PARAMS` and `RESULT` are the bytes of them that go through
/// memory. Each is 0 if nothing does.
pub struct Room<const PARAMS: usize, const RESULT: usize> {
    params: Area<PARAMS>,
    result: Area<RESULT>,
}

/// What the lists of the arguments are lowered into. It is freed when the call is over.
pub struct Allocated(GuestMemory);

impl<const PARAMS: usize, const RESULT: usize> Room<PARAMS, RESULT> {
    /// The room of a call that has not begun.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "generated code is the only caller")]
    pub fn new() -> Self {
        Self { params: Area([0; PARAMS]), result: Area([0; RESULT]) }
    }
}

impl Allocated {
    /// Nothing so far.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "generated code is the only caller")]
    pub fn new() -> Self {
        Self(GuestMemory::new())
    }
}

impl<'r, const PARAMS: usize, const RESULT: usize> Call<'r, PARAMS, RESULT> {
    /// A call without arguments so far.
    #[inline(always)]
    pub fn new(room: &'r mut Room<PARAMS, RESULT>, allocated: &'r mut Allocated) -> Self {
        Self { flat: [0; MAX_FLAT_PARAMS + 1], at: 0, room, memory: &mut allocated.0 }
    }

    /// Lowers the next argument.
    ///
    /// # Safety
    /// - `PARAMS` is 0, or at least the size of all parameters together.
    /// - The value stays as it is until the import has returned.
    #[inline(always)]
    pub unsafe fn arg<T: Lower + ?Sized>(&mut self, value: &T) {
        if const { PARAMS > 0 } {
            let at = align_to(self.at, T::LAYOUT.align);
            self.at = at + T::LAYOUT.size;
            let address = self.room.params.0.as_mut_ptr().expose_provenance() + at;
            let Ok(()) = value.store(self.memory, address);
        } else {
            let Ok(()) = value.lower(self.memory, &mut self.flat[self.at..]);
            self.at += T::FLAT;
        }
    }

    /// Adds the pointers to the memory of the parameters and of the result. It is called after the last argument.
    #[inline(always)]
    pub fn ready(&mut self) {
        if const { PARAMS > 0 } {
            self.flat[0] = self.room.params.0.as_mut_ptr().expose_provenance() as u64;
            self.at = 1;
        }
        if const { RESULT > 0 } {
            self.flat[self.at] = self.room.result.0.as_mut_ptr().expose_provenance() as u64;
        }
    }

    /// Lifts the result. `flat` is the core result, if the import has one.
    ///
    /// # Safety
    /// - The import was called after [`Call::ready`], and this is its first and only result.
    /// - The result crosses as a `T`. `flat` is what the import returned, and `RESULT` is 0, or at least the size of a `T`.
    #[inline(always)]
    pub unsafe fn result<T: Lift>(&mut self, flat: u64) -> T {
        if const { RESULT > 0 } {
            let address = self.room.result.0.as_mut_ptr().expose_provenance();
            let Ok(value) = T::load(&mut GuestSource, address);
            value
        } else {
            let Ok(value) = T::lift(&mut GuestSource, &[flat]);
            value
        }
    }
}
