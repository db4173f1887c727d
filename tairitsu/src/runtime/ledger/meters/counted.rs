//! A registry's metrics, through the `metrics` facade. `RegistryBuilder::metrics` documents their names and meanings.

use crate::runtime::base::call_error::CAUSES;
use metrics::{Counter, Gauge, Histogram, Unit, counter, gauge, histogram};
use metrics::{describe_counter, describe_gauge, describe_histogram};
use std::sync::Arc;
use std::time::Instant;

const CALLS: &str = "tairitsu_calls_total";
const CALL_ERRORS: &str = "tairitsu_call_errors_total";
const CALL_DURATION: &str = "tairitsu_call_duration_seconds";
const SPAWN_DURATION: &str = "tairitsu_spawn_duration_seconds";
const COMPILE_DURATION: &str = "tairitsu_compile_duration_seconds";
const CACHE_HITS: &str = "tairitsu_cache_hits_total";
const CACHE_MISSES: &str = "tairitsu_cache_misses_total";
const CONTAINERS: &str = "tairitsu_containers";

/// A registry's metrics, if they are on.
#[derive(Clone)]
pub(crate) struct Meters(Option<Arc<Inner>>);

/// The metrics. They are looked up once, so that a call only counts.
struct Inner {
    calls: Counter,
    /// One counter for each word of [`CAUSES`], in the same order.
    errors: [Counter; CAUSES.len()],
    call: Histogram,
    spawn: Histogram,
    compile: Histogram,
    hits: Counter,
    misses: Counter,
    containers: Gauge,
}

impl Meters {
    /// Gets the metrics from the recorder that is installed now.
    pub(crate) fn new(is_on: bool) -> Self {
        Self(is_on.then(|| {
            describe();
            Arc::new(Inner {
                calls: counter!(CALLS),
                errors: CAUSES.map(|cause| counter!(CALL_ERRORS, "cause" => cause)),
                call: histogram!(CALL_DURATION),
                spawn: histogram!(SPAWN_DURATION),
                compile: histogram!(COMPILE_DURATION),
                hits: counter!(CACHE_HITS),
                misses: counter!(CACHE_MISSES),
                containers: gauge!(CONTAINERS),
            })
        }))
    }

    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The current time, if metrics are on.
    pub(crate) fn now(&self) -> Option<Instant> {
        self.is_on().then(Instant::now)
    }

    /// Counts a call that has ended. A cause means that the call ended in an error.
    pub(crate) fn called(&self, began: Option<Instant>, cause: Option<&'static str>) {
        let Some(inner) = &self.0 else { return };
        inner.calls.increment(1);
        record(&inner.call, began);
        if let Some(cause) = cause {
            inner.fail(cause);
        }
    }

    /// Counts a call that was refused. It records no duration.
    pub(crate) fn refused(&self, cause: &'static str) {
        if let Some(inner) = &self.0 {
            inner.calls.increment(1);
            inner.fail(cause);
        }
    }

    pub(crate) fn spawned(&self, began: Option<Instant>) {
        if let Some(inner) = &self.0 {
            record(&inner.spawn, began);
        }
    }

    pub(crate) fn compiled(&self, began: Option<Instant>) {
        if let Some(inner) = &self.0 {
            record(&inner.compile, began);
        }
    }

    /// Counts a look-up of an image in the cache.
    pub(crate) fn looked_up(&self, is_hit: bool) {
        if let Some(inner) = &self.0 {
            if is_hit { &inner.hits } else { &inner.misses }.increment(1);
        }
    }

    /// Counts a container that was added to the list.
    pub(crate) fn entered(&self) {
        if let Some(inner) = &self.0 {
            inner.containers.increment(1.0);
        }
    }

    /// Counts a container that was removed from the list.
    pub(crate) fn left(&self) {
        if let Some(inner) = &self.0 {
            inner.containers.decrement(1.0);
        }
    }
}

impl Inner {
    fn fail(&self, cause: &str) {
        if let Some(place) = CAUSES.iter().position(|known| *known == cause) {
            self.errors[place].increment(1);
        }
    }
}

fn record(histogram: &Histogram, began: Option<Instant>) {
    if let Some(began) = began {
        histogram.record(began.elapsed());
    }
}

fn describe() {
    describe_counter!(CALLS, Unit::Count, "calls to guests that have ended, those that were refused included");
    describe_counter!(CALL_ERRORS, Unit::Count, "calls to guests that ended in an error, by its cause");
    describe_histogram!(CALL_DURATION, Unit::Seconds, "how long a call to a guest took, whatever it ended in");
    describe_histogram!(SPAWN_DURATION, Unit::Seconds, "how long a container took to start, or to start anew");
    describe_histogram!(COMPILE_DURATION, Unit::Seconds, "how long an image took to load that was in no cache");
    describe_counter!(CACHE_HITS, Unit::Count, "images that were in the cache of compiled ones");
    describe_counter!(CACHE_MISSES, Unit::Count, "images that were not, and were compiled");
    describe_gauge!(CONTAINERS, Unit::Count, "containers that live");
}
