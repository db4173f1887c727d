//! The call of one function by values.

use super::carrier::{Args, Returned, expecting};
use super::function::Function;
use super::handles;
use super::value::Value;
use crate::runtime::base::call_error::{CallError, Fault};
use crate::runtime::call::client::Client;
#[cfg(feature = "async")]
use std::future::poll_fn;

/// A function of a guest that can be called.
pub(crate) struct ByName<'c> {
    pub(crate) client: Client<'c>,
    pub(crate) function: &'c Function,
}

impl ByName<'_> {
    /// Checks the arguments, and calls the function.
    pub(crate) fn call(mut self, args: &[Value]) -> Result<Option<Value>, CallError> {
        let args = self.checked(args)?;
        // SAFETY: `Args` and `Returned` are lowered and lifted by the types of the function that is called, and `checked` has
        // compared the arguments with these types.
        let returned =
            expecting(self.function.result.as_ref(), || unsafe { self.client.call::<Args<'_>, Returned>(0, args) });
        self.settled(returned)
    }

    /// The same, in a container whose calls are futures.
    #[cfg(feature = "async")]
    pub(crate) async fn call_async(mut self, args: &[Value]) -> Result<Option<Value>, CallError> {
        let args = self.checked(args)?;
        // SAFETY: that of `call`.
        let mut call = Box::pin(unsafe { self.client.call_async::<Args<'_>, Returned>(0, args) });
        let ty = self.function.result.as_ref();
        let returned = poll_fn(|cx| expecting(ty, || call.as_mut().poll(cx))).await;
        drop(call);
        self.settled(returned)
    }

    /// The arguments, checked.
    fn checked<'a>(&self, values: &'a [Value]) -> Result<Args<'a>, CallError>
    where
        Self: 'a,
    {
        let function = self.function;
        let wrong = |error| CallError::Value { function: function.full_name().into(), error };
        if let Some(error) = function.other() {
            return Err(wrong(error));
        }
        function.check(values).map_err(wrong)?;
        if function.size.handles {
            handles::check(&self.client, function, values)?;
        }
        Ok(Args { types: &function.types, size: function.size, offsets: &function.offsets, values })
    }

    fn settled(&mut self, returned: Result<Returned, Fault>) -> Result<Option<Value>, CallError> {
        let (value, whose) = returned.map_err(Fault::into)?.into_parts();
        self.client.settle(whose);
        if let (Some(ty), Some(value)) = (&self.function.result, &value) {
            handles::name(ty, value);
        }
        Ok(value)
    }
}
