//! Casts from an object of unknown type to an interface that the object implements.

use crate::__private::NativeMakers;
use std::any::Any;

/// A cast from an object to its interface `I`.
pub(crate) struct Cast<I: ?Sized>(pub(crate) fn(&mut dyn Any) -> Option<&mut I>);

/// How the values of resource `I` are made: by the functions of the type that provides it.
pub(crate) struct MakersOf<I: ?Sized + NativeMakers>(pub(crate) fn() -> I::Makers);

/// A [`Cast`] or [`MakersOf`], whatever the interface.
pub(crate) type AnyCast = &'static (dyn Any + Send + Sync);
