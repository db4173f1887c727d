//! The build helper, tested in a package of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A package whose build script compiles the package's own library as a guest. Its folder is removed at the end.
struct Package(PathBuf);

impl Package {
    fn new(name: &str, build: &str, lib: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("src")).unwrap();
        let tairitsu = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tairitsu").canonicalize().unwrap();
        let manifest = format!(
            r#"
                [package]
                name = "{name}"
                version = "0.0.0"
                edition = "2024"

                [lib]
                crate-type = [{lib}]

                [build-dependencies]
                tairitsu = {{ path = {tairitsu:?}, features = ["build"] }}

                [workspace]
            "#
        );
        std::fs::write(dir.join("Cargo.toml"), manifest).unwrap();
        std::fs::write(dir.join("build.rs"), format!("fn main() {{ {build} }}")).unwrap();
        std::fs::write(dir.join("src/lib.rs"), "#[unsafe(no_mangle)] pub extern \"C\" fn one() -> u32 { 1 }").unwrap();
        // Copies the lock file, so that the package gets the versions of this workspace.
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock"), dir.join("Cargo.lock")).unwrap();
        Self(dir)
    }

    fn build(&self) -> Output {
        // All packages share one target directory, because they have the same dependencies.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build-helper");
        Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--target-dir"])
            .arg(target)
            .current_dir(&self.0)
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }

    /// The errors that Cargo prints.
    fn errors(&self) -> Vec<String> {
        let output = self.build();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{stderr}");
        stderr.lines().filter(|line| line.starts_with("error")).map(String::from).collect()
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The build script prints one line, which names the `rustup` command. Cargo adds its own line that the build script
/// failed.
#[test]
fn a_target_that_is_not_installed() {
    let build = "tairitsu::build::Guests::new().package(\"no-target\").target(\"wasm32-missing\").build()";
    let package = Package::new("no-target", build, "\"cdylib\"");
    assert_eq!(
        package.errors(),
        [
            "error: no-target@0.0.0: the target wasm32-missing is not installed: run `rustup target add wasm32-missing`",
            "error: build script logged errors",
        ]
    );
}

#[test]
fn a_guest_that_is_no_cdylib() {
    let package = Package::new("no-cdylib", "tairitsu::build::guest(\"no-cdylib\")", "\"rlib\"");
    let errors = package.errors();
    assert!(errors[0].contains("made no .wasm: put `crate-type = [\"cdylib\"]` under its `[lib]`"), "{errors:?}");
}

#[test]
fn a_guest_that_does_not_compile() {
    let package = Package::new("no-guest", "tairitsu::build::guest(\"no-guest\")", "\"cdylib\"");
    let lib = "#[cfg(target_family = \"wasm\")] compile_error!(\"not for wasm\");";
    std::fs::write(package.0.join("src/lib.rs"), lib).unwrap();
    let output = package.build();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("not for wasm"), "the compiler's own words are shown: {stderr}");
    assert!(stderr.contains("the guest `no-guest` does not compile for wasm32-wasip1"), "{stderr}");
}

#[test]
fn a_guest_of_its_own_package() {
    let package = Package::new("own-guest", "tairitsu::build::guest(\"own-guest\")", "\"cdylib\"");
    std::fs::write(
        package.0.join("src/lib.rs"),
        "#[cfg(not(target_family = \"wasm\"))] pub static WASM: &[u8] = include_bytes!(env!(\"TAIRITSU_GUEST_own-guest\"));",
    )
    .unwrap();
    let output = package.build();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
