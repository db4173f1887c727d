//! Handles to resources, in a guest: numbers, of what the host has or of addresses of its own.

use crate::abi::{Held, Own, Resource};
use crate::schema::Role;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A handle to a resource of the host's.
pub(crate) struct Handle {
    number: u32,
    /// It was given away, and is not ours to drop any more.
    gone: AtomicBool,
    /// Gives it up.
    drop: fn(u32),
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.gone.load(Relaxed) {
            (self.drop)(self.number);
        }
    }
}

/// A handle that gives a resource away.
pub(super) fn give<R: ?Sized + Resource>(own: &Own<R>) -> u32 {
    match (&own.held, R::RESOURCE.role) {
        (Held::Value(value), Role::Export) => {
            // What the handle stands for, until `drop_value` takes it back.
            let value = Box::into_raw(Box::new(value.clone()));
            R::new_handle(value.expose_provenance())
        }
        (Held::Value(_), Role::Import) => not_of_the_host(R::RESOURCE.name),
        (Held::Handle(handle), _) => {
            handle.gone.store(true, Relaxed);
            handle.number
        }
    }
}

/// A handle that lends a resource, which stays ours.
pub(super) fn lend<R: ?Sized + Resource>(own: &Own<R>) -> u32 {
    match &own.held {
        Held::Value(_) => not_of_the_host(R::RESOURCE.name),
        Held::Handle(handle) => handle.number,
    }
}

/// A handle to a resource of the host's, by its number.
pub(super) fn of<R: ?Sized + Resource>(number: u32) -> Own<R> {
    Own { held: Held::Handle(Handle { number, gone: AtomicBool::new(false), drop: R::drop_handle }) }
}

/// The value of a resource of the guest's own, at an address that [`give`] has made.
pub(super) fn value_at<R: ?Sized + Resource>(address: usize) -> Own<R> {
    // SAFETY: the host hands back what it got for the resource, which is the address of an `Arc<R>` that lives for as
    // long as the host, or the guest itself, has a handle to it.
    unsafe { &*(address as *const Arc<R>) }.clone().into()
}

/// The destructor of a resource of the guest's own: nobody has a handle to it any more.
pub fn drop_value<R: ?Sized + Resource>(address: usize) {
    // SAFETY: `give` has made it of a box, and the destructor is called once.
    drop(unsafe { Box::from_raw(address as *mut Arc<R>) });
}

#[cold]
fn not_of_the_host(resource: &str) -> ! {
    panic!(
        "expected a `{resource}` that the host has given, found one that this guest made: the host can be given its own only"
    )
}
