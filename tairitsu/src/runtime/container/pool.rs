//! Pools of containers that are spawned in advance.

use super::container::Container;
use super::template::Template;
use super::warm::Warm;
use crate::runtime::base::load_error::Error;
use crate::runtime::ledger::status::Status;
use std::fmt;
use std::sync::Arc;

pub use super::warm::PoolStats;

/// Containers of one template that a thread spawns in advance. Made by [`Template::pool`]. Cheap to clone, safe to
/// share.
///
/// A container that is taken has never been called, and belongs to the taker. It is dropped like any other container
/// and never returns to the pool, so no taker sees another's state. A spawn costs the same as without a pool, but on
/// the pool's thread. If no container is warm, the taker spawns a container itself.
///
/// Warm containers are in the registry's list, and hold their memory. They end when the pool's last clone is dropped.
/// That drop waits for a spawn that is under way.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// let image = tairitsu::Registry::new().load_image(b"\0asm\x0d\0\x01\0")?;
/// let pool = tairitsu::Container::builder(&image).prepare()?.pool(4)?;
/// let container = pool.take()?; // spawned before
/// assert_eq!((container.handle().info().calls, pool.stats().hits), (0, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Pool {
    warm: Arc<Warm<Container>>,
    template: Template,
}

impl Template {
    /// Keeps `size` containers warm: spawned, but not called.
    ///
    /// The first `size` containers are spawned before this returns. A thread replaces the containers that are taken.
    ///
    /// # Errors
    ///
    /// - Those of [`Template::spawn`].
    /// - [`Error::Engine`] if no thread can be started.
    pub fn pool(&self, size: usize) -> Result<Pool, Error> {
        let first = (0..size).map(|_| self.spawn()).collect::<Result<Vec<_>, _>>()?;
        let template = self.clone();
        let warm = Warm::start(size, first, move || template.spawn())?;
        Ok(Pool { warm: Arc::new(warm), template: self.clone() })
    }
}

impl Pool {
    /// Takes a container that was not called: a warm container, or else a container that is spawned now.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`], if no container is warm.
    pub fn take(&self) -> Result<Container, Error> {
        match self.warm.take() {
            // A warm container that was stopped meanwhile is not handed out.
            Some(container) if container.status() == Status::Created => Ok(container),
            _ => self.template.spawn(),
        }
    }

    /// How many containers the pool keeps warm.
    pub fn size(&self) -> usize {
        self.warm.size()
    }

    /// What the pool has done so far.
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
