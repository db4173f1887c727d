//! Finds the error of a call that has failed.

use super::noted_panic;
use crate::runtime::base::call_error::{CallError, Fault};
use crate::runtime::base::cause::{Cause, exit_code};
use crate::runtime::base::trap::Trap;
use crate::runtime::ledger::shared::Shared;
use crate::runtime::store::state::State;
use wasmtime::Store;

/// Ends a container whose guest failed in `function`. `store` is `None` for a native guest.
#[cold]
pub(crate) fn fault(
    shared: &Shared,
    store: Option<&mut Store<State>>,
    function: String,
    error: wasmtime::Error,
    first: &mut Option<Trap>,
) -> Fault {
    shared.count_trap();
    let cause = error.downcast_ref::<Cause>().cloned();
    if matches!(cause, Some(Cause::Stopped)) {
        return Fault(Box::new(CallError::Stopped { function }));
    }
    let (ending, trap) = match store {
        Some(store) => {
            let (error, panic) = noted_panic::take(store, error);
            let state = store.data();
            (ending(state, &error, cause), Trap::of_guest(function, error, panic, state.stderr_tail()))
        }
        None => (cause.map_or_else(|| boxed(CallError::Trap), ended_by), Trap::new(function, error)),
    };
    *first = Some(trap.clone());
    let error = ending(trap);
    shared.trap(&error);
    Fault(Box::new(error))
}

/// Makes the error of a call from its trap.
type FromTrap = Box<dyn FnOnce(Trap) -> CallError>;

fn boxed(ending: impl FnOnce(Trap) -> CallError + 'static) -> FromTrap {
    Box::new(ending)
}

/// Finds the error of a call that ended with `error`.
fn ending(state: &State, error: &wasmtime::Error, cause: Option<Cause>) -> FromTrap {
    match cause {
        Some(cause) => ended_by(cause),
        None => match error.downcast_ref() {
            Some(wasmtime::Trap::OutOfFuel) => {
                let limit = state.limits().fuel.unwrap_or(u64::MAX);
                boxed(move |trap| CallError::Fuel { limit, trap })
            }
            Some(wasmtime::Trap::StackOverflow) => {
                let limit = state.machine().stack;
                boxed(move |trap| CallError::Stack { limit, trap })
            }
            _ if is_out_of_handles(error) => {
                let limit = state.limits().handles;
                boxed(move |trap| CallError::Handles { limit, trap })
            }
            _ if is_out_of_host_bytes(error) => {
                let limit = state.limits().host_bytes;
                boxed(move |trap| CallError::HostBytes { limit, trap })
            }
            _ => match exit_code(error) {
                Some(code) => boxed(move |trap| CallError::Exit { code, trap }),
                None => boxed(CallError::Trap),
            },
        },
    }
}

/// Finds the error of a call that the host ended.
pub(super) fn ended_by(cause: Cause) -> FromTrap {
    match cause {
        Cause::Deadline { limit } => boxed(move |trap| CallError::Deadline { limit, trap }),
        Cause::Memory { limit } => boxed(move |trap| CallError::Memory { limit, trap }),
        Cause::Table { limit } => boxed(move |trap| CallError::Table { limit, trap }),
        Cause::Denied { function } => boxed(move |trap| CallError::Denied { function, trap }),
        Cause::Missing { function } => boxed(move |trap| CallError::Missing { function, trap }),
        Cause::Provider { function, message } => boxed(move |trap| CallError::Provider { function, message, trap }),
        Cause::Linked { function, message } => boxed(move |trap| CallError::Linked { function, message, trap }),
        // A dropped call has no caller to read its error. `fault` handles a stopped call before this.
        Cause::Host { .. } | Cause::Dropped | Cause::Stopped => boxed(CallError::Trap),
    }
}

/// Compares the error's text, because wasmtime has no public type for this error. A test pins the text.
fn is_out_of_host_bytes(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}

/// Compares the error's text too. WASI counts its own handles in another table, whose error has a type.
fn is_out_of_handles(error: &wasmtime::Error) -> bool {
    let is_full = matches!(error.downcast_ref(), Some(wasmtime::component::ResourceTableError::Full));
    is_full || error.root_cause().to_string().contains("store handle limit exceeded")
}
