//! What is wrong with a resource that a guest was to be given.

use std::fmt;

/// What is wrong with a handle that a guest was to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadHandle {
    /// The container that it is of has ended, or was restarted since.
    Ended,
    /// It is of another container.
    OfAnother,
    /// It is of no guest: a value of the host's own, in the place of a guest's resource.
    NotOfAGuest,
    /// It was given away.
    Gone,
}

impl fmt::Display for BadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadHandle::Ended => "one of a container that has ended or was restarted: get another one from it",
            BadHandle::OfAnother => "one of another container: get one from this container",
            BadHandle::NotOfAGuest => "a value of the host's own: get one from the container",
            BadHandle::Gone => "one that was given away",
        })
    }
}
