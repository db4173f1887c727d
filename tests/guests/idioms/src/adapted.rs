//! Parameters and results that cross as other types.

use crate::Guest;
use std::num::NonZeroU16;

/// A type that is no WIT type.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate(pub NonZeroU16);

/// The gate of this number.
pub fn gate(number: u16) -> Result<Gate, String> {
    NonZeroU16::new(number).map(Gate).ok_or_else(|| format!("there is no gate {number}"))
}

/// Adapted on a guest's side, and by a resource.
#[tairitsu::guest(package = "test:idioms@1.0.0", uses = Lock)]
pub trait Gates {
    /// An owned value, and a plain result.
    #[wit(result_as = u16, result_to = |gate| gate.0.get(), result_from = gate)]
    fn next(&self, #[wit(as = u16, to = |gate| gate.0.get(), from = gate)] of: Gate) -> Gate;
    /// A reference, and a `Result`.
    #[wit(result_as = String, result_to = |gate| gate.0.to_string(), result_from = parse)]
    fn named(
        &mut self,
        #[wit(as = u16, to = |gate| gate.0.get(), from = gate)] of: &Gate,
        name: String,
    ) -> Result<Gate, String>;
    /// What the host makes of it.
    fn by_the_host(&self, number: u16) -> Vec<u16>;
}

/// Adapted on the host's side.
#[tairitsu::host(package = "test:idioms@1.0.0")]
pub trait Keeper {
    /// A plain result.
    #[wit(result_as = u16, result_to = |gate| gate.0.get(), result_from = gate)]
    fn other(&self, #[wit(as = u16, to = |gate| gate.0.get(), from = gate)] than: &Gate) -> Gate;
    /// By a future.
    #[wit(result_as = u16, result_to = |gate| gate.0.get(), result_from = gate)]
    async fn later(&self, #[wit(as = u16, to = |gate| gate.0.get(), from = gate)] gate: Gate) -> Result<Gate, String>;
}

/// The interface above, as a guest has it.
#[tairitsu::guest(package = "test:idioms@1.0.0", rename = "keeper")]
pub trait KeeperGuest {
    /// A plain result.
    #[wit(result_as = u16, result_to = |gate| gate.0.get(), result_from = gate)]
    fn other(&self, #[wit(as = u16, to = |gate| gate.0.get(), from = gate)] than: &Gate) -> Gate;
    /// The same.
    #[wit(result_as = u16, result_to = |gate| gate.0.get(), result_from = gate)]
    fn later(&self, #[wit(as = u16, to = |gate| gate.0.get(), from = gate)] gate: Gate) -> Result<Gate, String>;
}

/// A resource of the guest.
#[tairitsu::resource(guest, package = "test:idioms@1.0.0")]
pub trait Lock {
    /// Of a gate.
    fn new(#[wit(as = u16, to = |gate| gate.0.get(), from = gate)] gate: Gate) -> Self;
    /// The gate.
    #[wit(result_as = u16, result_to = |gate| gate.0.get(), result_from = gate)]
    fn gate(&self) -> Gate;
}

/// The same interface as numbers, for a host that passes a number which is no gate.
#[tairitsu::guest(package = "test:idioms@1.0.0", rename = "gates")]
pub trait Numbers {
    /// [`Gates::next`]
    fn next(&self, of: u16) -> u16;
}

/// The value of a [`Lock`].
pub struct Bolt(Gate);

#[tairitsu::resource]
impl Lock for Bolt {
    fn new(gate: Gate) -> Self {
        Bolt(gate)
    }

    fn gate(&self) -> Gate {
        self.0.clone()
    }
}

fn parse(text: String) -> Result<Gate, String> {
    gate(text.parse().map_err(|_| format!("`{text}` is no number"))?)
}

#[tairitsu::guest]
impl Gates for Guest {
    fn next(&self, of: Gate) -> Gate {
        Gate(of.0.saturating_add(1))
    }

    fn named(&mut self, of: &Gate, name: String) -> Result<Gate, String> {
        if name.is_empty() { Err("no name".into()) } else { Ok(Gate(of.0.saturating_add(name.len() as u16))) }
    }

    fn by_the_host(&self, number: u16) -> Vec<u16> {
        let gate = gate(number).unwrap();
        let other = tairitsu::Host.other(&gate);
        let later = tairitsu::Host.later(gate).map_or(0, |gate| gate.0.get());
        vec![other.0.get(), later]
    }
}

#[tairitsu::guest]
impl KeeperGuest for Guest {
    fn other(&self, than: &Gate) -> Gate {
        Gate(than.0.saturating_add(100))
    }

    fn later(&self, gate: Gate) -> Result<Gate, String> {
        if gate.0.get() == 7 { Err("seven".into()) } else { Ok(gate) }
    }
}
