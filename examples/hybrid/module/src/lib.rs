//! A greeter that speaks only the core world: commands and strings. Its host shares no contract with it.

use tairitsu::core_world::{GuestApi, HostApi};

/// The guest: one value of it is the state of one container.
#[derive(Default)]
pub struct Hello {
    visits: u32,
}

#[tairitsu::guest]
impl GuestApi for Hello {
    fn init(&mut self) -> Result<(), String> {
        tairitsu::Host.log("info", "ready");
        Ok(())
    }

    fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, String> {
        match command {
            "greet" => {
                self.visits += 1;
                let answer = tairitsu::Host.execute("greet", payload)?;
                Ok(format!("{payload}, visitor no. {}! {answer}", self.visits))
            }
            _ => Err(format!("expected `greet`, found `{command}`")),
        }
    }
}
