//! Calls of a guest that is older or newer than the host.

use super::compare::FunctionPlan;
use super::pairs::Side;
use crate::runtime::base::call_error::{CallError, Fault};
use crate::runtime::base::value_error::ValueError;
#[cfg(feature = "async")]
use crate::runtime::call::client::Calling;
use crate::runtime::call::client::{Bridge, Bridges, Client};
use crate::runtime::dynamic::call::ByName;
use crate::runtime::dynamic::function::Function;
use crate::runtime::dynamic::value::Value;
use crate::runtime::dynamic::value_type::ValueType;
use crate::runtime::dynamic::{of_schema, of_wit};
use crate::runtime::values::aside::Aside;
use std::sync::Arc;
use tairitsu_guest::schema;
use wit_parser::Resolve;

/// A function of a guest, and how its values go there and back.
struct CallBridge {
    /// The function, as the guest declares it.
    function: Function,
    values: Values,
}

/// The values of a function on the host's side, and how they go to the guest and back.
pub(super) struct Values {
    /// The tuple of the parameters.
    params: ValueType,
    result: Option<ValueType>,
    plan: FunctionPlan,
}

impl Values {
    pub(super) fn new(function: &schema::Function, plan: FunctionPlan) -> Self {
        let params = function.params.iter().filter_map(|param| of_schema::value_type(&param.ty)).collect();
        let result = of_schema::value_type(&function.result);
        Self { params: ValueType::tuple(params), result, plan }
    }

    /// The arguments of a call that the host makes, for the guest.
    fn args_out(&self, function: &Function, args: Aside) -> Result<Vec<Value>, ValueError> {
        let Value::Tuple(mut values) = Value::from_aside(&self.params, args)? else { return Ok(Vec::new()) };
        self.convert(function, Side::Guest, &mut values)?;
        Ok(values)
    }

    /// The arguments of a call that the guest makes, for the host.
    pub(super) fn args_in(&self, function: &Function, mut values: Vec<Value>) -> Result<Aside, ValueError> {
        self.convert(function, Side::Host, &mut values)?;
        Value::Tuple(values).to_aside(&self.params)
    }

    fn convert(&self, function: &Function, to: Side, values: &mut [Value]) -> Result<(), ValueError> {
        let plans = self.plan.params.iter().zip(&function.params);
        plans
            .zip(values)
            .try_for_each(|((plan, param), value)| plan.replace(to, value).map_err(|error| error.within(&param.name)))
    }

    /// The result of a call that the host has made.
    fn result_in(&self, value: Option<Value>) -> Result<Aside, ValueError> {
        match (&self.result, value) {
            (Some(ty), Some(value)) => self.result(Side::Host, value)?.to_aside(ty),
            _ => Ok(Aside::default()),
        }
    }

    /// The result of a call that the guest has made.
    pub(super) fn result_out(&self, result: Aside) -> Result<Option<Value>, ValueError> {
        match &self.result {
            Some(ty) => self.result(Side::Guest, Value::from_aside(ty, result)?).map(Some),
            None => Ok(None),
        }
    }

    fn result(&self, to: Side, mut value: Value) -> Result<Value, ValueError> {
        self.plan.result.replace(to, &mut value).map_err(|error| error.within("the result"))?;
        Ok(value)
    }
}

/// The bridges of an interface's functions that have a plan. `id` is the id that the component exports it by.
pub(crate) fn bridges(
    interface: &schema::Interface,
    plans: Vec<Option<FunctionPlan>>,
    resolve: &Resolve,
    id: &str,
    found: &wit_parser::Interface,
) -> Bridges {
    let bridges = plans.into_iter().zip(interface.functions).map(|(plan, rust)| {
        let values = Values::new(rust, plan?);
        let function = of_wit::function(resolve, id, found.functions.get(rust.name)?);
        let bridge: Arc<dyn Bridge> = Arc::new(CallBridge { function, values });
        Some(bridge)
    });
    bridges.collect()
}

impl CallBridge {
    fn wrong(&self) -> impl Fn(ValueError) -> Fault {
        |error| Fault(Box::new(CallError::Value { function: self.function.full_name().into(), error }))
    }
}

impl Bridge for CallBridge {
    fn call(&self, client: Client<'_>, index: usize, args: Aside) -> Result<Aside, Fault> {
        let args = self.values.args_out(&self.function, args).map_err(self.wrong())?;
        let value = ByName { client, index, function: &self.function }.call_checked(&args)?;
        self.values.result_in(value).map_err(self.wrong())
    }

    #[cfg(feature = "async")]
    fn call_async<'c>(&'c self, client: Client<'c>, index: usize, args: Aside) -> Calling<'c, Result<Aside, Fault>> {
        Box::pin(async move {
            let args = self.values.args_out(&self.function, args).map_err(self.wrong())?;
            let value = ByName { client, index, function: &self.function }.call_checked_async(&args).await?;
            self.values.result_in(value).map_err(self.wrong())
        })
    }
}
