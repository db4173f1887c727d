//! Finds the error of a call that has failed.

use super::noted_panic;
use crate::runtime::base::call_error::{CallError, Fault};
use crate::runtime::base::cause::{Cause, exit_code};
use crate::runtime::base::trap::Trap;
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::status::Status;
use crate::runtime::store::state::State;
use wasmtime::component::ResourceTableError;
use wasmtime::{GcHeapOutOfMemory, Store};

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
    // A call may also end because its caller in another container was stopped. Then this container has trapped.
    if matches!(cause, Some(Cause::Stopped)) && shared.status() == Status::Stopped {
        return Fault(Box::new(CallError::Stopped { function }));
    }
    let (ending, trap) = match store {
        Some(store) => {
            let panic = noted_panic::find(store, &error);
            let error = noted_panic::without_instances(error);
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
        Some(Cause::HostBytes) => host_bytes(state),
        Some(cause) => ended_by(cause),
        None => match error.downcast_ref() {
            Some(wasmtime::Trap::AllocationTooLarge) => memory(state),
            _ if error.is::<GcHeapOutOfMemory<()>>() => memory(state),
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
            _ if is_out_of_host_bytes(error) => host_bytes(state),
            _ => match exit_code(error) {
                Some(code) => boxed(move |trap| CallError::Exit { code, trap }),
                None => boxed(CallError::Trap),
            },
        },
    }
}

/// A heap of collected values counts as memory. wasmtime asks the limiter first, and reports a refusal by this error.
fn memory(state: &State) -> FromTrap {
    let limit = state.limits().memory;
    boxed(move |trap| CallError::Memory { limit, trap })
}

fn host_bytes(state: &State) -> FromTrap {
    let limit = state.limits().host_bytes;
    boxed(move |trap| CallError::HostBytes { limit, trap })
}

/// Finds the error of a call that the host ended.
pub(super) fn ended_by(cause: Cause) -> FromTrap {
    match cause {
        Cause::Deadline { limit } => boxed(move |trap| CallError::Deadline { limit, trap }),
        Cause::Memory { limit } => boxed(move |trap| CallError::Memory { limit, trap }),
        Cause::Table { limit } => boxed(move |trap| CallError::Table { limit, trap }),
        Cause::Denied { function } => boxed(move |trap| CallError::Denied { function, trap }),
        Cause::Missing { function } => boxed(move |trap| CallError::Missing { function, trap }),
        Cause::Provider { function, message } | Cause::Failed { function, message } => {
            boxed(move |trap| CallError::Provider { function, message, trap })
        }
        Cause::Linked { function, message } => boxed(move |trap| CallError::Linked { function, message, trap }),
        // A native guest's values are not lifted, and `ending` handles this for others.
        Cause::HostBytes => boxed(CallError::Trap),
        // A dropped call has no caller to read its error. `fault` handles a stopped call before this.
        Cause::Host { .. } | Cause::Dropped | Cause::Stopped => boxed(CallError::Trap),
    }
}

/// Whether wasmtime's own lifting reached the limit of host bytes. Our own lifting makes a [`Cause`].
///
/// The type of wasmtime's error is private, so its name tells. A value of that name and of no size is not made of text
/// that a guest wrote. A test pins the name.
fn is_out_of_host_bytes(error: &wasmtime::Error) -> bool {
    let root = error.root_cause();
    size_of_val(root) == 0 && format!("{root:?}") == "HostcallFuelExhausted"
}

/// Whether the limit of handles was reached: wasmtime's, or the one of WASI's table.
///
/// wasmtime's error is a text of its program. Text that a guest or a provider made is another type than `&'static str`.
fn is_out_of_handles(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(ResourceTableError::Full))
        || error.downcast_ref::<&'static str>().is_some_and(|text| text.ends_with("store handle limit exceeded"))
}
