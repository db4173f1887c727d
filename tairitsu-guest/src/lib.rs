//! The guest half of Tairitsu. Guests and shared crates depend on `tairitsu`, which
//! re-exports what they need of this crate; it compiles natively too, so that the same contract is
//! there on both sides.
//!
//! - [`schema`]: the const model of an interface, its layout, flattening, binary section and WIT text.
//! - [`abi`]: lift and lower, written once over a memory.
//! - `rt`: what generated code calls on wasm32.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod abi;
#[cfg(target_family = "wasm")]
pub mod rt;
pub mod schema;

/// The host, as a guest sees it: it implements every `#[tairitsu::host]` trait that is in scope.
///
/// ```ignore
/// tairitsu::Host.record("an entry");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Host;
