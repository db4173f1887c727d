//! Containers that are spawned before they are wanted.

use super::container::Container;
use super::template::Template;
use super::warm::Warm;
use crate::runtime::base::load_error::Error;
use crate::runtime::ledger::status::Status;
use std::fmt;
use std::sync::Arc;

pub use super::warm::PoolStats;

/// Containers of one template that are spawned before they are wanted, by a thread of the pool. Cheap to clone, safe to
/// share; [`Template::pool`] makes it.
///
/// A container that is taken has never been called, and is the taker's: it is dropped like any other container and never
/// comes back, so that none has another's state. Spawning costs what it costs, on the pool's thread instead of the taker's.
/// A taker that finds no warm container spawns one itself.
///
/// Warm containers are in the registry's list, and hold their memory. They go with the pool's last clone, which waits for a
/// spawn that is under way.
#[derive(Clone)]
pub struct Pool {
    warm: Arc<Warm<Container>>,
    template: Template,
}

impl Template {
    /// Keeps so many containers warm: spawned, and not called. The first of them are spawned before this returns, and the
    /// others by a thread, as they are taken.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`], and [`Error::Engine`] if there is no thread to spare.
    pub fn pool(&self, size: usize) -> Result<Pool, Error> {
        let first = (0..size).map(|_| self.spawn()).collect::<Result<Vec<_>, _>>()?;
        let template = self.clone();
        let warm = Warm::start(size, first, move || template.spawn())?;
        Ok(Pool { warm: Arc::new(warm), template: self.clone() })
    }
}

impl Pool {
    /// A container that nobody has called: a warm one, or else one that is spawned now.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`], if none is warm.
    pub fn take(&self) -> Result<Container, Error> {
        match self.warm.take() {
            // A container that was stopped from outside meanwhile is not handed out.
            Some(container) if container.status() == Status::Created => Ok(container),
            _ => self.template.spawn(),
        }
    }

    /// So many containers are warm when nothing was taken for a while.
    pub fn size(&self) -> usize {
        self.warm.size()
    }

    /// What it has done so far.
    pub fn stats(&self) -> PoolStats {
        self.warm.stats()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("template", &self.template)
            .field("size", &self.size())
            .field("stats", &self.stats())
            .finish()
    }
}
