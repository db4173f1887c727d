//! Tairitsu beside raw wasmtime and beside Extism, on the same work in the same run.

mod builds;
mod measure;
mod memory;
mod plot;
mod report;
mod sides;

use anyhow::{Result, bail};
use measure::Budget;
use report::{Report, Row};
use sides::{COLUMNS, Work};
use std::path::{Path, PathBuf};

const HELP: &str = "\
Measures Tairitsu beside raw wasmtime and beside Extism, on the same work in the same run.

  ours     Tairitsu, with a pool
  floor    raw wasmtime, by hand, in its best configuration
  default  the same code, with `Config::default()`
  peer     Extism with its Rust PDK

Prints a table, and writes report.json and report.svg to target/bench under the repository's root.

Options:
  --quick        less than a minute: fewer samples, and nothing is built
  --only TEXT    only the rows whose name contains it, and no files
  --columns A,B  only these columns, and no files
  --swap-guests  `ours` runs the floor's guest and the floor ours, and no files: which side is it?
  --help         this
";

struct Options {
    quick: bool,
    only: Option<String>,
    columns: Option<String>,
    swap_guests: bool,
}

impl Options {
    fn is_whole(&self) -> bool {
        self.only.is_none() && self.columns.is_none() && !self.swap_guests
    }
}

fn main() -> Result<()> {
    let mut options = Options { quick: false, only: None, columns: None, swap_guests: false };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--quick" => options.quick = true,
            "--only" => options.only = Some(args.next().unwrap_or_default()),
            "--columns" => options.columns = Some(args.next().unwrap_or_default()),
            "--swap-guests" => options.swap_guests = true,
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            // The program starts itself with this argument, for a process that holds nothing but containers.
            memory::ARGUMENT => return memory::child(args),
            _ => bail!("expected one of the options that --help lists, found `{arg}`"),
        }
    }
    run(&options)
}

/// `target/bench` under the repository's root.
fn out_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench")
}

fn run(options: &Options) -> Result<()> {
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let mut report = Report::default();
    let mut sides = [const { None }; COLUMNS.len()];
    let has = |column: &str| options.columns.as_ref().is_none_or(|columns| columns.split(',').any(|c| c == column));
    for (side, column) in sides.iter_mut().zip(COLUMNS) {
        if !has(column) {
            continue;
        }
        match sides::start(column, 1000, options.swap_guests).and_then(|mut side| side.check().map(|()| side)) {
            Ok(started) => *side = Some(started),
            Err(error) => eprintln!("{column}: {error:#}; its column stays empty"),
        }
    }

    for (name, work, per) in rows() {
        if wanted(name) {
            let budget = Budget::new(options.quick, work.is_slow());
            let nanoseconds = measure::alternate(&mut sides, work, &budget, name);
            report.add(Row::new(name, "ns", nanoseconds.map(|ns| ns.map(|ns| ns / per))));
        }
    }
    // Memory is measured in child processes only.
    drop(sides);
    for (name, count) in [("memory-1000", 1000), ("memory-10000", 10_000)] {
        if wanted(name) {
            report.add(Row::new(
                name,
                "KiB",
                COLUMNS.map(|column| has(column).then(|| memory::per_container(column, count)).flatten()),
            ));
        }
    }
    if wanted("guest-size") {
        report.add(Row::new("guest-size", "bytes", COLUMNS.map(sides::guest_size)));
    }
    if !options.quick {
        for (name, build) in [("guest-build", builds::guest as fn(_) -> _), ("host-build", builds::host)] {
            if wanted(name) {
                report.add(Row::new(name, "s", COLUMNS.map(|column| has(column).then(|| build(column)).flatten())));
            }
        }
    }

    print!("{}", report.table());
    if options.is_whole() {
        let dir = out_dir();
        std::fs::create_dir_all(&dir)?;
        std::fs::write(dir.join("report.json"), report.json())?;
        plot::draw(&report, &dir.join("report.svg"))?;
        let dir = dir.canonicalize()?;
        println!("\nwrote {} and {}", dir.join("report.json").display(), dir.join("report.svg").display());
    }
    Ok(())
}

/// The rows that are measured in time: the name, the work, and how many operations one iteration does.
fn rows() -> Vec<(&'static str, Work, f64)> {
    let host_calls = f64::from(sides::HOST_CALLS);
    vec![
        ("empty", Work::Empty, 1.0),
        ("add", Work::Add, 1.0),
        ("handle-command", Work::HandleCommand, 1.0),
        ("host-call", Work::HostCall, host_calls),
        ("host-call-strings", Work::HostCallStrings, host_calls),
        ("echo-1k", Work::Echo(1 << 10), 1.0),
        ("echo-64k", Work::Echo(64 << 10), 1.0),
        ("echo-1m", Work::Echo(1 << 20), 1.0),
        ("echo-16m", Work::Echo(16 << 20), 1.0),
        ("echo-in-place-64k", Work::EchoInPlace(64 << 10), 1.0),
        ("echo-in-place-1m", Work::EchoInPlace(1 << 20), 1.0),
        ("echo-in-place-16m", Work::EchoInPlace(16 << 20), 1.0),
        ("records-1", Work::Records(1), 1.0),
        ("records-100", Work::Records(100), 1.0),
        ("records-10000", Work::Records(10_000), 1.0),
        ("by-name-echo-1m", Work::EchoByName(1 << 20), 1.0),
        ("by-name-records-100", Work::RecordsByName(100), 1.0),
        ("older-guest-records-100", Work::RecordsOfOlder(100), 1.0),
        ("spawn-call-drop", Work::SpawnCallDrop { threads: 1 }, 1.0),
        ("spawn-call-drop-2-threads", Work::SpawnCallDrop { threads: 2 }, 1.0),
        ("load-cold", Work::LoadCold, 1.0),
        ("load-cached", Work::LoadCached, 1.0),
    ]
}
