//! Handles to resources, in a guest. A handle is a number. It refers to a value of the host's, or to an address in the
//! guest.

use crate::abi::{Held, Own, Resource};
use crate::schema::Role;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A handle to a resource of the host's.
pub(crate) struct ResourceHandle {
    number: u32,
    /// Whether the guest has given the resource away, and so does not drop the handle.
    gone: AtomicBool,
    /// Drops a handle with this number.
    drop: fn(u32),
}

impl Drop for ResourceHandle {
    fn drop(&mut self) {
        if !self.gone.load(Relaxed) {
            (self.drop)(self.number);
        }
    }
}

/// Makes a handle that gives a resource away.
pub(super) fn give<R: ?Sized + Resource>(own: &Own<R>) -> u32 {
    match (&own.held, R::RESOURCE.role) {
        (Held::Value(value), Role::Export) => {
            // The handle refers to this box. `drop_value` takes the box back.
            let value = Box::into_raw(Box::new(value.clone()));
            // SAFETY: it is the address of the box, which the handle owns from here on.
            unsafe { R::new_handle(value.expose_provenance()) }
        }
        (Held::Value(_), Role::Import) => expected_a_host_resource(R::RESOURCE.name),
        (Held::Handle(handle), _) => {
            if handle.gone.swap(true, Relaxed) {
                given_away(R::RESOURCE.name);
            }
            handle.number
        }
        #[cfg(not(target_family = "wasm"))]
        (Held::Token(_), _) => unreachable!("a guest has no runtime"),
    }
}

/// Makes a handle that lends a resource, which stays the guest's.
pub(super) fn lend<R: ?Sized + Resource>(own: &Own<R>) -> u32 {
    match &own.held {
        Held::Value(_) => expected_a_host_resource(R::RESOURCE.name),
        Held::Handle(handle) if handle.gone.load(Relaxed) => given_away(R::RESOURCE.name),
        Held::Handle(handle) => handle.number,
        #[cfg(not(target_family = "wasm"))]
        Held::Token(_) => unreachable!("a guest has no runtime"),
    }
}

/// A handle to a resource of the host's, by its number.
pub(super) fn of<R: ?Sized + Resource>(number: u32) -> Own<R> {
    Own { held: Held::Handle(ResourceHandle { number, gone: AtomicBool::new(false), drop: R::drop_handle }) }
}

/// The value of one of the guest's own resources.
///
/// # Safety
/// - [`give`] has made the address, for this resource. A handle to the resource exists until the function returns.
pub(super) unsafe fn value_at<R: ?Sized + Resource>(address: usize) -> Own<R> {
    // SAFETY: it is the address of an `Arc<R>`, which lives as long as there is a handle to it.
    unsafe { &*(address as *const Arc<R>) }.clone().into()
}

/// The destructor of one of the guest's own resources. It runs when there is no handle to it any more.
///
/// # Safety
/// - The caller is the destructor that the canonical ABI calls, once for each handle that [`Resource::new_handle`] has made.
///   The address is the handle's.
pub unsafe fn drop_value<R: ?Sized + Resource>(address: usize) {
    // SAFETY: `give` has made the address of a box, and the destructor is called once for it.
    drop(unsafe { Box::from_raw(address as *mut Arc<R>) });
}

#[cold]
fn given_away(name: &str) -> ! {
    panic!("a `{name}` was used that the guest had given away: it is the host's now")
}

#[cold]
fn expected_a_host_resource(resource: &str) -> ! {
    panic!(
        "expected a `{resource}` that the host has passed, found a `{resource}` that this guest made: only the host can make this resource"
    )
}
