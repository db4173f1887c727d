//! Compiles each guest once for wasm32-wasip1, and some of them for other targets that are installed.

use tairitsu::build::Guests;

fn main() {
    Guests::new()
        .package("tairitsu-example-hybrid")
        .package("tairitsu-example-module")
        .package("tairitsu-test-bindgen")
        .package("tairitsu-test-blocks")
        .package("tairitsu-test-blocks-bindgen")
        .package("tairitsu-test-docs")
        .package("tairitsu-test-docs-bindgen")
        .package("tairitsu-test-edition-2021")
        .package("tairitsu-test-idioms")
        .package("tairitsu-test-joined")
        .package("tairitsu-test-menagerie")
        .package("tairitsu-test-menagerie-bindgen")
        .package("tairitsu-test-newer")
        .package("tairitsu-test-older")
        .package("tairitsu-test-quiet")
        .package("tairitsu-test-renamed")
        .package("tairitsu-test-sensor")
        .package("tairitsu-test-split")
        .package("tairitsu-test-strict")
        .package("tairitsu-test-unruly")
        .package("tairitsu-test-weather")
        .package("tairitsu-test-web")
        .package("tairitsu-test-zoo")
        .build();
    let guests = [
        ("SPLIT", "tairitsu-test-split", "wasm32-wasip2"),
        ("SPLIT", "tairitsu-test-split", "wasm32-unknown-unknown"),
        ("UNRULY", "tairitsu-test-unruly", "wasm32-wasip2"),
    ];
    for (name, package, target) in guests {
        let guests = Guests::new().package(package).target(target);
        let wasm = if guests.target_is_installed() { guests.compile() } else { Vec::new() };
        let wasm = wasm.first().map(|path| path.display().to_string()).unwrap_or_default();
        println!("cargo::rustc-env={name}_{}={wasm}", target.replace('-', "_"));
    }
}
