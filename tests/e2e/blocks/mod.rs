//! Interfaces that are made of impl blocks. They equal the interfaces of a trait with the same functions.

mod bindgen;

use crate::bad_input::with_section;
use tairitsu::schema::{Interface, Role};
use tairitsu::{CallError, Compatibility, Container, Registry, SharedContainer};
use tairitsu_test_blocks::{
    Calculator, CalculatorApi, CalculatorClient, CalculatorError, Clock, ClockApi, Operation, Step,
};

const BLOCKS: &[u8] = tairitsu::include_guest!("tairitsu-test-blocks");
const BINDGEN: &[u8] = tairitsu::include_guest!("tairitsu-test-blocks-bindgen");

#[test]
fn a_guest_and_a_provider_of_blocks_talk() {
    talk(BLOCKS);
}

#[test]
fn a_guest_of_wit_bindgen_and_a_provider_of_a_block_talk() {
    talk(BINDGEN);
}

fn talk(guest: &[u8]) {
    let image = Registry::new().load_image(guest).unwrap();
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

/// A trait that is newer than both guests, and a trait that has changed.
mod versions {
    #[tairitsu::guest(package = "test:blocks@1.1.0", rename = "calculator")]
    pub(super) trait Newer {
        fn add(&self, a: f64, b: f64) -> f64;
        fn double(&self, a: f64) -> f64 {
            self.add(a, a)
        }
    }

    #[tairitsu::guest(package = "test:blocks@1.0.0", rename = "calculator")]
    #[allow(dead_code)]
    pub(super) trait Changed {
        fn add(&self, a: f32, b: f32) -> f32;
        fn multiply(&self, a: f64, b: f64) -> f64;
    }
}

/// The rules of versions hold for guests of any origin.
#[test]
fn newer_and_changed_traits_with_either_guest() {
    for guest in [BLOCKS, BINDGEN] {
        let image = Registry::new().load_image(guest).unwrap();
        let verdict = image.compatibility(versions::Newer);
        assert!(
            matches!(&verdict, Compatibility::Defaulted { functions, .. } if functions == &["double"]),
            "{verdict}"
        );
        let mut container = Container::builder(&image).provide(Clock::default()).build().unwrap();
        assert_eq!(container.guest(versions::Newer).unwrap().double(1.5).unwrap(), 3.0);
        let verdict = image.compatibility(versions::Changed);
        assert_eq!(
            verdict.to_string(),
            "`test:blocks/calculator@1.0.0` is not the same on both sides:
  `test:blocks/calculator@1.0.0#multiply`: expected `func(a: f64, b: f64) -> f64`, found nothing
  `test:blocks/calculator@1.0.0` at `add(a)`: expected `f32`, found `f64`
  `test:blocks/calculator@1.0.0` at `add(b)`: expected `f32`, found `f64`
  `test:blocks/calculator@1.0.0` at `add ->`: expected `f32`, found `f64`"
        );
    }
}

/// The block stays as it was written. The impl of the trait calls its functions.
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

/// The exports of the caller below.
#[tairitsu::guest(package = "test:caller")]
#[allow(dead_code)]
trait Caller {
    fn sum(&self, a: f64, b: f64) -> f64;
}

const CALLER: &str = r#"(module
    (import "test:blocks/calculator@1.0.0" "add" (func $add (param f64 f64) (result f64)))
    (memory (export "memory") 1)
    (func (export "test:caller/caller#sum") (param f64 f64) (result f64)
        (call $add (call $add (local.get 0) (local.get 1)) (f64.const 1))))"#;

/// A guest is linked to another guest. Either may be of any origin.
#[test]
fn a_guest_calls_a_guest_of_any_origin() {
    let module = with_section(wat::parse_str(CALLER).unwrap(), &Caller.interface().section(Role::Export));
    let module = with_section(module, &CalculatorApi.interface().section(Role::Import));
    let caller = Registry::new().load_image(module).unwrap();
    for guest in [BLOCKS, BINDGEN] {
        let image = Registry::new().load_image(guest).unwrap();
        let calculator = Container::builder(&image).provide(Clock::default()).build().unwrap();
        let calculator = SharedContainer::new(calculator);
        let mut caller = Container::builder(&caller).link(CalculatorApi, &calculator).build().unwrap();
        assert_eq!(caller.guest(Caller).unwrap().sum(0.5, 0.25).unwrap(), 1.75);
    }
}
