//! The two words by which the host tells a guest where the arena is.

use std::cell::Cell;

/// The arena: room for the strings and lists that a Tairitsu host passes in one call.
///
/// The host finds the address of this value as a core global of this name. It makes the room with `cabi_realloc` and
/// writes here where the room is. In each call, it fills the room from its start, in place of one `cabi_realloc` for
/// each string and list. The guest does not free what lies in the room.
#[unsafe(export_name = "tairitsu:arena")]
pub static ARENA: Arena = Arena { place: Cell::new(0), size: Cell::new(0) };

/// The type of [`ARENA`].
#[repr(C)]
pub struct Arena {
    /// The address of the room. It changes only while the room is empty, before the first string or list of a call.
    place: Cell<usize>,
    /// The size of the room in bytes. Zero while there is no room.
    size: Cell<usize>,
}

// SAFETY: a component has one thread, and the host writes the words only while the guest does not run.
unsafe impl Sync for Arena {}

impl Arena {
    /// Whether an address lies in the room.
    #[inline(always)]
    pub(super) fn has(&self, address: usize) -> bool {
        address.wrapping_sub(self.place.get()) < self.size.get()
    }

    /// The plain items at an address, if they lie in the room. They belong to the argument that is being lifted.
    ///
    /// The items stay as they are until the call is over: within one call, the host writes no byte of the room twice.
    #[inline(always)]
    pub(super) fn items_at<T>(&self, address: usize, len: usize) -> Option<&'static [T]> {
        // SAFETY: the host has put `len` items here, which are plain and aligned. Callers borrow them for no longer than the
        // call.
        (len > 0 && self.has(address)).then(|| unsafe { std::slice::from_raw_parts(address as *const T, len) })
    }
}
