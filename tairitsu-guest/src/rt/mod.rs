//! The guest's half of each call, on wasm32: generated code calls the functions here.
//!
//! An address here is a number that crosses the boundary. So every pointer is made of an exposed address. The tests run
//! this code natively under Miri, with what a host does in `tests`.
//!
//! - `slot`: the slots of core signatures.
//! - `exported`: a call of one of the guest's exports. `imported`: a call of one of its imports.
//! - `guest_sink`, `guest_source`: the guest's own linear memory, to lower into and to lift out of.
//! - `arena_words`: the room that the host has made for arguments.
//! - `panic_words`: how the host learns of a panic, and what runs before the first export.
//! - `resource_handle`: handles to resources.
//! - `guest_state`: the value of the guest type.

mod arena_words;
mod exported;
mod guest_sink;
mod guest_source;
mod guest_state;
mod imported;
#[cfg(target_family = "wasm")]
mod panic_words;
mod resource_handle;
mod slot;
#[cfg(test)]
mod tests;

pub use arena_words::{ARENA, Arena};
pub use exported::{Args, Place, Return, lower_flat};
pub use guest_sink::GuestMemory;
pub use guest_state::State;
pub use imported::{Allocated, Call, Room};
#[cfg(target_family = "wasm")]
pub use panic_words::{PANIC, Panic};
pub(crate) use resource_handle::ResourceHandle;
pub use resource_handle::drop_value;
pub use slot::{CorePair, CoreType, CoreValue, First, Repr, Second, Slot, SlotPair, flat};

#[cfg(target_family = "wasm")]
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Runs the module's constructors before the first export does. [`State::get`] calls this, and each export without a state.
#[cfg(target_family = "wasm")]
#[inline(always)]
pub fn run_ctors_once() {
    if !STARTED.load(Relaxed) {
        panic_words::start();
    }
}

#[cfg(target_family = "wasm")]
static STARTED: AtomicBool = AtomicBool::new(false);

/// Bytes in memory with the strictest alignment of the canonical ABI.
#[repr(C, align(8))]
pub struct Area<const SIZE: usize>([u8; SIZE]);

#[cold]
fn trap() -> ! {
    #[cfg(target_family = "wasm")]
    std::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    panic!("a guest would trap here")
}

/// Implements `Memory` for a memory whose errors end the guest.
macro_rules! memory {
    ($($ty:ident)*) => {$(
        impl $crate::abi::Memory for $ty {
            type Error = ::std::convert::Infallible;

            /// A guest's call has no deadline of its own.
            const BATCH: usize = usize::MAX;

            /// The host has checked the lowered form, so this is not reached.
            #[cold]
            fn fail(&self, _: $crate::abi::AbiError) -> ::std::convert::Infallible {
                $crate::rt::trap()
            }

            /// A correct guest can get here too, so the panic says why.
            #[cold]
            fn reject(&self, error: $crate::abi::AbiError) -> ::std::convert::Infallible {
                panic!("{error}")
            }
        }
    )*};
}

use memory;
