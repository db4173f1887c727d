//! Which container's call needs which other container, where calls are futures.
//!
//! A call that is a future moves between threads, so that `waits` cannot follow it. Here the call's container stands for the
//! call.

use super::shared::Shared;
use std::sync::{Arc, MutexGuard, PoisonError};

/// A call of one container that has locked another one, or waits for it, until this is dropped.
#[derive(Debug)]
pub(crate) struct Target {
    /// `None` outside a call.
    caller: Option<Arc<Shared>>,
    target: Arc<Shared>,
}

impl Target {
    /// Notes that a call of `caller` needs `target`.
    ///
    /// # Errors
    ///
    /// - If `target` needs the caller already, or is the caller: the names of all containers in the ring.
    pub(crate) fn need(caller: Option<Arc<Shared>>, target: &Arc<Shared>) -> Result<Self, String> {
        let Some(container) = &caller else { return Ok(Self { caller, target: target.clone() }) };
        // Two calls that close a ring at once see each other, because both are noted before both look.
        targets(container).push(target.clone());
        let mut names = vec![container.name().to_string()];
        let is_ring = path(target, container, &mut names);
        let this = Self { caller, target: target.clone() };
        match is_ring {
            true => {
                let ring = names.iter().map(|name| format!("container `{name}`")).collect::<Vec<_>>().join(" -> ");
                Err(format!("it is in a call that has led here: {ring}"))
            }
            false => Ok(this),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let Some(caller) = &self.caller else { return };
        let mut targets = targets(caller);
        if let Some(index) = targets.iter().position(|target| Arc::ptr_eq(target, &self.target)) {
            targets.swap_remove(index);
        }
    }
}

/// The longest chain of containers that is searched for a ring.
const LONGEST: usize = 100;

/// Finds a way from one container to another, by what their calls need. Adds the names on the way.
fn path(from: &Arc<Shared>, to: &Arc<Shared>, names: &mut Vec<String>) -> bool {
    names.push(from.name().into());
    if Arc::ptr_eq(from, to) {
        return true;
    }
    let next = targets(from).clone();
    if names.len() < LONGEST && next.iter().any(|next| path(next, to, names)) {
        return true;
    }
    names.pop();
    false
}

fn targets(container: &Shared) -> MutexGuard<'_, Vec<Arc<Shared>>> {
    // Nothing that could panic runs while this lock is held.
    container.targets.lock().unwrap_or_else(PoisonError::into_inner)
}
