//! Data as Rust people write it, with trait and impl in one crate.

mod forest;
mod shapes;

pub use forest::{Chain, Expr, Forest, Hostile, deep};
pub use shapes::{Block, Hue, Pair, Port, Shape, Shapes, Turner, Walk, Wrapper, ways};

/// The guest.
#[derive(Default)]
pub struct Guest;
