//! Facts about a container that other threads can read: its status, its age, its counters, its end.

use crate::runtime::base::call_error::CallError;
use crate::runtime::ledger::status::Status;
use std::time::Duration;

/// A container, as a list shows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ContainerInfo {
    /// The container's number. No other container of the registry ever gets the same number.
    pub id: u64,
    /// The name that the host gave. Without one, the image's name (or `container`), `#` and the number.
    pub name: String,
    /// The image's name, if the image has a name.
    pub image: Option<String>,
    /// The container's status.
    pub status: Status,
    /// The time since the container was spawned.
    pub age: Duration,
    /// The number of calls that began.
    pub calls: u64,
    /// The number of calls that ended the container, by a trap or a limit.
    pub traps: u64,
    /// The number of restarts.
    pub restarts: u64,
    /// The bytes of all its linear memories together.
    pub memory: usize,
}

/// How a container ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ending {
    /// The host stopped or dropped the container.
    Stopped,
    /// A trap or a limit ended the container. The field is the error that the call returned.
    Trapped(CallError),
}
