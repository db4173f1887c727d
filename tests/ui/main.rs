//! Code that the macros refuse, and code that they accept. A case `<rule>/fail_*.rs` stands beside the compiler's
//! words about it. A case `<rule>/pass_*.rs` is run.
//!
//! `environment.rs` has what the macros read beside tokens.
//!
//! The cases are compiled like this file, with the dependencies that Cargo has built already.

mod environment;
mod normalize;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The compiler, and the flags that find the dependencies of this file.
const RUSTC: &[&str] = &tairitsu_test_rustc_flags::rustc_flags!();

/// Makes a test for each folder. The tests run side by side, and each can be run alone.
macro_rules! rules {
    ($($rule:ident)*) => {
        $(
            #[test]
            fn $rule() {
                check(stringify!($rule).trim_start_matches("r#"));
            }
        )*

        const RULES: &[&str] = &[$(stringify!($rule)),*];
    };
}

rules! {
    attribute block container function growth hygiene implementation interface module name resource signature soundness r#type
}

#[test]
fn every_folder_is_a_test() {
    let folders: Vec<String> = list(root())
        .into_iter()
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.trim_start_matches("r#")).collect();
    assert_eq!(folders, rules, "name the folder in `rules!`");
}

fn check(rule: &str) {
    let cases: Vec<PathBuf> =
        list(&root().join(rule)).into_iter().filter(|path| path.extension() == Some(OsStr::new("rs"))).collect();
    assert!(!cases.is_empty(), "`{rule}` has no cases");
    let problems: Vec<String> = cases.iter().filter_map(|case| check_case(case).err()).collect();
    assert!(problems.is_empty(), "{} of {} cases of `{rule}`:\n\n{}", problems.len(), cases.len(), problems.join("\n"));
}

fn check_case(case: &Path) -> Result<(), String> {
    let name = case.strip_prefix(workspace()).unwrap().display().to_string().replace('\\', "/");
    let stem = case.file_stem().unwrap().to_str().unwrap();
    let exe = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name.replace(['/', '.'], "_"));
    let output = compile(&name, &exe);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();

    if stem.starts_with("pass_") {
        if !output.status.success() {
            return Err(format!("{name} does not compile:\n{stderr}"));
        }
        let output = Command::new(&exe).output().unwrap();
        let _ = fs::remove_file(&exe);
        if !output.status.success() {
            return Err(format!("{name} fails:\n{}", String::from_utf8_lossy(&output.stderr)));
        }
        return Ok(());
    }
    if !stem.starts_with("fail_") {
        return Err(format!("{name} is called neither `fail_` nor `pass_`"));
    }
    if output.status.success() {
        return Err(format!("{name} compiles, and should not"));
    }
    let found = normalize::diagnostics(&stderr, &name, workspace());
    let file = case.with_extension("stderr");
    if std::env::var_os("TAIRITSU_BLESS").is_some() {
        fs::write(&file, found).unwrap();
        return Ok(());
    }
    match fs::read_to_string(&file) {
        Ok(expected) if expected == found => Ok(()),
        Ok(expected) => {
            Err(format!("{name}: expected\n{expected}\nfound\n{found}\nset TAIRITSU_BLESS=1 to write it anew"))
        }
        Err(_) => Err(format!("{name}: found\n{found}\nset TAIRITSU_BLESS=1 to write it to a file")),
    }
}

/// Compiles a case. The diagnostics name the files of the case and of other crates by the path from the workspace's
/// root.
fn compile(case: &str, exe: &Path) -> Output {
    let [rustc, flags @ ..] = RUSTC else { unreachable!("the first is the compiler") };
    let output = Command::new(rustc)
        .current_dir(workspace())
        .args(flags)
        .args(["--crate-name", "case", "--crate-type", "bin", "--cap-lints", "warn"])
        .args(["--diagnostic-width", "140", "-A", "dead_code"])
        .arg(case)
        .arg("-o")
        .arg(exe)
        // The package that the macros read from the environment.
        .env("CARGO_PKG_NAME", "ui")
        .env("CARGO_PKG_VERSION", "0.0.0")
        .output();
    output.unwrap_or_else(|error| panic!("{rustc} could not be started: {error}"))
}

/// This folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn workspace() -> &'static Path {
    root().ancestors().nth(2).unwrap()
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
