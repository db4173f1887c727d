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
    /// The function's index among those of the client.
    pub(crate) index: usize,
    pub(crate) function: &'c Function,
}

impl ByName<'_> {
    /// Checks the arguments, and calls the function.
    pub(crate) fn call(self, args: &[Value]) -> Result<Option<Value>, CallError> {
        self.check(args)?;
        self.call_checked(args).map_err(Fault::into)
    }

    /// Calls the function with arguments of its types. A bad handle among them is an error of the call.
    pub(crate) fn call_checked(mut self, args: &[Value]) -> Result<Option<Value>, Fault> {
        let args = self.args(args)?;
        // SAFETY: `Args` and `Returned` are lowered and lifted by the types of the function that is called. A value of another
        // type is an error.
        let returned = expecting(self.function.result.as_ref(), || unsafe {
            self.client.call::<Args<'_>, Returned>(self.index, args)
        });
        self.settled(returned)
    }

    /// The same, in a container whose calls are futures.
    #[cfg(feature = "async")]
    pub(crate) async fn call_async(self, args: &[Value]) -> Result<Option<Value>, CallError> {
        self.check(args)?;
        self.call_checked_async(args).await.map_err(Fault::into)
    }

    /// [`ByName::call_checked`], in a container whose calls are futures.
    #[cfg(feature = "async")]
    pub(crate) async fn call_checked_async(mut self, args: &[Value]) -> Result<Option<Value>, Fault> {
        let args = self.args(args)?;
        // SAFETY: that of `call`.
        let mut call = Box::pin(unsafe { self.client.call_async::<Args<'_>, Returned>(self.index, args) });
        let ty = self.function.result.as_ref();
        let returned = poll_fn(|cx| expecting(ty, || call.as_mut().poll(cx))).await;
        drop(call);
        self.settled(returned)
    }

    /// Compares the arguments with the function's types.
    fn check(&self, values: &[Value]) -> Result<(), CallError> {
        let function = self.function;
        let wrong = |error| CallError::Value { function: function.full_name().into(), error };
        if let Some(error) = function.other() {
            return Err(wrong(error));
        }
        function.check(values).map_err(wrong)
    }

    /// The arguments, with handles that the guest can be given.
    fn args<'a>(&self, values: &'a [Value]) -> Result<Args<'a>, Fault>
    where
        Self: 'a,
    {
        let function = self.function;
        if function.size.handles {
            handles::check(&self.client, self.index, function, values).map_err(|error| Fault(Box::new(error)))?;
        }
        Ok(Args { types: &function.types, size: function.size, offsets: &function.offsets, values })
    }

    fn settled(&mut self, returned: Result<Returned, Fault>) -> Result<Option<Value>, Fault> {
        let (value, whose) = returned?.into_parts();
        self.client.settle(whose);
        if let (Some(ty), Some(value)) = (&self.function.result, &value) {
            handles::name(ty, value);
        }
        Ok(value)
    }
}
