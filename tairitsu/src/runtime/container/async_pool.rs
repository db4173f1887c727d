//! Pools of containers whose calls are futures.

use super::async_container::{AsyncContainer, AsyncTemplate};
use super::warm::{PoolStats, Warm};
use crate::future;
use crate::runtime::base::load_error::Error;
use crate::runtime::ledger::status::Status;
use std::fmt;
use std::sync::Arc;

/// A [`Pool`](crate::Pool) of containers whose calls are futures. Made by [`AsyncTemplate::pool`].
///
/// ```no_run
/// async fn warm(image: &tairitsu::Image) -> Result<tairitsu::AsyncContainer, tairitsu::Error> {
///     let pool = tairitsu::Container::builder(image).prepare_async()?.pool(4).await?;
///     pool.take().await
/// }
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct AsyncPool {
    warm: Arc<Warm<AsyncContainer>>,
    template: AsyncTemplate,
}

impl AsyncTemplate {
    /// Keeps `size` containers warm: spawned, but not called.
    ///
    /// The first `size` containers are spawned before this future is done. A thread of the pool replaces the containers
    /// that are taken.
    ///
    /// # Errors
    ///
    /// - Those of [`AsyncTemplate::spawn`].
    /// - [`Error::Engine`] if no thread can be started.
    pub async fn pool(&self, size: usize) -> Result<AsyncPool, Error> {
        let mut first = Vec::new();
        for _ in 0..size {
            first.push(self.spawn().await?);
        }
        let template = self.clone();
        let warm = Warm::start(size, first, move || future::wait(template.spawn()))?;
        Ok(AsyncPool { warm: Arc::new(warm), template: self.clone() })
    }
}

impl AsyncPool {
    /// Takes a container that was not called: a warm container, or else a container that is spawned now.
    ///
    /// # Errors
    ///
    /// Those of [`AsyncTemplate::spawn`], if no container is warm.
    pub async fn take(&self) -> Result<AsyncContainer, Error> {
        match self.warm.take() {
            // A warm container that was stopped meanwhile is not handed out.
            Some(container) if container.status() == Status::Created => Ok(container),
            _ => self.template.spawn().await,
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

impl fmt::Debug for AsyncPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncPool")
            .field("template", &self.template)
            .field("size", &self.size())
            .field("stats", &self.stats())
            .finish()
    }
}
