//! Providers without types: one function of the host serves all functions of an interface.

use super::function::Function;
use super::handles;
use super::imported::{Answer, Arguments};
use super::value::Value;
use super::value_type::MAX_FLAT;
use crate::runtime::base::caught::caught;
use crate::runtime::base::cause::Cause;
use crate::runtime::base::track::same_track;
use crate::runtime::engine::machine::Asyncness;
use crate::runtime::provide::linker::{LinkError, link_denied};
use crate::runtime::store::resources::Lifted;
use crate::runtime::store::state::State;
use std::fmt;
use std::sync::Arc;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

/// The function that serves an interface: it is given the function's name and the arguments.
type Serve = dyn Fn(&str, &[Value]) -> Result<Option<Value>, String> + Send + Sync;

/// A provider without types.
#[derive(Clone)]
pub(crate) struct DynamicProvider {
    /// The id of the interface. Empty for the functions outside any interface.
    pub(crate) interface: Arc<str>,
    serve: Arc<Serve>,
}

impl DynamicProvider {
    pub(crate) fn new<E: fmt::Display>(
        interface: &str,
        serve: impl Fn(&str, &[Value]) -> Result<Option<Value>, E> + Send + Sync + 'static,
    ) -> Self {
        let serve = move |name: &str, args: &[Value]| serve(name, args).map_err(|error| error.to_string());
        Self { interface: interface.into(), serve: Arc::new(serve) }
    }

    /// Links one function that an image imports. If the function is denied, every call of it fails.
    pub(crate) fn link(
        &self,
        linker: &mut LinkerInstance<'_, State>,
        function: Function,
        asyncness: Asyncness,
        is_denied: bool,
    ) -> Result<(), LinkError> {
        if is_denied {
            return link_denied(linker, &function.interface, &function.name);
        }
        if let Some(error) = function.other() {
            return Err(LinkError::msg(format!("{}: {error}", function.full_name())));
        }
        let (function, serve) = (Arc::new(function), self.serve.clone());
        let served = function.clone();
        link_values(linker, function, move |store, args| {
            for (ty, value) in served.types.iter().zip(&args) {
                handles::name(ty, value);
            }
            call(&*serve, &served, asyncness, store, &args)
        })
    }
}

/// Links a function to `serve`, which is given the arguments as values of the types that the component declares.
pub(crate) fn link_values(
    linker: &mut LinkerInstance<'_, State>,
    function: Arc<Function>,
    serve: impl Fn(&mut StoreContextMut<'_, State>, Vec<Value>) -> wasmtime::Result<Option<Value>> + Send + Sync + 'static,
) -> Result<(), LinkError> {
    let has_slot = function.result.as_ref().is_some_and(|result| result.size().flat == 1);
    let call = Call { serve: Box::new(serve), function };
    if has_slot { call.link_answer::<1>(linker) } else { call.link_answer::<0>(linker) }
}

/// The provider without types of an import.
pub(crate) fn provider_of<'p>(untyped: &'p [DynamicProvider], import: &str) -> Option<&'p DynamicProvider> {
    untyped.iter().find(|provider| match (&*provider.interface, import) {
        ("", "") => true,
        ("", _) | (_, "") => false,
        (interface, import) => interface == import || same_track(interface, import),
    })
}

/// A function on its way into the linker.
struct Call {
    serve: Box<ServeValues>,
    function: Arc<Function>,
}

type ServeValues = dyn Fn(&mut StoreContextMut<'_, State>, Vec<Value>) -> wasmtime::Result<Option<Value>> + Send + Sync;

impl Call {
    fn link_answer<const M: usize>(self, linker: &mut LinkerInstance<'_, State>) -> Result<(), LinkError> {
        /// Chooses the count of slots, which wasmtime knows as a type.
        macro_rules! slots {
            ($($count:literal)*) => {
                match self.function.size.flat {
                    $($count => self.link_arguments::<$count, false, M>(linker),)*
                    _ => self.link_arguments::<0, true, M>(linker),
                }
            };
        }
        const _: () = assert!(MAX_FLAT == 16);
        slots!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
    }

    fn link_arguments<const N: usize, const IN_MEMORY: bool, const M: usize>(
        self,
        linker: &mut LinkerInstance<'_, State>,
    ) -> Result<(), LinkError> {
        let name = self.function.name.clone();
        linker.func_wrap(&name, move |mut store: StoreContextMut<'_, State>, args: Arguments<N, IN_MEMORY>| {
            if let Some(whose) = args.whose() {
                whose.settle(store.data_mut().resources());
            }
            let value = (self.serve)(&mut store, args.values)?;
            Ok(Answer::<M> { ty: self.function.result.clone(), value })
        })
    }
}

/// Calls the provider, and checks what it returns.
fn call(
    serve: &Serve,
    function: &Function,
    asyncness: Asyncness,
    store: &mut StoreContextMut<'_, State>,
    args: &[Value],
) -> wasmtime::Result<Option<Value>> {
    let failed = |message| Cause::Failed { function: function.full_name().into(), message };
    let value = match asyncness.on_its_stack(|| caught(|| serve(&function.name, args))) {
        Ok(Ok(value)) => value,
        Ok(Err(message)) => return Err(failed(message).into()),
        Err(message) => {
            return Err(Cause::Provider { function: function.full_name().into(), message }.into());
        }
    };
    handles::end_lending(&function.types, args, store)?;
    store.data().time.after_host()?;
    let checked = match (&function.result, &value) {
        (None, None) => Ok(()),
        (Some(ty), Some(value)) => ty.check(value).map_err(|error| error.within("the result")),
        (None, Some(_)) => return Err(failed("expected no result, found one".into()).into()),
        (Some(ty), None) => return Err(failed(format!("expected a result of type {ty}, found none")).into()),
    };
    checked.map_err(|error| failed(error.to_string()))?;
    Ok(value)
}

impl fmt::Debug for DynamicProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynamicProvider").field(&self.interface).finish()
    }
}
