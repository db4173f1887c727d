//! What all images and containers of a registry share: the engine, its ticker, and the living of containers.

use crate::runtime::base::limits::DEFAULT_STACK;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::message;
use crate::runtime::engine::allocator;
use crate::runtime::engine::artefact::EngineHash;
use crate::runtime::engine::cache::Cache;
use crate::runtime::engine::ticker::Ticker;
use crate::runtime::ledger::broadcast::Hub;
use crate::runtime::ledger::events::Event;
use crate::runtime::ledger::living::Living;
use crate::runtime::ledger::meters::Meters;
use crate::runtime::ledger::shared::Shared;
use std::sync::Arc;
use wasmtime::{Config, Engine};

/// The engine and what goes with it.
pub(crate) struct Machine {
    pub(crate) engine: Engine,
    pub(crate) ticker: Ticker,
    pub(crate) living: Living<Shared>,
    /// Who wants to know what happens.
    pub(crate) hub: Arc<Hub<Event>>,
    /// Where compiled code is kept, and what the engine's goes by there.
    pub(crate) cache: Option<(Cache, EngineHash)>,
    /// Whether compiled code counts fuel.
    pub(crate) fuel: bool,
    /// The most that wasm puts on the stack in one call, in bytes.
    pub(crate) stack: usize,
    /// How many containers there is room for, where that was reserved.
    pub(crate) pool: Option<u32>,
    pub(crate) meters: Meters,
}

/// How code is compiled and where it runs: what cannot be chosen for one container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) fuel: bool,
    pub(crate) stack: usize,
    pub(crate) pool: Option<u32>,
    /// Whether numbers go to the recorder of metrics.
    pub(crate) metrics: bool,
}

/// Whether calls are futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asyncness {
    No,
    #[cfg_attr(not(feature = "async"), allow(dead_code, reason = "nothing is"))]
    Yes,
}

/// The stack that the host's functions have in a call that is a future, in bytes.
#[cfg(feature = "async")]
const HOST_STACK: usize = 1536 << 10;

impl Default for Settings {
    fn default() -> Self {
        Self { fuel: false, stack: DEFAULT_STACK, pool: None, metrics: false }
    }
}

impl Machine {
    pub(crate) fn new(settings: Settings, cache: Option<Cache>) -> Result<Arc<Self>, Error> {
        let Settings { fuel, stack, pool, metrics } = settings;
        let mut config = Config::new();
        // Calls are synchronous, and cost less than half where the engine knows it.
        config.concurrency_support(false);
        config.epoch_interruption(true);
        config.consume_fuel(fuel);
        config.max_wasm_stack(stack);
        // What the host's functions have of the stack that a future's call has of its own.
        #[cfg(feature = "async")]
        config.async_stack_size(stack.saturating_add(HOST_STACK));
        let fail = |message: String| Error::Engine { message };
        // Whether the settings are any is seen without a pool first, so that what goes wrong after that is the pool's.
        let plain = Engine::new(&config).map_err(|error| fail(message(&error)))?;
        let (engine, pool) = match pool {
            Some(containers) if allocator::is_supported() => (pooled(config, containers)?, Some(containers)),
            Some(_) => {
                tracing::warn!("this platform has no pools: containers are given memory one by one");
                (plain, None)
            }
            None => (plain, None),
        };
        let ticker = Ticker::start(&engine).map_err(|error| fail(format!("no thread for its clock: {error}")))?;
        let cache = cache.map(|cache| (cache, EngineHash::of(&engine)));
        Ok(Arc::new(Self {
            engine,
            ticker,
            living: Living::default(),
            hub: Arc::default(),
            cache,
            fuel,
            stack,
            pool,
            meters: Meters::new(metrics),
        }))
    }

    /// A new container in the list.
    pub(crate) fn enter(&self, name: Option<&str>, image: Option<&str>) -> Arc<Shared> {
        let shared = self.living.enter(|id| Shared::new(id, name, image, &self.hub, &self.meters));
        shared.entered();
        self.meters.entered();
        shared
    }

    pub(crate) fn leave(&self, shared: &Shared) {
        shared.stop();
        self.living.leave(shared.id());
        self.meters.left();
    }
}

fn pooled(mut config: Config, containers: u32) -> Result<Engine, Error> {
    let fail = |message: String| Error::Pool { containers, message };
    if containers == 0 {
        return Err(fail("there is room for none in it".into()));
    }
    config.allocation_strategy(allocator::places(containers));
    Engine::new(&config).map_err(|error| fail(message(&error)))
}
