//! Loading: whatever bytes are given as an image, it is one or there is an error, and no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;
use std::panic;
use std::sync::{LazyLock, Mutex, PoisonError};
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

/// In the place of libFuzzer's hook, which ends the process, whoever would catch the panic. What leaves the target ends it
/// anyway. Prints a place once, since the decoders' are met over and over.
fn report(info: &panic::PanicHookInfo<'_>) {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    if SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(place) {
        eprintln!("{info}");
    }
}
