//! The state that all images and containers of a registry share: the engine, its ticker, and the list of containers.

use crate::runtime::base::limits::DEFAULT_STACK;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::message;
use crate::runtime::engine::allocator;
use crate::runtime::engine::artefact::EngineHash;
use crate::runtime::engine::cache::Cache;
use crate::runtime::engine::features;
use crate::runtime::engine::ticker::Ticker;
use crate::runtime::ledger::broadcast::Hub;
use crate::runtime::ledger::events::Event;
use crate::runtime::ledger::living::Living;
use crate::runtime::ledger::meters::Meters;
use crate::runtime::ledger::shared::Shared;
use std::sync::Arc;
use wasmtime::{Config, Engine};

/// The engine, and the state that belongs to it.
pub(crate) struct Machine {
    pub(crate) engine: Engine,
    pub(crate) ticker: Ticker,
    pub(crate) living: Living<Shared>,
    /// The subscriptions to events.
    pub(crate) hub: Arc<Hub<Event>>,
    /// The cache of compiled code, and the hash of the engine, which selects artefacts in the cache.
    pub(crate) cache: Option<(Cache, EngineHash)>,
    /// Whether compiled code counts fuel.
    pub(crate) fuel: bool,
    /// The most stack that wasm may use in one call, in bytes.
    pub(crate) stack: usize,
    /// The number of containers in the pool, if the registry has a pool.
    pub(crate) pool: Option<u32>,
    pub(crate) meters: Meters,
}

/// How code is compiled and where it runs. These settings are the same for all containers of the registry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) fuel: bool,
    pub(crate) stack: usize,
    pub(crate) pool: Option<u32>,
    /// Whether the registry sends its metrics to the recorder.
    pub(crate) metrics: bool,
}

/// Whether calls are futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asyncness {
    No,
    #[cfg_attr(not(feature = "async"), allow(dead_code, reason = "nothing is"))]
    Yes,
}

/// The stack of the host's functions in a call that is a future, in bytes.
#[cfg(feature = "async")]
pub(crate) const HOST_STACK: usize = 1536 << 10;

impl Default for Settings {
    fn default() -> Self {
        Self { fuel: false, stack: DEFAULT_STACK, pool: None, metrics: false }
    }
}

impl Machine {
    pub(crate) fn new(settings: Settings, cache: Option<Cache>) -> Result<Arc<Self>, Error> {
        let Settings { fuel, stack, pool, metrics } = settings;
        let mut config = Config::new();
        // Guest functions are synchronous. Without support for concurrency, a call costs less than half as much.
        config.concurrency_support(false);
        features::set(&mut config);
        config.epoch_interruption(true);
        config.consume_fuel(fuel);
        config.max_wasm_stack(stack);
        // A trap names the instances, so that the host finds the note of a guest that has panicked.
        config.coredump_on_trap(true);
        // A call that is a future has a stack of its own. It needs room for wasm, and for the host's functions.
        #[cfg(feature = "async")]
        config.async_stack_size(stack.saturating_add(HOST_STACK));
        let fail = |message: String| Error::Engine { message };
        // Makes an engine without a pool first. If this succeeds, the settings are valid, so a later error is the
        // pool's.
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

    /// Adds a new container to the list.
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
