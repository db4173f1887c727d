//! A host: it puts values into the guest's memory, and reads them there.

use crate::abi::{AbiError, Lift, Lower, Memory, Own, Plain, Resource, Shape, Sink, Source};
use crate::rt::arena_words::with_arena;
use crate::rt::{GuestMemory, resource_handle};
use crate::schema::{Layout, align_to};
use std::alloc;
use std::ptr::{with_exposed_provenance as at, with_exposed_provenance_mut as at_mut};

/// Where the host puts a string or a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    Allocator,
    Arena,
    /// Every second one is in the arena.
    Both,
}

pub(super) const PLACES: [Place; 3] = [Place::Allocator, Place::Arena, Place::Both];

/// What a host lowers arguments into.
pub(super) struct HostSink {
    place: Place,
    count: usize,
    arena: Vec<u64>,
    used: usize,
    /// What the guest's allocator has returned, and the guest has to free.
    pub(super) allocations: Vec<(usize, Layout)>,
}

const ARENA_WORDS: usize = 1 << 10;

fn layout_of(layout: Layout) -> alloc::Layout {
    alloc::Layout::from_size_align(layout.size, layout.align).unwrap()
}

impl HostSink {
    /// The arena is the guest's until the `HostSink` is dropped.
    pub(super) fn new(place: Place) -> Self {
        let mut arena = vec![0u64; ARENA_WORDS];
        let address = arena.as_mut_ptr().expose_provenance();
        with_arena(|words| words.set(address, ARENA_WORDS * 8));
        Self { place, count: 0, arena, used: 0, allocations: Vec::new() }
    }

    /// Ends the call. The host fills the arena with other bytes in the next one.
    pub(super) fn end(mut self) {
        with_arena(|words| words.set(0, 0));
        self.arena.fill(u64::MAX);
    }

    /// Allocates as `cabi_realloc` does.
    pub(super) fn realloc(&mut self, layout: Layout) -> usize {
        if layout.size == 0 {
            return layout.align;
        }
        // SAFETY: the size is not zero.
        let address = unsafe { alloc::alloc(layout_of(layout)) }.expose_provenance();
        self.allocations.push((address, layout));
        address
    }

    /// Stores a value as the parameters that come through memory. Returns their address.
    pub(super) fn indirect<T: Lower>(&mut self, value: &T) -> usize {
        let address = self.realloc(T::LAYOUT);
        value.store(self, address).unwrap();
        address
    }
}

impl Memory for HostSink {
    type Error = AbiError;

    fn fail(&self, error: AbiError) -> AbiError {
        error
    }
}

impl Sink for HostSink {
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), AbiError> {
        // SAFETY: the tests lower into what this memory has allocated.
        unsafe { at_mut::<[u8; N]>(address).write_unaligned(bytes) };
        Ok(())
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize, AbiError> {
        self.count += 1;
        let in_arena = match self.place {
            Place::Allocator => false,
            Place::Arena => true,
            Place::Both => self.count.is_multiple_of(2),
        };
        if !in_arena || layout.size == 0 {
            return Ok(self.realloc(layout));
        }
        let start = align_to(self.used, layout.align);
        self.used = start + layout.size;
        assert!(self.used <= ARENA_WORDS * 8);
        Ok(self.arena.as_mut_ptr().expose_provenance() + start)
    }

    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, AbiError> {
        let address = self.allocate(Layout { size: bytes.len(), align })?;
        // SAFETY: the memory was allocated for these bytes.
        unsafe { at_mut::<u8>(address).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(address)
    }

    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), AbiError> {
        Ok((self.lend(string.as_bytes(), 1)?, string.len()))
    }

    /// The host gives a resource back to the guest that made it.
    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, AbiError> {
        Ok(resource_handle::give(own))
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, _: &Own<R>) -> Result<u32, AbiError> {
        unimplemented!("the tests lend by address")
    }
}

/// What a host lifts results out of. It copies, and frees nothing.
pub(super) struct HostSource;

impl Memory for HostSource {
    type Error = AbiError;

    fn fail(&self, error: AbiError) -> AbiError {
        error
    }
}

impl Source for HostSource {
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], AbiError> {
        // SAFETY: the tests lift what the guest has lowered.
        Ok(unsafe { at::<[u8; N]>(address).read_unaligned() })
    }

    fn take_string(&mut self, address: usize, len: usize) -> Result<String, AbiError> {
        // SAFETY: the guest lends the bytes until the call is over.
        let bytes = unsafe { std::slice::from_raw_parts(at::<u8>(address), len) };
        Ok(std::str::from_utf8(bytes).expect("a guest lowers UTF-8").to_owned())
    }

    fn take_plain<T: Lift>(&mut self, _: Plain<T>, address: usize, len: usize) -> Result<Vec<T>, AbiError> {
        self.check::<T>(address, len)?;
        (0..len).map(|i| T::load(self, address + i * T::LAYOUT.size)).collect()
    }

    fn check<T: Shape>(&mut self, address: usize, _: usize) -> Result<(), AbiError> {
        match address.is_multiple_of(T::LAYOUT.align) {
            true => Ok(()),
            false => Err(AbiError::Unaligned { address, align: T::LAYOUT.align }),
        }
    }

    fn free(&mut self, _: usize, _: Layout) {}

    fn take_resource<R: ?Sized + Resource>(&mut self, _: u32) -> Result<Own<R>, AbiError> {
        unimplemented!("the tests look at the handles themselves")
    }

    fn borrow_resource<R: ?Sized + Resource>(&mut self, _: u32) -> Result<Own<R>, AbiError> {
        unimplemented!("the tests look at the handles themselves")
    }
}

/// Lifts what a guest lowers, in both forms.
pub(super) fn through_guest_memory<T: Lower + Lift>(value: &T) -> [Option<T>; 2] {
    let mut memory = GuestMemory::new();
    let layout = layout_of(Layout { size: T::LAYOUT.size.max(1), align: 8 });
    // SAFETY: the size is not zero.
    let area = unsafe { alloc::alloc_zeroed(layout) };
    let address = area.expose_provenance();
    let Ok(()) = value.store(&mut memory, address);
    let stored = T::load(&mut HostSource, address).unwrap();
    // SAFETY: it was allocated above with this layout.
    unsafe { alloc::dealloc(area, layout) };
    let flat = (T::FLAT <= 16).then(|| {
        let mut flat = [0; 16];
        let Ok(()) = value.lower(&mut memory, &mut flat);
        T::lift(&mut HostSource, &flat).unwrap()
    });
    [Some(stored), flat]
}
