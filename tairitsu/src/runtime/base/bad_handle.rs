//! Why a guest cannot be given a resource.

use std::fmt;

/// Why a guest cannot be given a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadHandle {
    /// The container that the handle belongs to has ended, or was restarted after the host got the handle.
    Ended,
    /// The handle belongs to another container.
    OfAnother,
    /// The handle belongs to no guest: it holds a value of the host, where a guest's resource is expected.
    NotOfAGuest,
    /// The handle was given away.
    Gone,
    /// The handle is to another resource.
    OfAnotherResource,
}

impl fmt::Display for BadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadHandle::Ended => "one of a container that has ended or was restarted: get another one from it",
            BadHandle::OfAnother => "one of another container: get one from this container",
            BadHandle::NotOfAGuest => "a value of the host's own: get one from the container",
            BadHandle::Gone => "one that was given away",
            BadHandle::OfAnotherResource => "a handle to another resource",
        })
    }
}
