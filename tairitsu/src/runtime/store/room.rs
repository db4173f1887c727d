//! The guest's room for what the host lowers, which saves a call of its allocator for each string and list.
//!
//! The canonical ABI has the host ask `cabi_realloc` for the memory of each string and list that it passes: a call into the
//! guest, which takes longer than to copy what is in most of them. A guest of ours exports an address as the core global
//! `tairitsu:arena`: of two words, where the host writes what room it has made, and how much. It makes it with that same allocator once
//! some strings and lists were passed, enlarges it when they were too many for it, and fills it from its start in each call. The
//! guest frees none of what is there. A guest of another origin has no such global, another host does not look for it, and both
//! sides are what the canonical ABI says without it.
//!
//! Nothing rests on what a guest says. The room is what its allocator has returned, in its memory, which only grows; that other
//! things of the guest's are there too is the guest's own harm.

use std::ops::Range;
use tairitsu_guest::schema::{Layout, align_to};

/// Where an image's instances look for their arena; nowhere for most guests of other origins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arena(pub(crate) Option<Cell>);

/// Two words in an instance's memory: an address and a size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) address: usize,
    /// What the memory itself has as its maximum, in bytes.
    pub(crate) maximum: usize,
}

/// An instance's, and what is left of it in a call.
pub(crate) struct Room {
    /// Where the instance looks for it, as long as it can become larger.
    cell: Option<Cell>,
    arena: Range<usize>,
    /// What is free in this call. It ends at 0 where there is none, and as long as a larger one is wanted.
    free: Range<usize>,
    /// How many strings and lists were allocated since it became as large as it is.
    missed: u32,
    /// And in this call how many bytes.
    missing: usize,
}

/// A larger arena, in place of the one that there is.
pub(crate) struct Larger {
    cell: Cell,
    pub(crate) old: Range<usize>,
    pub(crate) size: usize,
}

/// In bytes. The guest keeps it for as long as it lives.
const MAX_SIZE: usize = 2 << 20;
const MIN_SIZE: usize = 4 << 10;

/// After so many that were allocated it is worth a larger one. Many a guest is passed a few, and ends.
const WORTH: u32 = 32;

impl Arena {
    /// Of a new instance, which has none so far.
    #[inline]
    pub(crate) fn room(self) -> Room {
        Room { cell: self.0, arena: 0..0, free: 0..0, missed: 0, missing: 0 }
    }
}

impl Room {
    /// It is free again: the call is over that it was filled in.
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

    /// The address of so much of it, if there is so much.
    #[inline]
    pub(crate) fn take(&mut self, layout: Layout) -> Option<usize> {
        let start = align_to(self.free.start, layout.align);
        let end = start.checked_add(layout.size)?;
        if end > self.free.end {
            return None;
        }
        self.free.start = end;
        Some(start)
    }

    /// There was not so much. It can become larger as long as nothing of this call is there.
    pub(crate) fn miss(&mut self, layout: Layout) -> Option<Larger> {
        let cell = self.cell?;
        self.missed = self.missed.saturating_add(1);
        self.missing = self.missing.saturating_add(layout.size.max(layout.align));
        if self.missed < WORTH || self.free.end > 0 {
            return None;
        }
        let size = self.arena.len().saturating_add(self.missing).max(self.arena.len() * 3 / 2);
        let size = size.next_multiple_of(MIN_SIZE).min(MAX_SIZE);
        Some(Larger { cell, old: self.arena.clone(), size })
    }

    /// It stays as it is.
    pub(crate) fn keep(&mut self) {
        self.cell = None;
        self.free = self.arena.clone();
    }

    /// It is there now, and as large as that.
    pub(crate) fn set(&mut self, larger: &Larger, address: usize) {
        self.arena = address..address + larger.size;
        self.free = self.arena.clone();
        (self.missed, self.missing) = (0, 0);
        if larger.size == MAX_SIZE {
            self.cell = None;
        }
    }
}

impl Larger {
    /// Whether the instance has a place for it in its memory, and can be told of it. `quota` is what may be added to all its memories.
    pub(crate) fn fits(&self, memory: &[u8], quota: usize) -> bool {
        let maximum = self.cell.maximum.saturating_sub(memory.len());
        self.cell.address.saturating_add(8) <= memory.len() && self.size <= quota.min(maximum)
    }

    /// Tells the instance.
    pub(crate) fn say(&self, memory: &mut [u8], address: usize) {
        for (i, word) in [address, self.size].into_iter().enumerate() {
            if let Some(bytes) = memory.get_mut(self.cell.address + 4 * i..).and_then(<[u8]>::first_chunk_mut) {
                *bytes = (word as u32).to_le_bytes();
            }
        }
    }
}
