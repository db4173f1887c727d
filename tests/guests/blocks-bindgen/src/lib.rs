//! The guest of blocks, with nothing of Tairitsu in it: `wit_bindgen::generate!` over the WIT that they emit.

wit_bindgen::generate!({ path: "../../fixtures/blocks.wit", world: "blocks-guest" });

use exports::test::blocks::calculator::{CalculatorError, Guest, Operation, Step};
use std::sync::Mutex;
use test::blocks::time;

static STATE: Mutex<(f64, Vec<Step>)> = Mutex::new((0.0, Vec::new()));

struct Calculator;

export!(Calculator);

impl Guest for Calculator {
    fn add(a: f64, b: f64) -> f64 {
        a + b
    }

    fn run_all(steps: Vec<Operation>) -> Result<f64, CalculatorError> {
        let (memory, made) = &mut *STATE.lock().unwrap();
        for operation in steps {
            *memory = match operation {
                Operation::Add(value) => *memory + value,
                Operation::Divide(0.0) => return Err(CalculatorError::DivisionByZero),
                Operation::Divide(value) => *memory / value,
            };
            made.push(Step { operation, result: *memory, at: time::now() });
        }
        Ok(*memory)
    }

    fn history(most: u32, title: String) -> (String, Vec<Step>) {
        let (_, made) = &*STATE.lock().unwrap();
        let start = made.len().saturating_sub(most as usize);
        (time::label(&title, most), made[start..].to_vec())
    }

    fn clear() {
        *STATE.lock().unwrap() = (0.0, Vec::new());
    }
}
