//! The dependencies of the crates, read from `cargo tree`.

use std::process::Command;

fn tree(args: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--prefix", "none", "--edges", "normal", "--format", "{p}"])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<_> = text.lines().filter_map(|line| line.split(' ').next()).map(String::from).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn a_guest_has_no_runtime_in_it() {
    let names = tree(&["--package", "tairitsu-example-hybrid", "--target", "wasm32-wasip1"]);
    assert_eq!(
        names,
        [
            "proc-macro2",
            "quote",
            "semver",
            "serde_spanned",
            "syn",
            "tairitsu",
            "tairitsu-example-hybrid",
            "tairitsu-guest",
            "tairitsu-macros",
            "toml",
            "toml_datetime",
            "toml_parser",
            "unicode-ident",
            "winnow",
            "wit-bindgen",
        ]
    );
}

#[test]
fn the_macros_need_five_crates() {
    let names = tree(&["--package", "tairitsu-macros", "--depth", "1"]);
    assert_eq!(names, ["proc-macro2", "quote", "semver", "syn", "tairitsu-macros", "toml"]);
}

/// A contract crate uses the facade without features. A build script uses the feature `build`. Neither compiles
/// wasmtime.
#[test]
fn nothing_needs_the_runtime_unasked() {
    for features in ["", "build"] {
        let names = tree(&["--package", "tairitsu", "--features", features]);
        assert!(!names.iter().any(|name| name.starts_with("wasm")), "features `{features}`: {names:?}");
    }
    let names = tree(&["--package", "tairitsu", "--features", "host"]);
    assert!(names.iter().any(|name| name == "wasmtime"), "{names:?}");
}
