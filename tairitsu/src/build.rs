//! Compiles guests in a build script, so that the host can include them.
//!
//! ```toml
//! [build-dependencies]
//! tairitsu = { version = "0.1", features = ["build"] }
//! ```
//!
//! ```no_run
//! // build.rs
//! # #[cfg(feature = "build")]
//! fn main() {
//!     tairitsu::build::guest("my-guest");
//! }
//! # #[cfg(not(feature = "build"))]
//! # fn main() {}
//! ```
//!
//! The host then gets the bytes with [`include_guest!`](crate::include_guest).

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The default target for guests.
pub const DEFAULT_TARGET: &str = "wasm32-wasip1";

/// Compiles the workspace package `package` as a guest: optimized, for wasm32-wasip1.
///
/// [`include_guest!`](crate::include_guest) in the crate being built then finds the guest's path.
///
/// The package may be the package that the build script belongs to. In the wasm32 build of that package, this function
/// does nothing.
///
/// On failure, the build fails with one line that says why.
pub fn guest(package: &str) {
    Guests::new().package(package).build();
}

/// Guests to compile with one run of Cargo.
#[derive(Clone, Debug)]
pub struct Guests {
    packages: Vec<String>,
    target: String,
}

impl Default for Guests {
    fn default() -> Self {
        Self::new()
    }
}

impl Guests {
    /// No guests yet, and the target wasm32-wasip1.
    pub fn new() -> Self {
        Self { packages: Vec::new(), target: DEFAULT_TARGET.into() }
    }

    /// Adds a package of the workspace. The package's library must be a `cdylib`.
    #[must_use]
    pub fn package(mut self, package: &str) -> Self {
        self.packages.push(package.into());
        self
    }

    /// Compiles for another target: `wasm32-wasip2` or `wasm32-unknown-unknown`.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        self.target = target.into();
        self
    }

    /// Compiles the guests. Hands each guest's path to the crate being built, as `TAIRITSU_GUEST_<package>`.
    ///
    /// On failure, the build fails with one line that says why.
    pub fn build(&self) {
        for (package, wasm) in self.packages.iter().zip(self.compile()) {
            println!("cargo::rustc-env=TAIRITSU_GUEST_{package}={}", wasm.display());
        }
    }

    /// Compiles the guests. Returns the path of each guest's wasm file, in the order in which the guests were added.
    ///
    /// Returns no paths in the wasm32 build of a package that is its own guest.
    ///
    /// On failure, the build fails with one line that says why.
    pub fn compile(&self) -> Vec<PathBuf> {
        match self.try_compile() {
            Ok(paths) => paths,
            Err(error) => {
                // Cargo shows this line and fails the build. Cargo shows the standard error of a script only if the
                // script fails.
                println!("cargo::error={error}");
                std::process::exit(i32::from(matches!(error, Failure::Compile { .. })));
            }
        }
    }

    /// Whether the target's standard library is installed. A build script can check this and leave the guest out.
    /// Without the library, [`Guests::build`] fails the build.
    pub fn target_is_installed(&self) -> bool {
        env::var_os("RUSTC").is_some_and(|rustc| check_target(Path::new(&rustc), &self.target).is_ok())
    }

    fn try_compile(&self) -> Result<Vec<PathBuf>, Failure> {
        if env::var_os("CARGO_CFG_TARGET_FAMILY").is_some_and(|family| family == "wasm") {
            return Ok(Vec::new());
        }
        let var = |name| env::var_os(name).ok_or(Failure::NoCargo(name));
        let (cargo, rustc, out_dir) = (var("CARGO")?, var("RUSTC")?, PathBuf::from(var("OUT_DIR")?));
        println!("cargo::rerun-if-env-changed=CARGO");
        check_target(Path::new(&rustc), &self.target)?;

        // All guests of a profile share one directory, beside the artifacts of the outer build. The outer build locks
        // its own directories.
        let target_dir = out_dir.ancestors().nth(3).unwrap_or(&out_dir).join("tairitsu-guests");
        let mut command = Command::new(cargo);
        command.args(["build", "--release", "--lib", "--target", &self.target, "--target-dir"]).arg(&target_dir);
        for package in &self.packages {
            command.args(["--package", package]);
        }
        // These settings of the outer build are for the host, and not for a guest.
        for name in [
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "CARGO_BUILD_TARGET",
            "CARGO_TARGET_DIR",
            "__CARGO_DEFAULT_LIB_METADATA",
        ] {
            command.env_remove(name);
        }
        let output = command.output().map_err(|error| Failure::NoStart(error.to_string()))?;
        if !output.status.success() {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            return Err(Failure::Compile { packages: self.packages.join("`, `"), target: self.target.clone() });
        }

        let dir = target_dir.join(&self.target).join("release");
        self.packages
            .iter()
            .map(|package| {
                let stem = package.replace('-', "_");
                let wasm = dir.join(format!("{stem}.wasm"));
                if !wasm.is_file() {
                    return Err(Failure::NoCdylib { package: package.clone() });
                }
                rerun_if_changed(&dir.join(format!("{stem}.d")));
                Ok(wasm)
            })
            .collect()
    }
}

enum Failure {
    NoCargo(&'static str),
    NoTarget(String),
    NoStart(String),
    Compile { packages: String, target: String },
    NoCdylib { package: String },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NoCargo(name) => {
                write!(f, "expected to run in a build script, where Cargo sets `{name}`; found it unset")
            }
            Failure::NoTarget(target) => {
                write!(f, "the target {target} is not installed: run `rustup target add {target}`")
            }
            Failure::NoStart(error) => write!(f, "cargo could not be started for the guest: {error}"),
            Failure::Compile { packages, target } => {
                write!(f, "the guest `{packages}` does not compile for {target}; the compiler's output is below")
            }
            Failure::NoCdylib { package } => {
                write!(f, "the guest `{package}` made no .wasm: put `crate-type = [\"cdylib\"]` under its `[lib]`")
            }
        }
    }
}

/// Checks that rustc has the target's standard library.
fn check_target(rustc: &Path, target: &str) -> Result<(), Failure> {
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output();
    let installed = output.is_ok_and(|output| {
        output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    });
    if installed { Ok(()) } else { Err(Failure::NoTarget(target.into())) }
}

/// Makes Cargo run the build script again when a source of the guest changes.
///
/// Cargo lists the sources of every workspace crate beside the artifact, in make's syntax.
fn rerun_if_changed(dep_info: &Path) {
    let Ok(text) = std::fs::read_to_string(dep_info) else { return };
    for line in text.lines() {
        let Some((_, sources)) = line.split_once(": ") else { continue };
        // The dep-info file escapes a space in a path.
        for source in sources.replace("\\ ", "\0").split_whitespace() {
            println!("cargo::rerun-if-changed={}", source.replace('\0', " "));
        }
    }
}
