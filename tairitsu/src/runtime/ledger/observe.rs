//! A `tracing` span around each load, spawn and call, and the registry's metrics.
//!
//! If nothing listens, a call costs one load and one comparison more. Nothing is formatted or allocated.

use crate::runtime::base::call_error::{CallError, DROPPED, Fault, OWN_ERROR};
use crate::runtime::base::load_error::Error;
use crate::runtime::base::reference::Digest;
use crate::runtime::base::report::FORGOTTEN;
use crate::runtime::ledger::meters::Meters;
use crate::runtime::ledger::shared::Shared;
use std::fmt;
use std::time::Instant;
use tairitsu_guest::schema::Interface;
use tracing::field::{Empty, display};
use tracing::level_filters::LevelFilter;
use tracing::span::Entered;
use tracing::{Level, Span, debug_span};

/// Says that a core module exports nothing. Such a guest may be meant, and most often its author has forgotten something.
pub(crate) fn exports_nothing(digest: &Digest) {
    tracing::warn!(target: "tairitsu::image", %digest, "the guest exports nothing: {FORGOTTEN}");
}

/// A function's name, `interface#function`. It is formatted only when it is displayed.
#[derive(Clone, Copy)]
pub(crate) struct FunctionName<'n> {
    pub(crate) names: Names<'n>,
    pub(crate) index: usize,
}

/// The names of functions.
#[derive(Clone, Copy)]
pub(crate) enum Names<'n> {
    /// The functions of an interface.
    Interface(&'static Interface),
    /// One function, with its whole name.
    Function(&'n str),
}

impl fmt::Display for FunctionName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.names {
            Names::Interface(interface) => write!(f, "{}#{}", interface.id, interface.functions[self.index].name),
            Names::Function(name) => f.write_str(name),
        }
    }
}

/// The results of a function, which may be the function's own error.
pub trait Outcome {
    /// Whether the results are the function's own error.
    fn is_own_error(&self) -> bool;
}

/// A call that is under way; `None` if nothing listens. If it is dropped before [`end`](Call::end), the call was a
/// future that was dropped.
///
/// `Watched` is boxed because an unboxed one is large. Moving that much room costs ten times as much, even if it is
/// empty.
pub(crate) struct Call(Option<Box<Watched>>);

struct Watched {
    span: Span,
    meters: Meters,
    began: Option<Instant>,
    /// How the call ended; `None` if it returned.
    cause: Option<&'static str>,
}

impl Call {
    /// Whether anything may listen to a call of the container.
    #[inline]
    pub(crate) fn is_watched(shared: &Shared) -> bool {
        LevelFilter::current() >= Level::DEBUG || shared.meters().is_on()
    }

    /// Begins a call.
    #[inline]
    pub(crate) fn begin(shared: &Shared, name: FunctionName<'_>) -> Self {
        if Self::is_watched(shared) {
            return Self(Watched::begin(shared, name));
        }
        Self(None)
    }

    /// Enters the span until the returned guard is dropped. A future is instrumented instead, because it runs in
    /// pieces.
    #[inline]
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        self.0.as_ref().map(|watched| watched.span.enter())
    }

    /// The span, to instrument a future with.
    #[cfg(feature = "async")]
    pub(crate) fn span(&self) -> Span {
        self.0.as_ref().map_or_else(Span::none, |watched| watched.span.clone())
    }

    /// Ends the call with the function's results.
    #[inline]
    pub(crate) fn end(self, result: &Result<impl Outcome, Fault>) {
        self.end_in(|| match result {
            Ok(results) => results.is_own_error().then_some(OWN_ERROR),
            Err(Fault(error)) => Some(error.cause()),
        });
    }

    /// Ends the call with a cause, or with `None` if the call returned.
    #[inline]
    pub(crate) fn end_in(mut self, cause: impl FnOnce() -> Option<&'static str>) {
        if let Some(watched) = &mut self.0 {
            watched.cause = cause();
        }
    }
}

impl Watched {
    #[cold]
    fn begin(shared: &Shared, name: FunctionName<'_>) -> Option<Box<Self>> {
        let span = debug_span!(
            target: "tairitsu::call",
            "call",
            container = shared.name(),
            image = shared.image(),
            function = %name,
            cause = Empty,
        );
        let meters = shared.meters();
        // A subscriber may listen to other spans, but not to this span.
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

/// Counts a call that was refused before it began.
pub(crate) fn refused(shared: &Shared, error: &CallError) {
    shared.meters().refused(error.cause());
}

/// The start of a container.
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

/// Loads an image by calling `load`. If there is a cache, `load` calls its argument to say whether the cache had the
/// image.
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
