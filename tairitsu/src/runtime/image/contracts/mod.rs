//! Two contracts that are known as WIT only, held against each other. Nothing is linked or run.

mod age;
pub(crate) mod between;
pub(crate) mod changes;
mod comparison;
pub(crate) mod contract;
mod interfaces;
mod types;
