//! Whether a new version of a contract serves those who know the old one: a check before a release.
//!
//! [`between`] compares two contracts that are known as WIT only: two images, two texts, or one of each.
//! [`Image::compatibility`](crate::Image::compatibility) compares an image with a Rust trait.
pub use crate::runtime::Compatibility;
pub use crate::runtime::contracts::{Change, ChangeKind, Changes, Contract, Verdict, VersionTooLow, between};
