//! The guest's arena: memory for the strings and lists that the host lowers. The arena saves a call of the guest's
//! allocator for each string and list.
//!
//! By the canonical ABI, the host asks `cabi_realloc` for the memory of each string and list that it passes. That is a
//! call into the guest. For most strings and lists, this call takes longer than copying their bytes.
//!
//! A guest that is built with Tairitsu exports the core global `tairitsu:arena`. It is the address of two words, into
//! which the host writes the arena's address and size. The host makes the arena with `cabi_realloc`, after some strings
//! and lists were passed. If too many did not fit, the host makes the arena larger. In each call, the host fills the
//! arena from its start. The guest frees nothing in the arena.
//!
//! A guest of another origin has no such global, and another host does not look for it. Then both sides follow the
//! canonical ABI alone.
//!
//! The host does not trust the guest for this. The arena is memory that the guest's allocator has returned, in the
//! guest's memory, which only grows. If the guest keeps other data there too, the guest harms only itself.

use std::ops::Range;
use tairitsu_guest::schema::{Layout, align_to};
use wasmtime::component::__internal::wasmtime_environ::component::RuntimeMemoryIndex;

/// Where an image's instances look for their arena. `None` for most guests of other origins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arena(pub(crate) Option<Cell>);

/// Two words in an instance's memory: the arena's address and size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) address: usize,
    /// The maximum that the memory itself declares, in bytes.
    pub(crate) maximum: usize,
}

/// The arena of an instance, and the part of it that is free in the current call.
pub(crate) struct Room {
    /// Where the instance looks for the arena. `None` if the arena cannot become larger.
    cell: Option<Cell>,
    /// Which memory of the component the arena is in. `None` while there is no arena.
    memory: Option<RuntimeMemoryIndex>,
    arena: Range<usize>,
    /// The part that is free in this call. Empty while there is no arena, or while a larger one is pending.
    free: Range<usize>,
    /// How many strings and lists did not fit since the arena got its size.
    missed: u32,
    /// How many bytes did not fit in this call. Kept for the next call while a larger arena is pending.
    missing: usize,
}

/// A larger arena, which replaces the current arena.
pub(crate) struct Larger {
    cell: Cell,
    pub(crate) old: Range<usize>,
    pub(crate) size: usize,
}

/// The size limits of an arena, in bytes. The guest keeps its arena as long as it lives.
const MAX_SIZE: usize = 2 << 20;
const MIN_SIZE: usize = 4 << 10;

/// After this many misses, a larger arena is worth its cost. Many guests get only a few strings and lists, and end.
const WORTH: u32 = 32;

impl Arena {
    /// The room of a new instance, which has no arena yet.
    #[inline]
    pub(crate) fn room(self) -> Room {
        Room { cell: self.0, memory: None, arena: 0..0, free: 0..0, missed: 0, missing: 0 }
    }
}

impl Room {
    /// Frees the whole arena, because the call that filled it is over.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.free = self.arena.clone();
        if self.missing > 0 {
            self.clear_short();
        }
    }

    #[cold]
    fn clear_short(&mut self) {
        if self.missed >= WORTH && self.cell.is_some() {
            self.free.end = 0;
        } else {
            self.missing = 0;
        }
    }

    /// Takes memory from the arena, and returns its address. `None` if too little is free.
    #[inline]
    pub(crate) fn take(&mut self, memory: Option<RuntimeMemoryIndex>, layout: Layout) -> Option<usize> {
        if self.memory != memory {
            return None;
        }
        let start = align_to(self.free.start, layout.align);
        let end = start.checked_add(layout.size)?;
        if end > self.free.end {
            return None;
        }
        self.free.start = end;
        Some(start)
    }

    /// Counts a string or list that did not fit. Returns the larger arena to make, if it is worth its cost. The arena
    /// can become larger only while it holds nothing of this call.
    pub(crate) fn miss(&mut self, memory: Option<RuntimeMemoryIndex>, layout: Layout) -> Option<Larger> {
        let cell = self.cell?;
        if self.memory.is_some() && self.memory != memory {
            return None;
        }
        self.missed = self.missed.saturating_add(1);
        self.missing = self.missing.saturating_add(layout.size.max(layout.align));
        if self.missed < WORTH || self.free.end > 0 {
            return None;
        }
        let size = self.arena.len().saturating_add(self.missing).max(self.arena.len() * 3 / 2);
        let size = size.next_multiple_of(MIN_SIZE).min(MAX_SIZE);
        Some(Larger { cell, old: self.arena.clone(), size })
    }

    /// Keeps the arena as it is for good.
    pub(crate) fn keep(&mut self) {
        self.cell = None;
        self.free = self.arena.clone();
    }

    /// Uses the larger arena, which is at `address` now.
    pub(crate) fn set(&mut self, memory: Option<RuntimeMemoryIndex>, larger: &Larger, address: usize) {
        self.memory = memory;
        self.arena = address..address + larger.size;
        self.free = self.arena.clone();
        (self.missed, self.missing) = (0, 0);
        if larger.size == MAX_SIZE {
            self.cell = None;
        }
    }
}

impl Larger {
    /// Whether the instance's memory has room for the larger arena, and contains the two words. `quota` is how many
    /// bytes all its memories may still grow.
    pub(crate) fn fits(&self, memory: &[u8], quota: usize) -> bool {
        let maximum = self.cell.maximum.saturating_sub(memory.len());
        self.cell.address.saturating_add(8) <= memory.len() && self.size <= quota.min(maximum)
    }

    /// Writes the arena's address and size for the instance.
    pub(crate) fn say(&self, memory: &mut [u8], address: usize) {
        for (i, word) in [address, self.size].into_iter().enumerate() {
            if let Some(bytes) = memory.get_mut(self.cell.address + 4 * i..).and_then(<[u8]>::first_chunk_mut) {
                *bytes = (word as u32).to_le_bytes();
            }
        }
    }
}
