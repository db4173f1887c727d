//! The panic of a guest of ours, as the guest's runtime has noted it in the guest's memory.

use crate::runtime::base::caught::caught;
use crate::runtime::base::cause::Cause;
use crate::runtime::base::trap::{SHOWN, cut};
use crate::runtime::store::state::State;
use tairitsu_guest::abi::AbiError;
use wasmtime::{Instance, Store, ThrownException, Trap, Val, WasmBacktrace, WasmCoreDump};

/// The name of the exported core global that is the address of the words.
const NAME: &str = "tairitsu:panic";

/// The words of a panic: the message's address and length, the file's address and length, the line, the column.
const WORDS: usize = 6;

/// The most bytes of a file's name.
const FILE: usize = 1024;

/// Returns the panic that an instance has noted, if the guest has ended itself: its place and its message.
///
/// The guest writes the words. So they may lie, but only about the guest itself.
pub(super) fn find(store: &mut Store<State>, error: &wasmtime::Error) -> Option<String> {
    // A guest that was built to unwind throws an exception.
    let is_ended = matches!(error.downcast_ref(), Some(Trap::UnreachableCodeReached)) || error.is::<ThrownException>();
    let instances = error.downcast_ref::<WasmCoreDump>().filter(|_| is_ended)?.instances();
    // Nothing here panics by itself. The values are a guest's.
    caught(|| instances.iter().find_map(|instance| noted_in(store, instance))).ok().flatten()
}

/// Takes the list of instances out of an error, because the list keeps the code of all core modules. The error of a memory
/// access keeps the list, because it has an address that nothing else tells.
pub(super) fn without_instances(error: wasmtime::Error) -> wasmtime::Error {
    if !error.is::<WasmCoreDump>() {
        return error;
    }
    let root = match (error.downcast_ref::<Trap>(), error.downcast_ref::<Cause>()) {
        (Some(Trap::MemoryOutOfBounds), _) => return error,
        (Some(trap), _) => wasmtime::Error::from(*trap),
        (None, Some(cause)) => cause.clone().into(),
        (None, None) => match error.downcast::<AbiError>() {
            Ok(flaw) => return wasmtime::Error::new(flaw),
            Err(error) => return error,
        },
    };
    match error.downcast::<WasmBacktrace>() {
        Ok(backtrace) => root.context(backtrace),
        Err(_) => root,
    }
}

fn noted_in(store: &mut Store<State>, instance: &Instance) -> Option<String> {
    let Val::I32(address) = instance.get_global(&mut *store, NAME)?.get(&mut *store) else { return None };
    let memory = instance.get_memory(&mut *store, "memory")?.data(&*store);
    let words = memory.get(address as u32 as usize..)?.get(..4 * WORDS)?;
    let words = words.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word) as usize);
    let [message, message_len, file, file_len, line, column] = words.collect::<Vec<_>>().try_into().ok()?;
    if message == 0 {
        return None;
    }
    let text = |at: usize, len: usize, most: usize| Some(cut(memory.get(at..)?.get(..len)?, most));
    let (file, message) = (text(file, file_len, FILE)?, text(message, message_len, SHOWN)?);
    Some(format!("{file}:{line}:{column}:\n{message}"))
}
