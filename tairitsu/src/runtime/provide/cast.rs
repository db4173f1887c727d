//! Casts from an object of unknown type to an interface that the object implements.

use std::any::Any;

/// A cast from an object to its interface `I`.
pub(crate) struct Cast<I: ?Sized>(pub(crate) fn(&mut dyn Any) -> Option<&mut I>);

/// A [`Cast`] to an interface that is not known here.
pub(crate) type AnyCast = &'static (dyn Any + Send + Sync);
