//! How an interface of an object is reached, after the type of the object was forgotten.

use crate::__private::NativeMakers;
use std::any::Any;

/// How interface `I` of an object is reached.
pub(crate) struct Cast<I: ?Sized>(pub(crate) fn(&mut dyn Any) -> Option<&mut I>);

/// How the values of resource `I` are made: by the functions of the type that provides it.
pub(crate) struct MakersOf<I: ?Sized + NativeMakers>(pub(crate) fn() -> I::Makers);

/// A [`Cast`] or [`MakersOf`], whatever the interface.
pub(crate) type AnyCast = &'static (dyn Any + Send + Sync);
