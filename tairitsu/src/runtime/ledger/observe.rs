//! Who watches from outside: a `tracing` span around each load, spawn and call, and the registry's numbers.
//!
//! Where nobody watches, a call pays for a load and a comparison, and nothing is formatted or allocated.

use crate::runtime::base::call_error::{CallError, DROPPED, Fault, OWN_ERROR};
use crate::runtime::base::load_error::Error;
use crate::runtime::base::reference::Digest;
use crate::runtime::ledger::meters::Meters;
use crate::runtime::ledger::shared::Shared;
use std::fmt;
use std::time::Instant;
use tairitsu_guest::schema::Interface;
use tracing::field::{Empty, display};
use tracing::level_filters::LevelFilter;
use tracing::span::Entered;
use tracing::{Level, Span, debug_span};

/// A function's name, `interface#function`, when somebody wants to know it.
pub(crate) struct FunctionName {
    pub(crate) interface: &'static Interface,
    pub(crate) index: usize,
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.interface.id, self.interface.functions[self.index].name)
    }
}

/// Results of a function, which may be its own error.
pub trait Outcome {
    /// Whether they are.
    fn is_own_error(&self) -> bool;
}

/// A call that is under way; nothing, where nobody watches. One that is dropped before it has [ended](Call::end) was a
/// future, and was dropped with it.
///
/// Boxed, since moving the room for a whole one costs ten times as much, even where it is empty.
pub(crate) struct Call(Option<Box<Watched>>);

struct Watched {
    span: Span,
    meters: Meters,
    began: Option<Instant>,
    /// What it ended in, but for a return.
    cause: Option<&'static str>,
}

impl Call {
    /// Whether anybody may watch a call of the container.
    #[inline]
    pub(crate) fn is_watched(shared: &Shared) -> bool {
        LevelFilter::current() >= Level::DEBUG || shared.meters().is_on()
    }

    /// Begins.
    #[inline]
    pub(crate) fn begin(shared: &Shared, name: FunctionName) -> Self {
        if Self::is_watched(shared) {
            return Self(Watched::begin(shared, name));
        }
        Self(None)
    }

    /// Is in the span, for as long as that lives. A future is instrumented instead, since it runs in pieces.
    #[inline]
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        self.0.as_ref().map(|watched| watched.span.enter())
    }

    /// The span, for a future.
    #[cfg(feature = "async")]
    pub(crate) fn span(&self) -> Span {
        self.0.as_ref().map_or_else(Span::none, |watched| watched.span.clone())
    }

    /// Ends with a function's results.
    #[inline]
    pub(crate) fn end(self, result: &Result<impl Outcome, Fault>) {
        self.end_in(|| match result {
            Ok(results) => results.is_own_error().then_some(OWN_ERROR),
            Err(Fault(error)) => Some(error.cause()),
        });
    }

    /// Ends.
    #[inline]
    pub(crate) fn end_in(mut self, cause: impl FnOnce() -> Option<&'static str>) {
        if let Some(watched) = &mut self.0 {
            watched.cause = cause();
        }
    }
}

impl Watched {
    #[cold]
    fn begin(shared: &Shared, name: FunctionName) -> Option<Box<Self>> {
        let span = debug_span!(
            target: "tairitsu::call",
            "call",
            container = shared.name(),
            image = shared.image(),
            function = %name,
            cause = Empty,
        );
        let meters = shared.meters();
        // Whoever watches may watch others.
        if span.is_disabled() && !meters.is_on() {
            return None;
        }
        Some(Box::new(Self { span, began: meters.now(), meters: meters.clone(), cause: Some(DROPPED) }))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(cause) = self.cause {
            self.span.record("cause", cause);
        }
        self.meters.called(self.began, self.cause);
    }
}

/// A call was refused, before anything was begun.
pub(crate) fn refused(shared: &Shared, error: &CallError) {
    shared.meters().refused(error.cause());
}

/// A container that is being started.
pub(crate) struct Spawn {
    pub(crate) span: Span,
    meters: Meters,
    began: Option<Instant>,
}

impl Spawn {
    pub(crate) fn begin(shared: &Shared) -> Self {
        let (container, image) = (shared.name(), shared.image());
        let span = debug_span!(target: "tairitsu::spawn", "spawn", container, image, error = Empty);
        let meters = shared.meters().clone();
        Self { span, began: meters.now(), meters }
    }

    pub(crate) fn end<T>(self, result: &Result<T, Error>) {
        match result {
            Ok(_) => self.meters.spawned(self.began),
            Err(error) => {
                self.span.record("error", display(error));
            }
        }
    }
}

/// Loads an image, which `load` does: it is handed what to say whether the cache had it to, where there is a cache.
pub(crate) fn load<T>(
    meters: &Meters,
    digest: &Digest,
    load: impl FnOnce(&dyn Fn(bool)) -> Result<T, Error>,
) -> Result<T, Error> {
    let span = debug_span!(target: "tairitsu::compile", "compile", %digest, cache = Empty, error = Empty);
    let began = meters.now();
    let hit = std::cell::Cell::new(false);
    let looked_up = |is_hit: bool| {
        span.record("cache", if is_hit { "hit" } else { "miss" });
        meters.looked_up(is_hit);
        hit.set(is_hit);
    };
    let result = span.in_scope(|| load(&looked_up));
    match &result {
        Ok(_) if hit.get() => {}
        Ok(_) => meters.compiled(began),
        Err(error) => {
            span.record("error", display(error));
        }
    }
    result
}
