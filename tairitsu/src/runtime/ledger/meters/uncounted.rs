//! A registry's metrics without the feature `metrics`: nothing is counted.

use std::time::Instant;

/// A registry's metrics, which count nothing.
#[derive(Clone)]
pub(crate) struct Meters;

impl Meters {
    pub(crate) fn new(_is_on: bool) -> Self {
        Self
    }

    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        false
    }

    pub(crate) fn now(&self) -> Option<Instant> {
        None
    }

    pub(crate) fn called(&self, _began: Option<Instant>, _cause: Option<&'static str>) {}

    pub(crate) fn refused(&self, _cause: &'static str) {}

    pub(crate) fn spawned(&self, _began: Option<Instant>) {}

    pub(crate) fn compiled(&self, _began: Option<Instant>) {}

    pub(crate) fn looked_up(&self, _is_hit: bool) {}

    pub(crate) fn entered(&self) {}

    pub(crate) fn left(&self) {}
}
