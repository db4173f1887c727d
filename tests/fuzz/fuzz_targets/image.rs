//! Loading: any bytes give an image or an error, and never a panic.
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
            // The questions that an operator asks before anything runs.
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

/// Replaces libFuzzer's panic hook, which ends the process even if the panic would be caught. This hook ends the
/// process only for our own panics. A panic that leaves the target ends the process anyway. The other panics come
/// from the decoders, and the runtime catches them. Each place is printed once, because the fuzzer meets it many
/// times.
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
