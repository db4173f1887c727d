//! Loading: whatever bytes are given as an image, it is one or there is an error, and no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::{panic, process};
use tairitsu::{Container, Registry};

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);

fuzz_target!(init: panic::set_hook(Box::new(report)), |bytes: &[u8]| {
    match REGISTRY.load_image(bytes) {
        Ok(image) => {
            // What an operator asks of it before anything runs.
            image.imports();
            image.exports();
            image.wit();
            if let Err(error) = Container::builder(&image).prepare() {
                assert!(!error.to_string().is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

/// In the place of libFuzzer's hook, which ends the process, whoever would catch the panic. This one does so where the panic
/// is our own; what leaves the target ends the process anyway. The others are the decoders', which the runtime catches. Each
/// place is printed once, since it is met over and over.
fn report(info: &panic::PanicHookInfo<'_>) {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let is_ours = place.contains("/tairitsu/src/") || place.contains("/tairitsu-guest/src/");
    if SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(place) {
        eprintln!("{info}");
    }
    if is_ours {
        process::abort();
    }
}
