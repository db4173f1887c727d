//! How an interface of an object is reached, after the type of the object was forgotten.

use std::any::Any;

/// How interface `I` of an object is reached.
pub(crate) struct Cast<I: ?Sized>(pub(crate) fn(&mut dyn Any) -> Option<&mut I>);

/// A [`Cast`], whatever the interface.
pub(crate) type AnyCast = &'static (dyn Any + Send + Sync);
