//! What is printed of a guest: names of functions, WIT and errors have a bound, and no printer ends the host.

use std::error::Error as _;
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Error, Image, Registry};

#[tairitsu::guest(package = "test:names")]
#[allow(dead_code)]
trait Names {
    fn run(&mut self);
}

/// A guest whose function of this name runs `body`. `start` says that the function is called at the start, too.
fn named(name: &str, body: &str, start: bool) -> Image {
    let name: String = name.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let start = if start { "(start $f)" } else { "" };
    let text = format!(
        r#"(component
            (core module $m (func $f (@name "{name}") {body}) (func (export "run") (call $f)) {start})
            (core instance $i (instantiate $m))
            (func $run (canon lift (core func $i "run")))
            (instance $names (export "run" (func $run)))
            (export "test:names/names" (instance $names)))"#
    );
    Registry::new().load_image(wat::parse_str(&text).unwrap()).unwrap()
}

/// A name of C++ whose parameters are pairs of the pair before: each doubles the text.
fn doubling(parameters: u32) -> String {
    let mut name = String::from("_Z1fSt4pairIiiE");
    for before in 0..parameters {
        let id = char::from_digit(before, 36).unwrap().to_ascii_uppercase();
        name += &format!("S_IS{id}_S{id}_E");
    }
    name
}

/// Names of Rust that refer back to themselves: each level doubles the text.
fn referring(levels: usize) -> String {
    let mut name = String::from("_RIC1a");
    let mut before = None;
    for _ in 0..levels {
        let at = name.len() - 2;
        match before {
            None => name += "ThhE",
            Some(before) => {
                let back = reference(before);
                name += &format!("T{back}{back}E");
            }
        }
        before = Some(at);
    }
    name + "E"
}

/// A reference back to a place in a name of Rust.
fn reference(at: usize) -> String {
    let Some(mut rest) = at.checked_sub(1) else { return "B_".into() };
    let mut digits = Vec::new();
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 62]);
        rest /= 62;
        if rest == 0 {
            break;
        }
    }
    digits.reverse();
    format!("B{}_", String::from_utf8(digits).unwrap())
}

/// A small name may stand for a text that fills the memory. wasmtime prints that text, if it demangles.
#[test]
fn names_that_demangle_to_a_large_text() {
    // What such a name would do.
    let text = |name: String| {
        let image = named(&name, "unreachable", false);
        let error = Container::new(&image).unwrap().guest(Names).unwrap().run().unwrap_err();
        format!("{:#}", error.trap().unwrap().source().chain().next().unwrap()).len()
    };
    assert!(
        text(doubling(12)) > 8 * text(doubling(8)),
        "names no longer double: {} {}",
        text(doubling(12)),
        text(doubling(8))
    );

    for name in
        [doubling(32), referring(32), "_ZN".repeat(30_000), format!("_R{}", "N".repeat(30_000)), "x".repeat(100_000)]
    {
        let start = Instant::now();
        for (body, cause) in [("unreachable", "trap"), ("(call $f)", "stack")] {
            let image = named(&name, body, false);
            let error = Container::new(&image).unwrap().guest(Names).unwrap().run().unwrap_err();
            assert_eq!(error.cause(), cause);
            let trap = error.trap().unwrap();
            let mut texts = vec![format!("{error}"), format!("{error:?}"), format!("{trap:#}"), format!("{trap:?}")];
            texts.push(trap.backtrace().unwrap().to_string());
            let mut source = error.source();
            while let Some(cause) = source {
                texts.extend([format!("{cause}"), format!("{cause:?}")]);
                source = cause.source();
            }
            for text in &texts {
                assert!(text.len() < 20_000, "{} bytes: {}", text.len(), &text[..200]);
            }
            let error = Container::new(&named(&name, body, true)).unwrap_err();
            let Error::Instantiate { message, .. } = &error else { panic!("{error}") };
            assert!(message.len() < 1_000, "{} bytes", message.len());
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    }
}

/// A name is one line, without what a terminal takes for a command.
#[test]
fn names_are_one_line() {
    let image = named("evil\n   7: host!main\u{1b}[31m\0", "unreachable", false);
    let error = Container::new(&image).unwrap().guest(Names).unwrap().run().unwrap_err();
    let CallError::Trap(trap) = &error else { panic!("{error}") };
    let text = format!("{trap:#}");
    assert!(text.contains(r"m!evil\n   7: host!main\u{1b}[31m\u{0}"), "{text}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}

/// Valid components with a few bytes changed: each is an image that can be printed and prepared, or an error.
#[test]
fn bytes_that_are_changed() {
    let seeds = [
        r#"(component
            (import "a" (instance $a (export "r" (type (sub resource)))))
            (alias export $a "r" (type $r)) (import "b" (instance (export "r" (type (eq $r))))))"#,
        r#"(component
            (import "a:b/c@1.0.0" (instance $c
                (type $record' (record (field "x" u32) (field "y" (list string))))
                (export "record" (type $record (eq $record')))
                (type $variant' (variant (case "one" (tuple u8 char)) (case "two") (case "three" $record)))
                (export "variant" (type $variant (eq $variant')))
                (export "f" (func (param "v" $variant) (result (result $record (error (option u64))))))))
            (alias export $c "record" (type $r))
            (import "g" (func (param "r" $r) (result (list $r)))))"#,
        r#"(component
            (component $inner (import "f" (func $f)) (export "g" (func $f)))
            (core module $m (func (export "f")) (memory (export "memory") 1))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (instance $x (instantiate $inner (with "f" (func $f))))
            (export "a:b/c@1.0.0" (instance $x)))"#,
    ];
    let registry = Registry::new();
    let mut random = 1u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let mut loaded = 0;
    for seed in seeds {
        let wasm = wat::parse_str(seed).unwrap();
        for _ in 0..crate::soak(20_000, 1_500) {
            let mut wasm = wasm.clone();
            for _ in 0..=next(3) {
                let at = 8 + next(wasm.len() - 8);
                match next(4) {
                    0 => wasm[at] = next(256) as u8,
                    1 => wasm[at] ^= 1 << next(8),
                    2 => wasm[at] = wasm[8 + next(wasm.len() - 8)],
                    _ => wasm[at] = wasm[at].wrapping_add(1),
                }
            }
            match registry.load_image(&wasm) {
                Ok(image) => {
                    loaded += 1;
                    let _ = (image.wit(), format!("{image:?}"), image.imports(), image.exports());
                    if let Err(error) = Container::builder(&image).prepare() {
                        let _ = (format!("{error}"), format!("{error:?}"));
                    }
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
    assert!(loaded > 0);
}

/// The type of one function takes 300 megabytes as text, and the section has some hundred bytes. Two sections that differ in it are
/// an error of a bounded length.
#[test]
fn a_type_whose_text_is_much_longer_than_its_section() {
    use tairitsu::schema::{Function, Interface, Param, Record, Role, Type};
    fn leak<T>(value: T) -> &'static T {
        Box::leak(Box::new(value))
    }
    let name: &'static str = String::leak("long".repeat(250));
    let field = tairitsu::schema::Field::__new("a", "", Type::U8);
    let mut ty = Type::Record(leak(Record::__new(name, "", "", leak([field]))));
    for _ in 0..18 {
        ty = Type::Tuple(leak([ty, ty]));
    }
    let section = |params: &'static [Param]| {
        let function = Function::__new("f", "", params, Type::Unit, false);
        Interface::__new("test:wide/wide", "", &[], &[], None, leak([function])).section(Role::Import)
    };
    let mut module = wasm_encoder::Module::new();
    for (author, data) in [("a@1.0.0", section(leak([Param::__new("p", ty)]))), ("b@1.0.0", section(&[]))] {
        let name = format!("component-type:tairitsu:import:{author}:src/lib.rs:1:1");
        module.section(&wasm_encoder::CustomSection { name: name.into(), data: data.into() });
    }
    let start = std::time::Instant::now();
    let error = tairitsu::Registry::new().load_image(module.finish()).unwrap_err().to_string();
    assert!(error.contains("found two that differ in `f`") && error.len() < 10_000, "{error}");
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

/// An image may import any number of functions that nobody provides.
#[test]
fn a_report_lists_a_thousand_functions() {
    let functions: String = (0..2_500).map(|i| format!("(export \"f{i}\" (func))")).collect();
    let text = format!("(component (import \"test:many/many\" (instance {functions})))");
    let image = tairitsu::Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    let error = tairitsu::Container::builder(&image).build().unwrap_err();
    let tairitsu::Error::Imports { report, .. } = &error else { panic!("{error}") };
    assert_eq!((report.missing.len(), report.more), (1_000, 1_500));
    assert!(error.to_string().ends_with("\n  and 1500 more"), "{error}");
}
