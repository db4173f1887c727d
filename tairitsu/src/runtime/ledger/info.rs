//! What can be known of a container from outside: its state, its age, what it has done, how it ended.

use crate::runtime::base::call_error::CallError;
use crate::runtime::ledger::status::Status;
use std::time::Duration;

/// A container, as a list shows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ContainerInfo {
    /// A number that no other container of the registry has had.
    pub id: u64,
    /// The name that it was given, or one made of the image's and the number.
    pub name: String,
    /// The image's name, where it has one.
    pub image: Option<String>,
    /// Where it is in its life.
    pub status: Status,
    /// The time since it was spawned.
    pub age: Duration,
    /// The calls that were begun.
    pub calls: u64,
    /// The traps, and the other ends that a container comes to.
    pub traps: u64,
    /// The times that it was restarted.
    pub restarts: u64,
    /// The bytes of its linear memories.
    pub memory: usize,
}

/// How a container has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ending {
    /// The host stopped or dropped it.
    Stopped,
    /// A trap or a limit ended it: the error that the call returned.
    Trapped(CallError),
}
