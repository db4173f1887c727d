//! The guest's own linear memory, to lift out of.

use super::arena_words::with_arena;
use super::{layout_of, memory, resource_handle};
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
        // SAFETY: the host has passed the string, whose bytes these are.
        match with_arena(|arena| unsafe { arena.items_at(address, len) }) {
            // SAFETY: the runtime checks that a string is UTF-8 before it lowers it. An `Argument` is dropped before its call
            // is over.
            Some(bytes) => Ok(unsafe { BorrowedArg::in_place(std::str::from_utf8_unchecked(bytes)) }),
            None => self.take_string(address, len).map(BorrowedArg::owned),
        }
    }

    #[inline]
    fn borrow_plain<T: Lift>(
        &mut self,
        plain: Plain<T>,
        address: usize,
        len: usize,
    ) -> Result<BorrowedArg<[T], Vec<T>>, Infallible> {
        // SAFETY: the host has passed the list, and `plain` says that its items are plain.
        match with_arena(|arena| unsafe { arena.items_at(address, len) }) {
            // SAFETY: that of `items_at`. An `Argument` is dropped before its call is over.
            Some(items) => Ok(unsafe { BorrowedArg::in_place(items) }),
            None => self.take_plain(plain, address, len).map(BorrowedArg::owned),
        }
    }

    #[inline]
    fn check<T: Shape>(&mut self, _: usize, _: usize) -> Result<(), Infallible> {
        Ok(())
    }

    #[inline]
    fn free(&mut self, address: usize, layout: Layout) {
        if layout.size > 0 && !with_arena(|arena| arena.has(address)) {
            // SAFETY: the host has allocated it through `cabi_realloc` with this layout, and has handed it over.
            unsafe { alloc::dealloc(address as *mut u8, layout_of(layout)) }
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
/// It is not inlined, since it is larger than a call of it. So the guest has it once for each type of item.
///
/// # Safety
/// - The host has passed this list to the guest, and the guest has not taken it yet.
#[inline(never)]
unsafe fn take<T>(address: usize, len: usize) -> Vec<T> {
    if len == 0 {
        // The address of an empty list is no allocation.
        return Vec::new();
    }
    if with_arena(|arena| arena.has(address)) {
        let mut items = Vec::with_capacity(len);
        // SAFETY: the host has put `len` plain items here, and the vector has room for them.
        unsafe {
            std::ptr::copy_nonoverlapping(address as *const T, items.as_mut_ptr(), len);
            items.set_len(len);
        }
        return items;
    }
    // SAFETY: the host has allocated it through `cabi_realloc`, which is the global allocator, with the layout of
    // `[T; len]`. It has filled the allocation and handed it over.
    unsafe { Vec::from_raw_parts(address as *mut T, len, len) }
}

/// [`take`] of bytes.
///
/// This function makes rustc compile `take::<u8>` into this crate. Otherwise the code would lie in a user's crate, and
/// every string that is lifted would link that crate, and the `component-type` sections of its imports with it.
///
/// # Safety
/// - The host has passed these bytes to the guest as a list or a string, and the guest has not taken them yet.
pub unsafe fn take_bytes(address: usize, len: usize) -> Vec<u8> {
    // SAFETY: the caller promises the same.
    unsafe { take(address, len) }
}
