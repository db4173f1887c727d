//! Data as Rust people write it, with trait and impl in one crate.

mod adapted;
mod forest;
pub mod names;
mod shapes;

pub use adapted::{Bolt, Gate, Gates, Keeper, KeeperGuest, Lock, Numbers, gate};
pub use forest::{Chain, Expr, Forest, Hostile, deep};
pub use names::{HostVerbs, Joiner, JoinerGuest, Lines, Names, Scroll, Thing, VerbThing, Verbs};
pub use shapes::{Block, Hue, Pair, Port, Shape, Shapes, Turner, Walk, Wrapper, ways};

/// The guest.
#[derive(Default)]
pub struct Guest;
