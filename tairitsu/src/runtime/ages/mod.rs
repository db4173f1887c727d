//! Two sides of one contract, of equal or of different age.
//!
//! - `compare`: an interface held against a component's. `pairs`: the members of a type that both sides have, and those that
//!   one side has. `compatibility`: the verdict before anything runs.
//! - `plan`: how values go from one age to the other. `calls`, `imports`: calls into a guest and out of it that need a plan.

pub(super) mod calls;
pub(super) mod compare;
pub(super) mod compatibility;
pub(super) mod imports;
mod pairs;
mod plan;
