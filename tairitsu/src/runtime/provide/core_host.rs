//! The core world's host: a provider with two closures.

use crate::core_world::HostApi;

/// Carries out a command.
pub(crate) type OnExecute = Box<dyn FnMut(String, String) -> Result<String, String> + Send>;
/// Takes a log line.
pub(crate) type OnLog = Box<dyn FnMut(String, String) + Send>;

/// The provider behind [`Container::on_execute`] and [`Container::on_log`].
///
/// [`Container::on_execute`]: crate::Container::on_execute
/// [`Container::on_log`]: crate::Container::on_log
#[derive(Default)]
pub(crate) struct CoreHost {
    pub(crate) on_execute: Option<OnExecute>,
    pub(crate) on_log: Option<OnLog>,
}

#[tairitsu::host]
impl HostApi for CoreHost {
    fn execute(&mut self, command: &str, payload: &str) -> Result<String, String> {
        match &mut self.on_execute {
            Some(handler) => handler(command.into(), payload.into()),
            None => Err(format!("the host carries out no commands, `{command}` neither")),
        }
    }

    fn log(&mut self, level: &str, message: &str) {
        if let Some(handler) = &mut self.on_log {
            return handler(level.into(), message.into());
        }
        match level {
            "error" => tracing::error!(target: "tairitsu::guest", "{message}"),
            "warn" => tracing::warn!(target: "tairitsu::guest", "{message}"),
            "debug" => tracing::debug!(target: "tairitsu::guest", "{message}"),
            "trace" => tracing::trace!(target: "tairitsu::guest", "{message}"),
            _ => tracing::info!(target: "tairitsu::guest", level, "{message}"),
        }
    }
}
