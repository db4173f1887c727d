//! Calls by name: a function of the guest is found by its name, and takes and returns values without types.

#[cfg(feature = "async")]
use super::async_container::AsyncContainer;
use super::container::{Container, Live, Origin};
use crate::runtime::base::call_error::CallError;
use crate::runtime::base::load_error::Error;
use crate::runtime::call::client::{Client, Target};
use crate::runtime::dynamic::call::ByName;
use crate::runtime::dynamic::value::Value;
use crate::runtime::ledger::observe::Names;
use crate::runtime::ledger::status::Status;
use std::sync::Arc;

impl Container {
    /// Calls the function of a name.
    ///
    /// The name is that of [`Function::full_name`], or a tail of it that no other function of the image has: `greet` and
    /// `greeter#greet` stand for `acme:hello/greeter@1.0.0#greet`. The arguments are in the order of the parameters. The
    /// result is `None` for a function without one. A function's own error is a value, [`Value::Result`].
    ///
    /// [`Image::functions`](crate::Image::functions) lists the functions and their types.
    ///
    /// [`Function::full_name`]: crate::dynamic::Function::full_name
    ///
    /// # Errors
    ///
    /// - [`CallError::NoFunction`] and [`CallError::Ambiguous`], if the name stands for no function or for several.
    /// - [`CallError::Value`], if an argument is not of its type, and [`CallError::Handle`], if it is a handle that the
    ///   guest cannot be given. The guest was not called.
    /// - [`CallError::Interface`], if the container was due to be restarted, and could not be.
    /// - The errors of every call.
    pub fn call(&mut self, function: &str, args: &[Value]) -> Result<Option<Value>, CallError> {
        if !matches!(self.shared.status(), Status::Running | Status::Created) {
            self.revive().map_err(|error| failed(error, function))?;
        }
        if let Some(result) = self.call_native(function, args) {
            return result;
        }
        self.by_name(function)?.call(args)
    }

    /// Calls the function of a name in a native guest. `None` if an image runs.
    fn call_native(&mut self, name: &str, args: &[Value]) -> Option<Result<Option<Value>, CallError>> {
        let (Origin::Native(native), Some(Live::Native(guest))) = (&self.origin, &mut self.live) else { return None };
        let functions = native.functions();
        let index = match functions.lookup().find(name) {
            Ok(index) => index,
            Err(error) => return Some(Err(error)),
        };
        let (export, function) = (functions.export(index), &functions.lookup().all()[index]);
        let target = Target::Native { guest, export, shared: &self.shared };
        let mut client = Client { target, names: Names::Interface(export.interface), first: &mut self.first };
        Some(functions.call(index, function, &mut client, args))
    }

    /// The function of a name in the guest that runs now.
    pub(super) fn by_name(&mut self, name: &str) -> Result<ByName<'_>, CallError> {
        let first = &mut self.first;
        match (&self.origin, &mut self.live) {
            (Origin::Image(template), Some(Live::Wasm(wasm))) => {
                let functions = template.image().lookup();
                let index = functions.find(name)?;
                let function = &functions.all()[index];
                let (store, found) = wasm.named(index, function);
                let target = Target::Wasm { store, functions: found, bridged: None };
                let client = Client { target, names: Names::Function(function.full_name()), first };
                Ok(ByName { client, index: 0, function })
            }
            _ => Err(CallError::Stopped { function: name.into() }),
        }
    }
}

#[cfg(feature = "async")]
impl AsyncContainer {
    /// [`Container::call`], by a future.
    ///
    /// # Errors
    ///
    /// Those of [`Container::call`].
    pub async fn call_async(&mut self, function: &str, args: &[Value]) -> Result<Option<Value>, CallError> {
        self.container_mut().by_name(function)?.call_async(args).await
    }
}

/// The error of a container that could not be restarted for a call.
fn failed(error: Error, function: &str) -> CallError {
    match error {
        Error::Stopped { .. } => CallError::Stopped { function: function.into() },
        error => CallError::Interface(Arc::new(error)),
    }
}
