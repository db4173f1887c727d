//! The guest's own linear memory, to lift out of.

use super::arena_words::with_arena;
use super::{memory, resource_handle};
use crate::abi::{BorrowedArg, Lift, Own, Plain, Resource, Shape, Source};
use crate::schema::{Layout, Role};
use std::alloc;
use std::convert::Infallible;

/// The guest's own linear memory, to lift out of.
pub(super) struct GuestSource;

memory!(GuestSource);

/// Each `SAFETY` below rests on this: the host keeps to the canonical ABI.
///
/// - An address from the host was allocated by `cabi_realloc` with the layout of the type, or lies in the arena.
/// - The values there are valid, because the runtime lowers them itself.
impl Source for GuestSource {
    #[inline(always)]
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], Infallible> {
        // SAFETY: the host has passed the address of a value that these bytes belong to.
        Ok(unsafe { std::ptr::read_unaligned(address as *const [u8; N]) })
    }

    #[inline]
    fn take_string(&mut self, address: usize, len: usize) -> Result<String, Infallible> {
        // SAFETY: the host has passed the string, whose bytes these are.
        let bytes = unsafe { take(address, len) };
        // SAFETY: the runtime checks that a string is UTF-8 before it lowers it.
        Ok(unsafe { String::from_utf8_unchecked(bytes) })
    }

    #[inline]
    fn take_plain<T: Lift>(&mut self, _: Plain<T>, address: usize, len: usize) -> Result<Vec<T>, Infallible> {
        // SAFETY: the host has passed the list.
        Ok(unsafe { take(address, len) })
    }

    #[inline]
    fn borrow_string(&mut self, address: usize, len: usize) -> Result<BorrowedArg<str, String>, Infallible> {
        // SAFETY: the host has passed the string, whose bytes these are. The runtime checks that a string is UTF-8 before it
        // lowers it. An `Argument` is dropped before its call is over.
        Ok(match unsafe { borrow(address, len) } {
            // SAFETY: the same.
            Ok(bytes) => unsafe { BorrowedArg::in_place(std::str::from_utf8_unchecked(bytes)) },
            // SAFETY: the same.
            Err(bytes) => BorrowedArg::owned(unsafe { String::from_utf8_unchecked(bytes) }),
        })
    }

    #[inline]
    fn borrow_plain<T: Lift>(
        &mut self,
        _: Plain<T>,
        address: usize,
        len: usize,
    ) -> Result<BorrowedArg<[T], Vec<T>>, Infallible> {
        // SAFETY: the host has passed the list, and `Plain` says that its items are plain. An `Argument` is dropped before its
        // call is over.
        Ok(match unsafe { borrow(address, len) } {
            // SAFETY: the same.
            Ok(items) => unsafe { BorrowedArg::in_place(items) },
            Err(items) => BorrowedArg::owned(items),
        })
    }

    #[inline]
    fn check<T: Shape>(&mut self, _: usize, _: usize) -> Result<(), Infallible> {
        Ok(())
    }

    #[inline]
    fn free(&mut self, address: usize, layout: Layout) {
        if layout.size > 0 && !with_arena(|arena| arena.has(address)) {
            // SAFETY: the host has allocated it through `cabi_realloc` with this layout, so that the layout is valid.
            let layout = unsafe { alloc::Layout::from_size_align_unchecked(layout.size, layout.align) };
            // SAFETY: the host has handed it over, with this layout.
            unsafe { alloc::dealloc(address as *mut u8, layout) }
        }
    }

    fn take_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Infallible> {
        Ok(match R::RESOURCE.role {
            Role::Export => {
                // SAFETY: the host has passed the handle, and the intrinsic traps if it has not. `give` has made the address
                // of every handle to this resource. The handle is dropped below.
                let own = unsafe { resource_handle::value_at(R::address(handle)) };
                // This drops the handle's own reference to the value too.
                R::drop_handle(handle);
                own
            }
            Role::Import => resource_handle::of(handle),
        })
    }

    fn borrow_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Infallible> {
        Ok(match R::RESOURCE.role {
            // For a borrowed resource of the component itself, the canonical ABI passes the address and no handle.
            // SAFETY: that of `Source`. The host keeps its handle while it lends the resource.
            Role::Export => unsafe { resource_handle::value_at(handle as usize) },
            Role::Import => resource_handle::of(handle),
        })
    }
}

/// Takes the list of `len` plain items that the host has passed at `address`.
///
/// # Safety
/// - The host has passed this list to the guest, and the guest has not taken it yet.
#[inline(always)]
unsafe fn take<T>(address: usize, len: usize) -> Vec<T> {
    // SAFETY: the host has passed `len` items.
    let address = unsafe { taken(address, len * size_of::<T>(), align_of::<T>()) };
    // SAFETY: that of `taken`. The items are plain, so that a copy of their bytes is a copy of them.
    unsafe { Vec::from_raw_parts(address as *mut T, len, len) }
}

/// The address of bytes of the guest's that are those at `address`: the same address, or that of a copy if the bytes lie in
/// the arena. It is an allocation of this size and alignment of the global allocator's, or the alignment if the size is zero.
///
/// This function is not inlined, since it is larger than a call of it. It is not generic: a guest has it once, and it does not lie in
/// a user's crate. Otherwise every string that is lifted would link that crate, and the `component-type` sections of its
/// imports with it.
///
/// # Safety
/// - The host has passed these bytes to the guest, aligned like this, and the guest has not taken them yet.
#[inline(never)]
unsafe fn taken(address: usize, size: usize, align: usize) -> usize {
    if size == 0 {
        // The address of an empty list is no allocation.
        return align;
    }
    if !with_arena(|arena| arena.has(address)) {
        // The host has allocated it through `cabi_realloc`, which is the global allocator. It has filled the allocation and
        // handed it over.
        return address;
    }
    // SAFETY: bytes that are in memory have a valid layout.
    let layout = unsafe { alloc::Layout::from_size_align_unchecked(size, align) };
    // SAFETY: the size is not zero.
    let copy = unsafe { alloc::alloc(layout) };
    if copy.is_null() {
        alloc::handle_alloc_error(layout);
    }
    // SAFETY: the host has put the bytes into the arena, and the copy has room for them.
    unsafe { std::ptr::copy_nonoverlapping(address as *const u8, copy, size) };
    copy.expose_provenance()
}

/// Borrows the list of `len` plain items at `address` from the arena, or takes it as the allocation that it is.
///
/// # Safety
/// - The host has passed this list to the guest, and the guest has not taken it yet. Nobody uses the borrowed items after the
///   call is over.
#[inline(always)]
unsafe fn borrow<T>(address: usize, len: usize) -> Result<&'static [T], Vec<T>> {
    // SAFETY: the caller promises the same.
    match with_arena(|arena| unsafe { arena.items_at(address, len) }) {
        Some(items) => Ok(items),
        // The address of an empty list is no allocation.
        None if len == 0 => Ok(&[]),
        // SAFETY: what is not in the arena, the host has allocated through `cabi_realloc`, which is the global allocator, with the
        // layout of `[T; len]`. It has filled the allocation and handed it over.
        None => Err(unsafe { Vec::from_raw_parts(address as *mut T, len, len) }),
    }
}
