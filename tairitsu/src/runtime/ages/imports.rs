//! Calls of the host by a guest that is older or newer.

use super::calls::Values;
use super::compare::FunctionPlan;
use crate::runtime::base::cause::Cause;
use crate::runtime::base::value_error::ValueError;
use crate::runtime::dynamic::function::Function;
use crate::runtime::dynamic::provider::link_values;
use crate::runtime::dynamic::{handles, of_wit};
use crate::runtime::provide::linker::{ImportBridge, LinkError, Serve};
use crate::runtime::store::state::State;
use std::sync::Arc;
use tairitsu_guest::schema;
use wasmtime::component::LinkerInstance;
use wit_parser::Resolve;

/// The bridges of an interface's functions, in its order. Empty if no function has one.
pub(crate) type Bridges = Vec<Option<Arc<dyn ImportBridge>>>;

/// A function of the host, and how its values go to a guest and back.
#[derive(Clone)]
struct Import {
    /// The function, as the guest declares it.
    function: Arc<Function>,
    values: Arc<Values>,
}

/// The bridges of an interface's functions that have a plan. `id` is the id that the component imports it by.
pub(crate) fn bridges(
    interface: &schema::Interface,
    plans: Vec<Option<FunctionPlan>>,
    resolve: &Resolve,
    id: &str,
    wanted: &wit_parser::Interface,
) -> Bridges {
    let bridges = plans.into_iter().zip(interface.functions).map(|(plan, rust)| {
        let values = Arc::new(Values::new(rust, plan?));
        let function = Arc::new(of_wit::function(resolve, id, wanted.functions.get(rust.name)?));
        let import: Arc<dyn ImportBridge> = Arc::new(Import { function, values });
        Some(import)
    });
    bridges.collect()
}

impl ImportBridge for Import {
    fn link(&self, linker: &mut LinkerInstance<'_, State>, serve: Box<Serve>) -> Result<(), LinkError> {
        let this = self.clone();
        link_values(linker, self.function.clone(), move |store, args| {
            let Self { function, values } = &this;
            let given = if function.has_handles() { args.clone() } else { Vec::new() };
            for (ty, value) in function.types.iter().zip(&given) {
                handles::name(ty, value);
            }
            let args = values.args_in(function, args).map_err(|error| this.failed(error))?;
            let result = serve(store, args)?;
            handles::end_lending(&function.types, &given, store)?;
            values.result_out(result).map_err(|error| this.failed(error))
        })
    }

    fn failed(&self, error: ValueError) -> LinkError {
        Cause::Failed { function: self.function.full_name().into(), message: error.to_string() }.into()
    }
}
