//! The guest's own linear memory, to lower into.

use super::{memory, resource_handle, trap};
use crate::abi::{Own, Resource, Sink};
use crate::schema::Layout;
use std::alloc;
use std::convert::Infallible;

/// No memory at all, to lower a value that is one core value.
pub(super) struct NoMemory;

/// The guest's own linear memory, and the allocations in it for the current call.
///
/// The allocations are a chain, since a list of them would have to be allocated as well.
pub struct GuestMemory {
    last: *mut Allocation,
}

/// The head of an allocation. The bytes follow it, aligned as strictly as the canonical ABI requires.
#[repr(C, align(8))]
struct Allocation {
    before: *mut Allocation,
    /// The size of the whole allocation, whose alignment is that of its head.
    size: usize,
}

impl Allocation {
    /// `None` if no memory has so many bytes.
    fn layout(size: usize) -> Option<alloc::Layout> {
        alloc::Layout::from_size_align(size, align_of::<Self>()).ok()
    }
}

impl GuestMemory {
    /// A memory without allocations.
    pub(super) const fn new() -> Self {
        Self { last: std::ptr::null_mut() }
    }

    /// Whether there are no allocations.
    pub(super) fn is_empty(&self) -> bool {
        self.last.is_null()
    }

    /// Frees the allocations.
    #[inline]
    pub(super) fn clear(&mut self) {
        if !self.last.is_null() {
            self.free_all();
        }
    }

    #[inline(never)]
    fn free_all(&mut self) {
        while !self.last.is_null() {
            // SAFETY: `allocate` has written the head, and nothing else frees the allocation.
            let Allocation { before, size } = unsafe { self.last.read() };
            // SAFETY: `allocate` has checked this layout.
            let layout = unsafe { Allocation::layout(size).unwrap_unchecked() };
            // SAFETY: `allocate` has allocated it with this layout.
            unsafe { alloc::dealloc(self.last.cast(), layout) }
            self.last = before;
        }
    }

    /// [`Sink::allocate`], under the short name that each guest has in its name section.
    #[inline(never)]
    fn allocate(&mut self, layout: Layout) -> usize {
        if layout.size == 0 {
            return layout.align;
        }
        let size = layout.size.saturating_add(size_of::<Allocation>());
        let Some(layout) = Allocation::layout(size) else { trap() };
        // SAFETY: the size is not zero.
        let allocation = unsafe { alloc::alloc(layout) }.cast::<Allocation>();
        if allocation.is_null() {
            alloc::handle_alloc_error(layout);
        }
        // SAFETY: the allocation is new, and has room for the head.
        unsafe { allocation.write(Allocation { before: self.last, size }) };
        self.last = allocation;
        allocation.expose_provenance() + size_of::<Allocation>()
    }
}

impl Drop for GuestMemory {
    #[inline]
    fn drop(&mut self) {
        self.clear();
    }
}

memory!(GuestMemory NoMemory);

impl Sink for NoMemory {
    fn write<const N: usize>(&mut self, _: usize, _: [u8; N]) -> Result<(), Infallible> {
        trap()
    }

    fn allocate(&mut self, _: Layout) -> Result<usize, Infallible> {
        trap()
    }

    fn lend(&mut self, _: &[u8], _: usize) -> Result<usize, Infallible> {
        trap()
    }

    fn lend_str(&mut self, _: &str) -> Result<(usize, usize), Infallible> {
        trap()
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(resource_handle::give(own))
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(resource_handle::lend(own))
    }
}

impl Sink for GuestMemory {
    #[inline(always)]
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), Infallible> {
        // SAFETY: lowering writes only to what it allocated for the value.
        unsafe { std::ptr::write_unaligned(address as *mut [u8; N], bytes) };
        Ok(())
    }

    #[inline(always)]
    fn allocate(&mut self, layout: Layout) -> Result<usize, Infallible> {
        Ok(GuestMemory::allocate(self, layout))
    }

    #[inline]
    fn lend(&mut self, bytes: &[u8], _: usize) -> Result<usize, Infallible> {
        Ok(bytes.as_ptr().expose_provenance())
    }

    #[inline]
    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), Infallible> {
        Ok((string.as_ptr().expose_provenance(), string.len()))
    }

    fn copy(&mut self, bytes: &[u8], align: usize) -> Result<usize, Infallible> {
        let address = GuestMemory::allocate(self, Layout { size: bytes.len(), align });
        // SAFETY: the address is that of a new allocation of this many bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address as *mut u8, bytes.len()) };
        Ok(address)
    }

    fn copy_str(&mut self, string: &str) -> Result<(usize, usize), Infallible> {
        Ok((self.copy(string.as_bytes(), 1)?, string.len()))
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(resource_handle::give(own))
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(resource_handle::lend(own))
    }
}
