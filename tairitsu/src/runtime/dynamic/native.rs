//! Calls by name of native guests. There is no component, so each argument becomes the Rust value of its type, and the result
//! a value without a type.

use super::function::Function;
use super::lookup::Functions;
use super::of_schema;
use super::value::Value;
use crate::runtime::base::call_error::{CallError, Fault};
use crate::runtime::base::value_error::ValueError;
use crate::runtime::call::client::Client;
use crate::runtime::call::native_template::{NativeExport, NativeTemplate};
use std::any::Any;
use tairitsu_guest::abi::{Lift, Lower};

/// A call of one function. The arguments were checked.
type Call = Box<dyn Fn(&mut Client<'_>, Vec<Value>) -> Result<Option<Value>, Failed> + Send + Sync>;

/// Why a call has no result.
enum Failed {
    Call(Fault),
    /// A value that Rust or WIT does not have.
    Value(ValueError),
}

/// The calls of an interface's functions, in the interface's order.
#[derive(Default)]
pub(crate) struct Calls(Vec<Call>);

impl Calls {
    /// Adds the next function. Its arguments are the tuple `A`, and its results the tuple `R`.
    pub(crate) fn add<A: Lift, R: Lower>(
        &mut self,
        call: impl Fn(&mut Client<'_>, A) -> Result<R, Fault> + Send + Sync + 'static,
    ) {
        self.0.push(Box::new(move |client, args| {
            let args = Value::Tuple(args).to_rust().map_err(Failed::Value)?;
            let results = call(client, args).map_err(Failed::Call)?;
            match Value::from_rust(&results).map_err(Failed::Value)? {
                Value::Tuple(results) => Ok(results.into_iter().next()),
                result => Ok(Some(result)),
            }
        }));
    }
}

/// The functions of a native guest, and how each is called.
pub(crate) struct NativeFunctions {
    functions: Functions,
    /// Of each function: the export, and the function's index in its interface.
    places: Vec<(&'static NativeExport, usize)>,
    calls: Vec<Call>,
}

impl NativeFunctions {
    fn of(template: &NativeTemplate) -> Self {
        let (mut functions, mut places, mut calls) = (Vec::new(), Vec::new(), Calls::default());
        for export in &template.exports {
            let before = calls.0.len();
            let table: &mut dyn Any = &mut calls;
            let collected = (export.collect)(table).is_ok();
            if !collected || calls.0.len() - before != export.interface.functions.len() {
                // An interface whose types are not all known in Rust compiles no call.
                calls.0.truncate(before);
                continue;
            }
            functions.extend(of_schema::functions(export.interface));
            places.extend((0..export.interface.functions.len()).map(|index| (*export, index)));
        }
        Self { functions: Functions::new(functions), places, calls: calls.0 }
    }

    /// The functions, to be found by name.
    pub(crate) fn lookup(&self) -> &Functions {
        &self.functions
    }

    /// The export with the function of this index.
    pub(crate) fn export(&self, index: usize) -> &'static NativeExport {
        self.places[index].0
    }

    /// Calls the function of this index, by a client of its interface.
    pub(crate) fn call(
        &self,
        index: usize,
        function: &Function,
        client: &mut Client<'_>,
        args: &[Value],
    ) -> Result<Option<Value>, CallError> {
        let wrong = |error| CallError::Value { function: function.full_name().into(), error };
        function.check(args).map_err(wrong)?;
        self.calls[index](client, args.to_vec()).map_err(|failed| match failed {
            Failed::Call(fault) => fault.into(),
            Failed::Value(error) => wrong(error),
        })
    }
}

impl NativeTemplate {
    /// The guest's functions.
    pub(crate) fn functions(&self) -> &NativeFunctions {
        self.kept(|| NativeFunctions::of(self))
    }
}
