//! A guest that calls nothing of its host. The crate that declares its interface declares an interface of the host too.

use tairitsu::core_world::GuestApi;

#[derive(Default)]
struct Guest;

#[tairitsu::guest]
impl GuestApi for Guest {
    fn init(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, String> {
        Ok(format!("{command} {payload}"))
    }
}
