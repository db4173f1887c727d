//! Interfaces made of impl blocks: a guest and a provider, without a trait.

/// One step of a calculation.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    /// Addition.
    Add(f64),
    /// Division.
    Divide(f64),
}

/// What went wrong.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CalculatorError {
    /// A division by zero.
    DivisionByZero,
}

/// A step that was made.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was asked for.
    pub operation: Operation,
    /// What came out.
    pub result: f64,
    /// When, by the host's clock.
    pub at: u64,
}

/// The guest.
#[derive(Debug, Default)]
pub struct Calculator {
    memory: f64,
    steps: Vec<Step>,
}

/// Calculates, and remembers.
#[tairitsu::guest(package = "test:blocks@1.0.0")]
impl Calculator {
    /// A constant, which the interface leaves out.
    pub const ZERO: f64 = 0.0;

    /// Adds.
    pub fn add(&self, a: f64, b: f64) -> f64 {
        a + b
    }

    /// Makes each step on what is in memory, up to the one that fails.
    #[wit(rename = "run-all")]
    pub fn run(&mut self, #[wit(rename = "steps")] mut operations: Vec<Operation>) -> Result<f64, CalculatorError> {
        operations.reverse();
        while let Some(operation) = operations.pop() {
            self.step(operation)?;
        }
        Ok(self.memory)
    }

    /// The last steps, which are labelled by the host.
    pub(crate) fn history(&self, most: u32, title: &str) -> (String, Vec<Step>) {
        let start = self.steps.len().saturating_sub(most as usize);
        (tairitsu::Host.label(title, most), self.steps[start..].to_vec())
    }

    /// Forgets everything.
    #[inline(never)]
    pub fn clear(&mut self) {
        (self.memory, self.steps) = (Self::ZERO, Vec::new());
    }

    fn step(&mut self, operation: Operation) -> Result<(), CalculatorError> {
        self.memory = match operation {
            Operation::Add(value) => self.add(self.memory, value),
            Operation::Divide(0.0) => return Err(CalculatorError::DivisionByZero),
            Operation::Divide(value) => self.memory / value,
        };
        self.steps.push(Step { operation, result: self.memory, at: tairitsu::Host.now() });
        Ok(())
    }
}

impl Calculator {
    /// In a block of its own, since it is no part of the interface.
    pub fn new(memory: f64) -> Self {
        Self { memory, ..Self::default() }
    }
}

/// The provider: a clock that ticks when it is looked at.
#[derive(Debug, Default)]
pub struct Clock {
    time: u64,
}

#[tairitsu::host(package = "test:blocks@1.0.0", rename = "time")]
impl Clock {
    /// The time.
    pub fn now(&mut self) -> u64 {
        self.time += 1;
        self.time
    }

    /// Writes the time on something.
    pub fn label(&self, title: &str, count: u32) -> String {
        self.format(title, count)
    }

    fn format(&self, title: &str, count: u32) -> String {
        format!("{title} ({count}) at {}", self.time)
    }
}
