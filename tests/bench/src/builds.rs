//! The time of a clean build of a guest and of a host.

use crate::out_dir;
use anyhow::{Result, ensure};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The seconds for a column's guest and everything that it depends on.
pub fn guest(column: &str) -> Option<f64> {
    seconds(column, "guest", &["--target", "wasm32-wasip1"])
}

/// The seconds for a small host and everything that it depends on.
pub fn host(column: &str) -> Option<f64> {
    seconds(column, "host", &[])
}

fn seconds(column: &str, what: &str, args: &[&str]) -> Option<f64> {
    // The column `default` has the same code as the floor.
    let built = column != "default" && (column != "peer" || cfg!(feature = "peer"));
    if !built {
        return None;
    }
    let package = format!("tairitsu-bench-{what}-{column}");
    eprintln!("building {package}");
    let built = build(&package, args);
    match &built {
        Ok(seconds) => eprintln!("{package}: {seconds:.1} s"),
        Err(error) => eprintln!("{package}: {error:#}"),
    }
    built.ok()
}

fn build(package: &str, args: &[&str]) -> Result<f64> {
    let target_dir = out_dir().join("build");
    let remove = || std::fs::remove_dir_all(&target_dir);
    let _ = remove();
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--quiet", "--package", package, "--manifest-path"]);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    command.args(args).arg("--target-dir").arg(&target_dir);
    let start = Instant::now();
    let output = command.output()?;
    let seconds = start.elapsed().as_secs_f64();
    let _ = remove();
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(seconds)
}
