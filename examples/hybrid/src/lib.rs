//! A greeter that keeps count: the contract, and the guest that fulfils it.

use tairitsu::core_world::{GuestApi, HostApi};

/// A greeting, as both sides see it.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Greeting {
    /// The words of the greeting.
    pub text: String,
    /// How often the guest has greeted, this time included.
    pub visits: u32,
}

/// The reason why there is no greeting.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum GreetError {
    /// The name is empty.
    EmptyName,
    /// The guest does not greet this name, for this reason.
    Banned(String),
}

/// Exported by the guest, called by the host.
#[tairitsu::guest]
pub trait Greeter {
    /// Greets `name`, and counts the visit.
    fn greet(&mut self, name: &str) -> Result<Greeting, GreetError>;
}

/// Provided by the host, called by the guest.
#[tairitsu::host]
pub trait Journal {
    /// Writes an entry down.
    fn record(&mut self, entry: &str);

    /// How many entries there are.
    fn count(&self) -> u64;
}

/// The guest: one value of it is the state of one container.
#[derive(Default)]
pub struct Hello {
    visits: u32,
}

#[tairitsu::guest]
impl Greeter for Hello {
    fn greet(&mut self, name: &str) -> Result<Greeting, GreetError> {
        if name.is_empty() {
            return Err(GreetError::EmptyName);
        }
        if name == "Mallory" {
            return Err(GreetError::Banned(format!("{name} reads other people's letters")));
        }
        self.visits += 1;
        tairitsu::Host.record(&format!("greeted {name}"));
        Ok(Greeting { text: format!("Hello, {name}!"), visits: self.visits })
    }
}

#[tairitsu::guest]
impl GuestApi for Hello {
    fn init(&mut self) -> Result<(), String> {
        tairitsu::Host.log("info", "ready");
        Ok(())
    }

    fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, String> {
        match command {
            "visits" => Ok(format!("{} visits, {} entries", self.visits, tairitsu::Host.count())),
            "shout" => tairitsu::Host.execute("uppercase", payload),
            _ => Err(format!("expected `visits` or `shout`, found `{command}`")),
        }
    }
}
