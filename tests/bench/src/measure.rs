//! Samples, which the columns take in turn.

use crate::sides::{COLUMNS, Side, Work};
use std::time::{Duration, Instant};

/// The time for one row, and the time for one sample of it.
pub struct Budget {
    total: Duration,
    sample: Duration,
    least_rounds: usize,
}

impl Budget {
    /// The budget of one row. A slow row has few samples with few iterations.
    pub fn new(quick: bool, slow: bool) -> Self {
        let (total, sample) = if quick { (1500, 2) } else { (12_000, 5) };
        Self {
            total: Duration::from_millis(total),
            sample: Duration::from_millis(sample),
            least_rounds: if slow { 3 } else { 15 },
        }
    }
}

/// The median nanoseconds of one iteration in each column. `None` for a column without this row.
pub fn alternate(
    sides: &mut [Option<Box<dyn Side>>; COLUMNS.len()],
    work: Work,
    budget: &Budget,
    name: &str,
) -> [Option<f64>; COLUMNS.len()] {
    let mut iterations = [0; COLUMNS.len()];
    for (i, side) in sides.iter_mut().enumerate() {
        if let Some(side) = side {
            iterations[i] = calibrate(&mut **side, work, budget, name, COLUMNS[i]).unwrap_or(0);
        }
    }
    let mut samples = [const { Vec::new() }; COLUMNS.len()];
    let start = Instant::now();
    let mut round = 0;
    while round < budget.least_rounds || start.elapsed() < budget.total {
        for i in 0..COLUMNS.len() {
            // Each round begins with another column, so that no column always follows the same one.
            let i = (i + round) % COLUMNS.len();
            let Some(side) = sides[i].as_mut().filter(|_| iterations[i] > 0) else { continue };
            match side.run(work, iterations[i]) {
                Ok(Some(elapsed)) => samples[i].push(elapsed.as_nanos() as f64 / iterations[i] as f64),
                Ok(None) => {}
                Err(error) => {
                    eprintln!("{name}, {}: {error:#}", COLUMNS[i]);
                    iterations[i] = 0;
                    samples[i].clear();
                }
            }
        }
        round += 1;
        if iterations == [0; COLUMNS.len()] {
            break;
        }
        // Even a very slow row ends.
        if start.elapsed() > budget.total * 4 {
            break;
        }
    }
    samples.map(median)
}

/// How many iterations make one sample. `None` if the column has no such row.
fn calibrate(side: &mut dyn Side, work: Work, budget: &Budget, name: &str, column: &str) -> Option<u64> {
    let mut iterations = 1;
    loop {
        match side.run(work, iterations) {
            Ok(None) => return None,
            Ok(Some(elapsed)) if elapsed >= budget.sample => return Some(iterations),
            Ok(Some(elapsed)) => {
                let factor = budget.sample.as_nanos() as f64 / elapsed.as_nanos().max(1) as f64;
                iterations = (iterations as f64 * (factor * 1.1).clamp(1.5, 20.0)).ceil() as u64;
            }
            Err(error) => {
                eprintln!("{name}, {column}: {error:#}");
                return None;
            }
        }
    }
}

pub fn median(mut samples: Vec<f64>) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    match samples.len() {
        0 => None,
        n if n % 2 == 0 => Some((samples[middle - 1] + samples[middle]) / 2.0),
        _ => Some(samples[middle]),
    }
}
