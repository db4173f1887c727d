//! An interface is looked up and checked once for all containers of a template. Each template finds its own
//! functions, and each caller gets the report of a mismatch.

use tairitsu::{Container, Error, Registry, Template};

#[tairitsu::guest(package = "test:pair@1.0.0")]
#[allow(dead_code)]
trait Pair {
    fn first(&self) -> u32;
    fn second(&self) -> u32;
}

/// The same interface, as a newer host knows it.
mod later {
    #[tairitsu::guest(package = "test:pair@1.1.0")]
    #[allow(dead_code)]
    pub(super) trait Pair {
        fn second(&self) -> u32;
        fn sum(&self) -> u32 {
            self.second() + 1000
        }
        fn first(&self) -> u32;
    }
}

/// The same interface, with other types and one more function.
mod other {
    #[tairitsu::guest(package = "test:pair@1.2.0")]
    #[allow(dead_code)]
    pub(super) trait Pair {
        fn first(&self) -> u64;
        fn second(&self, n: u32) -> u32;
        fn third(&self) -> u32;
    }
}

#[tairitsu::guest(package = "test:pair@1.0.0")]
#[allow(dead_code)]
trait Absent {
    fn first(&self) -> u32;
}

/// A component whose functions return these numbers. They are exported in this order.
fn pair(functions: &[(&str, u32)]) -> Vec<u8> {
    let each = |text: &dyn Fn(&str, u32) -> String| functions.iter().map(|(f, n)| text(f, *n)).collect::<String>();
    let core = each(&|f, n| format!(r#"(func (export "{f}") (result i32) i32.const {n})"#));
    let lift = each(&|f, _| format!(r#"(func ${f} (result u32) (canon lift (core func $i "{f}")))"#));
    let export = each(&|f, _| format!(r#"(export "{f}" (func ${f}))"#));
    let text = format!(
        r#"(component
            (core module $m {core})
            (core instance $i (instantiate $m))
            {lift}
            (instance $pair {export})
            (export "test:pair/pair@1.0.0" (instance $pair)))"#
    );
    wat::parse_str(text).unwrap()
}

fn answers(template: &Template) -> (u32, u32) {
    let mut container = template.spawn().unwrap();
    let mut pair = container.guest(Pair).unwrap();
    (pair.first().unwrap(), pair.second().unwrap())
}

#[test]
fn each_template_has_its_own() {
    let registry = Registry::new();
    let template = |bytes: &[u8]| Container::builder(&registry.load_image(bytes).unwrap()).prepare().unwrap();
    let one = template(&pair(&[("first", 1), ("second", 2)]));
    let two = template(&pair(&[("zeroth", 0), ("second", 20), ("first", 10)]));
    for _ in 0..3 {
        assert_eq!(answers(&one), (1, 2));
        assert_eq!(answers(&two), (10, 20));
    }
    // The name stands for another image now.
    let (image, _) = registry.replace_image("pair", pair(&[("first", 100), ("second", 200)])).unwrap();
    let old = Container::builder(&image).prepare().unwrap();
    assert_eq!(answers(&old), (100, 200));
    let (image, _) = registry.replace_image("pair", pair(&[("second", 400), ("first", 300)])).unwrap();
    let new = Container::builder(&image).prepare().unwrap();
    for _ in 0..2 {
        assert_eq!(answers(&old), (100, 200));
        assert_eq!(answers(&new), (300, 400));
    }
}

/// One export serves two traits. Each is an interface of its own, whichever is asked for first. A function that an
/// older guest lacks is absent in each container.
#[test]
fn each_trait_has_its_own() {
    let registry = Registry::new();
    let image = registry.load_image(pair(&[("first", 1), ("second", 2)])).unwrap();
    for later_first in [false, true] {
        let template = Container::builder(&image).prepare().unwrap();
        for round in 0..4 {
            let mut container = template.spawn().unwrap();
            for turn in 0..2 {
                if (turn == 0) == later_first {
                    let mut pair = container.guest(later::Pair).unwrap();
                    assert_eq!((pair.first().unwrap(), pair.second().unwrap()), (1, 2), "{round}");
                    assert_eq!(pair.sum().unwrap(), 1002, "{round}");
                } else {
                    assert_eq!(container.guest(Pair).unwrap().second().unwrap(), 2, "{round}");
                }
            }
        }
    }
}

#[test]
fn a_mismatch_is_reported_to_each() {
    let registry = Registry::new();
    let image = registry.load_image(pair(&[("first", 1), ("second", 2)])).unwrap();
    let template = Container::builder(&image).prepare().unwrap();
    let mut containers = [template.spawn().unwrap(), template.spawn().unwrap()];
    for round in 0..2 {
        for container in &mut containers {
            let error = container.guest(other::Pair).unwrap_err();
            let Error::Exports { interface, report, .. } = &error else { panic!("{error}") };
            assert_eq!(interface, "test:pair/pair@1.2.0");
            let different: Vec<_> = report.different.iter().map(|difference| &*difference.path).collect();
            assert_eq!(different, ["first ->", "second"], "{round}: {error}");
            let missing: Vec<_> = report.missing.iter().map(|missing| &*missing.function).collect();
            assert_eq!(missing, ["third"], "{round}: {error}");

            let error = container.guest(Absent).unwrap_err();
            assert!(
                matches!(&error, Error::NoExport { found, .. } if found == &["test:pair/pair@1.0.0"]),
                "{round}: {error}"
            );
            // In between, an interface that fits works.
            assert_eq!(container.guest(Pair).unwrap().first().unwrap(), 1);
        }
    }
}

#[test]
fn many_at_once() {
    let registry = Registry::new();
    let image = registry.load_image(pair(&[("first", 1), ("second", 2)])).unwrap();
    for _ in 0..20 {
        let template = &Container::builder(&image).prepare().unwrap();
        std::thread::scope(|scope| {
            for i in 0..4 {
                scope.spawn(move || {
                    let mut container = template.spawn().unwrap();
                    if i % 2 == 0 {
                        assert_eq!(container.guest(later::Pair).unwrap().sum().unwrap(), 1002);
                    }
                    assert!(container.guest(other::Pair).is_err());
                    assert_eq!(container.guest(Pair).unwrap().first().unwrap(), 1);
                    assert_eq!(answers(template), (1, 2));
                });
            }
        });
    }
}
