//! Interfaces made of impl blocks: they are what a trait of the same functions would be.

use tairitsu::schema::Interface;
use tairitsu::{CallError, Container, Registry};
use tairitsu_test_blocks::{
    Calculator, CalculatorApi, CalculatorClient, CalculatorError, Clock, ClockApi, Operation, Step,
};

const BLOCKS: &[u8] = tairitsu::include_guest!("tairitsu-test-blocks");

#[test]
fn a_guest_and_a_provider_of_blocks_talk() {
    let registry = Registry::new();
    let image = registry.register_image("blocks", BLOCKS).unwrap();
    let mut container = Container::builder(&image).provide(Clock::default()).build().unwrap();
    let mut calculator: CalculatorClient<'_> = container.guest(CalculatorApi).unwrap();
    assert_eq!(calculator.add(0.5, 0.25).unwrap(), 0.75);
    let steps = vec![Operation::Add(6.0), Operation::Divide(4.0)];
    assert_eq!(calculator.run(steps).unwrap(), 1.5);
    let failed = calculator.run(vec![Operation::Add(1.0), Operation::Divide(0.0), Operation::Add(1.0)]);
    assert!(matches!(failed, Err(CallError::Guest(CalculatorError::DivisionByZero))), "{failed:?}");
    let (title, steps) = calculator.history(2, "the last").unwrap();
    assert_eq!(title, "the last (2) at 3");
    let divided = Step { operation: Operation::Divide(4.0), result: 1.5, at: 2 };
    assert_eq!(steps, [divided, Step { operation: Operation::Add(1.0), result: 2.5, at: 3 }]);
    calculator.clear().unwrap();
    assert_eq!(calculator.history(9, "none").unwrap(), ("none (9) at 3".into(), vec![]));
}

/// The block is there as it was written, and the trait's impl calls it.
#[test]
fn the_type_is_used_without_a_container() {
    let calculator = Calculator::new(1.5);
    let through_the_trait: &dyn CalculatorApi = &calculator;
    assert_eq!(through_the_trait.add(1.0, 2.0), calculator.add(1.0, 2.0));
    let mut clock = Clock::default();
    let through_the_trait: &mut dyn ClockApi = &mut clock;
    assert_eq!(through_the_trait.now(), 1);
    assert_eq!(through_the_trait.label("noon", 1), "noon (1) at 1");
    assert_eq!(clock.now(), 2);
}

#[test]
fn the_text_is_that_of_a_trait() {
    let names = |interface: &Interface| interface.functions.iter().map(|function| function.name).collect::<Vec<_>>();
    assert_eq!(names(CalculatorApi.interface()), ["add", "run-all", "history", "clear"]);
    assert_eq!(names(ClockApi.interface()), ["now", "label"]);
    assert_eq!(
        ClockApi.wit(),
        "\
package test:blocks@1.0.0;

interface time {
  /// The time.
  now: func() -> u64;

  /// Writes the time on something.
  label: func(title: string, count: u32) -> string;
}
"
    );
    let text = CalculatorApi.wit();
    assert!(text.contains("/// Calculates, and remembers.\ninterface calculator {\n"), "{text}");
    assert!(text.contains("  run-all: func(steps: list<operation>) -> result<f64, calculator-error>;\n"), "{text}");
}
