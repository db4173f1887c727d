//! An allocator that counts what a thread has allocated, and the most of it at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what a thread has allocated. The other threads have no part in what is fuzzed.
struct Counting;

thread_local! {
    static ALLOCATED: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The most bytes that a function has allocated at once, and what it returns.
pub fn peak<R>(function: impl FnOnce() -> R) -> (usize, R) {
    let before = ALLOCATED.get();
    PEAK.set(before);
    let result = function();
    ((PEAK.get() - before) as usize, result)
}

fn count(change: isize) {
    // A thread that ends may still free memory.
    let _ = ALLOCATED.try_with(|allocated| {
        allocated.set(allocated.get() + change);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(allocated.get())));
    });
}

// SAFETY: every function is that of `System`, with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller guarantees the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller guarantees the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller guarantees the same.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both exist while the bytes are moved.
        count(size as isize);
        count(-(layout.size() as isize));
        // SAFETY: the caller guarantees the same.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;
