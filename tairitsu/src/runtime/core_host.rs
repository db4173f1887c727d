//! The core world's host, made of two closures.

use crate::core::HostApi;

/// What carries out a command.
pub(super) type OnExecute = Box<dyn FnMut(&str, &str) -> Result<String, String> + Send>;
/// What takes a line of the log.
pub(super) type OnLog = Box<dyn FnMut(&str, &str) + Send>;

/// The provider behind [`Container::on_execute`] and [`Container::on_log`].
///
/// [`Container::on_execute`]: super::Container::on_execute
/// [`Container::on_log`]: super::Container::on_log
#[derive(Default)]
pub(super) struct CoreHost {
    pub(super) on_execute: Option<OnExecute>,
    pub(super) on_log: Option<OnLog>,
}

#[tairitsu::host]
impl HostApi for CoreHost {
    fn execute(&mut self, command: &str, payload: &str) -> Result<String, String> {
        match &mut self.on_execute {
            Some(handler) => handler(command, payload),
            None => Err(format!("the host carries out no commands, `{command}` neither")),
        }
    }

    fn log(&mut self, level: &str, message: &str) {
        if let Some(handler) = &mut self.on_log {
            return handler(level, message);
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
