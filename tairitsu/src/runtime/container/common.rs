//! What containers of both kinds have in common, whether their calls are futures or not.

/// The methods that `Container` and `AsyncContainer` share. Both have `common()` and `common_mut()`, which return the
/// `Container`.
macro_rules! common_methods {
    () => {
        /// The container's name in a list.
        pub fn name(&self) -> &str {
            self.common().shared.name()
        }

        /// The container's status.
        pub fn status(&self) -> Status {
            self.common().shared.status()
        }

        /// The trap that ended the container, if a trap ended it.
        pub fn first_trap(&self) -> Option<&Trap> {
            self.common().first.as_ref()
        }

        /// A view of the container that any thread can use.
        pub fn handle(&self) -> Handle {
            Handle::of(&self.common().shared)
        }

        /// Stops the container, and frees its instance and memory. The providers stay for a restart, until the container
        /// is dropped.
        ///
        /// Returns the resources that the guest or the host still held. If a container ends by a restart or a drop,
        /// `tracing` gets them as a warning.
        pub fn stop(&mut self) -> Leaks {
            self.common().shared.stop();
            self.common_mut().close()
        }

        /// The time until a trapped container may be restarted by its [`RestartPolicy`]. `None` if the container has not
        /// trapped, or if the policy does not restart it.
        ///
        /// [`RestartPolicy`]: crate::RestartPolicy
        pub fn restarts_in(&mut self) -> Option<Duration> {
            match self.common().shared.status() {
                Status::Trapped => {
                    let policy = self.common().origin.restart();
                    let now = std::time::Instant::now();
                    let trapped = self.common().first.as_ref().map_or(now, Trap::at);
                    self.common_mut().backoff.wait(policy, trapped, now)
                }
                _ => None,
            }
        }

        /// Sets the handler of commands from a guest of the core world: `handler(command, payload)`. Without a handler,
        /// every command is an error.
        pub fn on_execute(
            &mut self,
            handler: impl FnMut(String, String) -> Result<String, String> + Send + 'static,
        ) -> &mut Self {
            self.common_mut().core_host(|host| host.on_execute = Some(Box::new(handler)));
            self
        }

        /// Sets the handler of log lines from a guest of the core world: `handler(level, message)`. Without a handler, the
        /// log goes to `tracing`.
        pub fn on_log(&mut self, handler: impl FnMut(String, String) + Send + 'static) -> &mut Self {
            self.common_mut().core_host(|host| host.on_log = Some(Box::new(handler)));
            self
        }

        /// Takes the captured standard output: what the guest has written since the last call of this function. Empty if
        /// the output is not captured, and for a native guest.
        #[cfg(feature = "wasi")]
        pub fn take_stdout(&mut self) -> Vec<u8> {
            self.common().wasi().map(|wasi| wasi.stdout.take()).unwrap_or_default()
        }

        /// Takes the captured standard error: what the guest has written since the last call of this function. Empty if
        /// it is not captured, and for a native guest.
        #[cfg(feature = "wasi")]
        pub fn take_stderr(&mut self) -> Vec<u8> {
            self.common().wasi().map(|wasi| wasi.stderr.take()).unwrap_or_default()
        }
    };
}

pub(super) use common_methods;
