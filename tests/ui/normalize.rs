//! Makes the compiler's diagnostics equal on every machine, and independent of changes in other files.

use std::path::Path;

/// The diagnostics of a case, without the compiler's closing lines. The paths of other files start with `$WORKSPACE`,
/// `$RUST` or `$CARGO`, and their lines have no numbers.
pub(crate) fn diagnostics(stderr: &str, case: &str, workspace: &Path) -> String {
    let workspace = workspace.display().to_string().replace('\\', "/");
    let mut lines = Vec::new();
    let mut elsewhere = false;
    for line in stderr.lines() {
        let line = line.trim_end();
        if is_closing(line) {
            continue;
        }
        let trimmed = line.trim_start();
        if trimmed.starts_with("--> ") || trimmed.starts_with("::: ") {
            let (line, other) = place(line, case, &workspace);
            elsewhere = other;
            lines.push(line);
        } else if elsewhere && is_gutter(line) {
            lines.push(without_number(line));
        } else {
            elsewhere = false;
            lines.push(others(line).replace(&workspace, "$WORKSPACE").replace("tests/ui/", "ui/"));
        }
    }
    let blocks = lines.split(|line| line.is_empty()).filter(|block| !block.is_empty());
    let mut text = blocks.map(|block| narrow(block).join("\n")).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

/// A line that the compiler adds after the last diagnostic, or for the reader's comfort.
fn is_closing(line: &str) -> bool {
    [
        "error: aborting due to ",
        "Some errors have detailed explanations:",
        "For more information about ",
        "= note: the full type name has been written to ",
        "= note: the full name for the type has been written to ",
        "= note: consider using `--verbose` to print the full type name to the console",
    ]
    .iter()
    .any(|start| line.trim_start().starts_with(start))
}

/// Names a file by a path that is the same on every machine. The path of another file than the case gets no position.
/// Returns whether it is another file.
fn place(line: &str, case: &str, workspace: &str) -> (String, bool) {
    let line = line.replace('\\', "/");
    let start =
        line.find(char::is_alphanumeric).into_iter().chain(line.find('/')).min().expect("a path after the arrow");
    let (arrow, path) = line.split_at(start);
    if path.starts_with(case) {
        return (format!("{arrow}{}", path.trim_start_matches("tests/")), false);
    }
    let name = path.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    let name = if let Some((_, rest)) = name.split_once("/library/").filter(|(start, _)| start.contains("/rust")) {
        format!("$RUST/{rest}")
    } else if let Some((_, rest)) = name.split_once("/registry/src/") {
        format!("$CARGO/{}", rest.split_once('/').map_or(rest, |(_, rest)| rest))
    } else {
        format!("$WORKSPACE/{}", name.trim_start_matches(workspace).trim_start_matches('/'))
    };
    (format!("{arrow}{name}"), true)
}

/// Replaces the number in `and 42 others`, which changes with each type that gets the trait.
fn others(line: &str) -> String {
    match line.trim_start().strip_prefix("and ").and_then(|rest| rest.strip_suffix(" others")) {
        Some(number) if number.parse::<u32>().is_ok() => line.replace(number, "$N"),
        _ => line.to_owned(),
    }
}

/// Whether a line belongs to quoted code: `12 | code`, `   | ^^^^`, `...`
fn is_gutter(line: &str) -> bool {
    line == "..." || gutter(line).is_some_and(|(_, sign)| !sign.starts_with('='))
}

fn without_number(line: &str) -> String {
    line.char_indices()
        .scan(true, |start, (_, c)| {
            *start &= c.is_ascii_digit() || c == ' ';
            Some(if *start { ' ' } else { c })
        })
        .collect()
}

/// The column of the sign that ends the gutter, and the line from there on.
fn gutter(line: &str) -> Option<(usize, &str)> {
    let rest = line.trim_start_matches(' ').trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(' ');
    let column = line.len() - rest.len();
    let sign = rest.split(' ').next()?;
    (column > 0 && matches!(sign, "|" | "-->" | ":::" | "=" | "+" | "-" | "~")).then_some((column, rest))
}

/// Makes the gutter of a diagnostic as narrow as its remaining numbers.
fn narrow(block: &[String]) -> Vec<String> {
    let digits = |line: &String| line.trim_start().bytes().take_while(u8::is_ascii_digit).count();
    let wanted = block.iter().filter(|line| gutter(line).is_some()).map(digits).max().unwrap_or(0).max(1);
    // The arrow stands below the last digit.
    let width = block.iter().find_map(|line| gutter(line).filter(|(_, rest)| rest.starts_with("-->")));
    let excess = " ".repeat(width.map_or(0, |(column, _)| column.saturating_sub(wanted)));
    block.iter().map(|line| line.strip_prefix(&excess).unwrap_or(line).to_owned()).collect()
}
