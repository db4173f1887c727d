//! The report: as a table, and as JSON.

use crate::sides::COLUMNS;
use std::fmt::Write;

#[derive(Default)]
pub struct Report {
    pub rows: Vec<Row>,
}

/// One row: a number for each column that has this row.
pub struct Row {
    pub name: &'static str,
    unit: &'static str,
    values: [Option<f64>; COLUMNS.len()],
}

impl Row {
    pub fn new(name: &'static str, unit: &'static str, values: [Option<f64>; COLUMNS.len()]) -> Self {
        Self { name, unit, values }
    }

    /// The ratios of ours to the floor, of the default to ours, and of the peer to ours.
    pub fn ratios(&self) -> [(&'static str, Option<f64>); 3] {
        let [ours, floor, default, peer] = self.values;
        let ratio = |a: Option<f64>, b: Option<f64>| Some(a? / b?);
        [
            ("ours_over_floor", ratio(ours, floor)),
            ("default_over_ours", ratio(default, ours)),
            ("peer_over_ours", ratio(peer, ours)),
        ]
    }
}

impl Report {
    pub fn add(&mut self, row: Row) {
        eprintln!("{}", line(&row).trim_end());
        self.rows.push(row);
    }

    pub fn table(&self) -> String {
        let [ours, floor, default, peer] = COLUMNS;
        let mut out = format!(
            "\n{:26}{ours:>11}{floor:>11}{default:>11}{peer:>11}{:>12}{:>14}{:>11}\n",
            "", "ours/floor", "default/ours", "peer/ours"
        );
        self.rows.iter().for_each(|row| out += &line(row));
        out
    }

    pub fn json(&self) -> String {
        let number = |value: Option<f64>| value.map_or("null".into(), |value| format!("{value}"));
        let rows = self.rows.iter().map(|row| {
            let mut object = format!("  {{\"name\": \"{}\", \"unit\": \"{}\"", row.name, row.unit);
            for (name, value) in COLUMNS.into_iter().zip(row.values).chain(row.ratios()) {
                let _ = write!(object, ", \"{name}\": {}", number(value));
            }
            object + "}"
        });
        format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"))
    }
}

fn line(row: &Row) -> String {
    let mut line = format!("{:26}", row.name);
    for value in row.values {
        let _ = write!(line, "{:>11}", value.map_or("-".into(), |value| human(value, row.unit)));
    }
    for ((_, ratio), width) in row.ratios().into_iter().zip([12, 14, 11]) {
        let _ = write!(line, "{:>width$}", ratio.map_or("-".into(), |ratio| format!("{ratio:.2}")));
    }
    line + "\n"
}

/// A number with its unit, in three digits or a little more.
fn human(value: f64, unit: &str) -> String {
    let (value, unit) = match unit {
        "ns" if value >= 1e6 => (value / 1e6, "ms"),
        "ns" if value >= 1e3 => (value / 1e3, "us"),
        "bytes" => (value / 1024.0, "KiB"),
        unit => (value, unit),
    };
    let digits = if value >= 100.0 { 0 } else { 1 };
    format!("{value:.digits$} {unit}")
}
