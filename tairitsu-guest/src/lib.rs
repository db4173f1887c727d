//! The guest half of Tairitsu.
//!
//! Guests and shared crates depend on `tairitsu`, which re-exports the items of this crate that they need. This crate
//! compiles natively too, so that both sides have the same contract.
//!
//! - [`schema`]: the const model of an interface, its layout, flattening, binary section and WIT text.
//! - [`abi`]: lift and lower, written once over a memory.
//! - `rt`: the guest's half of each call, on wasm32. Its tests run natively, under Miri.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod abi;
#[cfg(any(target_family = "wasm", test))]
pub mod rt;
pub mod schema;

/// The host, as a guest sees it. It implements every `#[tairitsu::host]` trait. The trait has to be in scope.
///
/// ```ignore
/// tairitsu::Host.record("an entry");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Host;
