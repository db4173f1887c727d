//! The two words by which the host tells a guest where the arena is.

use std::cell::Cell;

/// The arena: room for the strings and lists that a Tairitsu host passes in one call.
///
/// The host finds the address of this value as a core global of this name. It makes the room with `cabi_realloc` and
/// writes here where the room is. In each call, it fills the room from its start, in place of one `cabi_realloc` for
/// each string and list. The guest does not free what lies in the room.
#[cfg_attr(target_family = "wasm", unsafe(export_name = "tairitsu:arena"))]
pub static ARENA: Arena = Arena::new();

// In a test each thread is a component, and has an arena of its own.
#[cfg(test)]
thread_local! {
    static ARENA_OF_THREAD: Arena = const { Arena::new() };
}

/// Gives the component's arena to a function.
#[inline(always)]
pub(super) fn with_arena<R>(look: impl FnOnce(&Arena) -> R) -> R {
    #[cfg(test)]
    return ARENA_OF_THREAD.with(look);
    #[cfg(not(test))]
    look(&ARENA)
}

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
    const fn new() -> Self {
        Self { place: Cell::new(0), size: Cell::new(0) }
    }

    /// What the host does: it writes the two words.
    #[cfg(test)]
    pub(super) fn set(&self, place: usize, size: usize) {
        self.place.set(place);
        self.size.set(size);
    }

    /// Whether an address lies in the room.
    #[inline(always)]
    pub(super) fn has(&self, address: usize) -> bool {
        address.wrapping_sub(self.place.get()) < self.size.get()
    }

    /// The plain items at an address, if they lie in the room. They belong to the argument that is being lifted.
    ///
    /// # Safety
    /// - If the address lies in the room, the host has put `len` items of this type there, and they are plain.
    /// - Nobody uses the items after the call is over. Within one call, the host writes no byte of the room twice.
    #[inline(always)]
    pub(super) unsafe fn items_at<T>(&self, address: usize, len: usize) -> Option<&'static [T]> {
        // SAFETY: the caller promises that the items are here. The host aligns what it puts here.
        (len > 0 && self.has(address)).then(|| unsafe { std::slice::from_raw_parts(address as *const T, len) })
    }
}
