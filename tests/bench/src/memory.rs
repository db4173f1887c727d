//! The memory of a live container. Each column is measured in a process of its own.

use crate::sides;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// The argument with which this program starts itself.
pub const ARGUMENT: &str = "--memory";

/// Resident KiB for each of `count` live containers that have been called once.
pub fn per_container(column: &str, count: u32) -> Option<f64> {
    let run = || -> Result<f64> {
        let mut command = Command::new(std::env::current_exe()?);
        let output = command.args([ARGUMENT, column, &count.to_string()]).output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", error.trim().lines().next().unwrap_or_default());
        Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
    };
    run().map_err(|error| eprintln!("memory-{count}, {column}: {error:#}")).ok()
}

/// Runs in the process of a column. Makes the containers and prints the memory of each.
pub fn child(mut args: impl Iterator<Item = String>) -> Result<()> {
    let (column, count) = (args.next().context("expected a column")?, args.next().context("expected a count")?);
    let count: u32 = count.parse()?;
    let side = sides::start(&column, count + 2, false)?;
    let mut alive = Vec::with_capacity(count as usize + 1);
    // The first container also pays for memory that all of them share.
    alive.push(side.spawn()?);
    let before = resident()?;
    for i in 0..count {
        alive.push(side.spawn().with_context(|| format!("it ends at {i} containers"))?);
    }
    println!("{}", (resident()? - before) / f64::from(count));
    // Dropping them one by one would take long.
    std::process::exit(0);
}

/// This process's resident memory, in KiB.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("resident memory is known on Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
