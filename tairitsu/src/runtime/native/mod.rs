//! Guests without wasm: the same traits, clients and providers, and the guest's code as the host's own.

mod builder;
mod guest;
mod host;

use std::any::Any;

pub use builder::NativeBuilder;
pub use guest::{Exports, NativeExport};
pub(super) use guest::{Live, NativeTemplate};
pub use host::with_native_host;

/// How an interface of an object is reached, after the object's type is known no more.
pub(super) struct Cast<I: ?Sized>(pub(super) fn(&mut dyn Any) -> Option<&mut I>);

/// A [`Cast`], whatever the interface.
pub(super) type AnyCast = &'static (dyn Any + Send + Sync);
