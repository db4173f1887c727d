//! Containers whose calls are futures, spawned before they are wanted.

use super::async_container::{AsyncContainer, AsyncTemplate};
use super::warm::{PoolStats, Warm};
use crate::future;
use crate::runtime::base::load_error::Error;
use crate::runtime::ledger::status::Status;
use std::fmt;
use std::sync::Arc;

/// A [`Pool`](crate::Pool) of containers whose calls are futures. Made by [`AsyncTemplate::pool`].
#[derive(Clone)]
pub struct AsyncPool {
    warm: Arc<Warm<AsyncContainer>>,
    template: AsyncTemplate,
}

impl AsyncTemplate {
    /// Keeps so many containers warm: spawned, and not called. The first of them are spawned before this is done, and the
    /// others by a thread of the pool, as they are taken.
    ///
    /// # Errors
    ///
    /// Those of [`AsyncTemplate::spawn`], and [`Error::Engine`] if there is no thread to spare.
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
    /// A container that nobody has called: a warm one, or else one that is spawned now.
    ///
    /// # Errors
    ///
    /// Those of [`AsyncTemplate::spawn`], if none is warm.
    pub async fn take(&self) -> Result<AsyncContainer, Error> {
        match self.warm.take() {
            // A container that was stopped from outside meanwhile is not handed out.
            Some(container) if container.status() == Status::Created => Ok(container),
            _ => self.template.spawn().await,
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

impl fmt::Debug for AsyncPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncPool")
            .field("template", &self.template)
            .field("size", &self.size())
            .field("stats", &self.stats())
            .finish()
    }
}
