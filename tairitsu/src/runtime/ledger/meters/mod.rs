//! A registry's metrics.

#[cfg(feature = "metrics")]
mod counted;
#[cfg(not(feature = "metrics"))]
mod uncounted;

#[cfg(feature = "metrics")]
pub(crate) use counted::Meters;
#[cfg(not(feature = "metrics"))]
pub(crate) use uncounted::Meters;
