//! Compiles the guests, once: for wasm32-wasip1, and one of them for each other target that is installed.

use tairitsu::build::Guests;

fn main() {
    Guests::new()
        .package("tairitsu-example-hybrid")
        .package("tairitsu-test-bindgen")
        .package("tairitsu-test-blocks")
        .package("tairitsu-test-blocks-bindgen")
        .package("tairitsu-test-docs")
        .package("tairitsu-test-docs-bindgen")
        .package("tairitsu-test-menagerie")
        .package("tairitsu-test-menagerie-bindgen")
        .package("tairitsu-test-renamed")
        .package("tairitsu-test-sensor")
        .package("tairitsu-test-split")
        .package("tairitsu-test-unruly")
        .package("tairitsu-test-weather")
        .package("tairitsu-test-zoo")
        .build();
    for target in ["wasm32-wasip2", "wasm32-unknown-unknown"] {
        let guests = Guests::new().package("tairitsu-test-split").target(target);
        let wasm = if guests.target_is_installed() { guests.compile() } else { Vec::new() };
        let wasm = wasm.first().map(|path| path.display().to_string()).unwrap_or_default();
        println!("cargo::rustc-env=SPLIT_{}={wasm}", target.replace('-', "_"));
    }
}
