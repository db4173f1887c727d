//! Bad input: each case is an error that says what was expected and what was found. No case is a panic.

use crate::{SPLIT, ZOO, image};
use tairitsu::core_world::{GuestApi, HostApi};
use tairitsu::schema::{Interface, Role, encode, measure};
use tairitsu::{Container, Error, Registry};
use tairitsu_test_types::{Currency, Money};

fn load(bytes: impl AsRef<[u8]>) -> Error {
    Registry::new().load_image(bytes).unwrap_err()
}

#[test]
fn bytes_that_are_no_wasm() {
    for (bytes, found) in [
        (&b""[..], "no bytes at all"),
        (b"PK\x03\x04rest of it", "14 bytes that begin with \"PK\\x03\\x04rest\""),
        (b"  (module)", "WebAssembly text: turn it into a binary with `wasm-tools parse`"),
        (b"\0asm", "4 bytes that begin with \"\\x00asm\""),
        (b"\0asm\x01\0\x07\0", "8 bytes that begin with \"\\x00asm\\x01\\x00\\x07\\x00\""),
    ] {
        let error = load(bytes);
        assert!(matches!(error, Error::NotWasm { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!("expected a WebAssembly component or core module (`\\0asm`), found {found}")
        );
    }
}

/// A truncated file, and a small file with each of its bytes inverted in turn. Each gives an error or an image, and
/// never a panic.
#[test]
fn broken_wasm() {
    let error = load(&ZOO[..ZOO.len() / 2]);
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    let component = wat::parse_str(
        r#"(component
            (core module $m (func (export "f") (result i32) i32.const 1))
            (core instance $i (instantiate $m))
            (func $f (result u32) (canon lift (core func $i "f")))
            (instance $x (export "f" (func $f)))
            (export "a:b/c@1.0.0" (instance $x)))"#,
    )
    .unwrap();
    turn_over(&component);
    turn_over(&core_module(&SECTION));
}

fn turn_over(wasm: &[u8]) {
    let registry = Registry::new();
    registry.load_image(wasm).unwrap();
    for len in 0..wasm.len() {
        // A prefix that ends between two sections may be valid.
        let _ = registry.load_image(&wasm[..len]);
    }
    for i in 0..wasm.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut bytes = wasm.to_vec();
            bytes[i] ^= mask;
            let _ = registry.load_image(bytes);
        }
    }
}

const INTERFACE: &Interface = HostApi.interface();
const SIZE: usize = measure(INTERFACE, Role::Import);
static SECTION: [u8; SIZE] = encode(INTERFACE, Role::Import);

/// A core module that has only a `component-type` section.
fn core_module(section: &[u8]) -> Vec<u8> {
    with_section(wasm_encoder::Module::new().finish(), section)
}

/// A core module with a `component-type` section at its end.
pub(crate) fn with_section(mut module: Vec<u8>, section: &[u8]) -> Vec<u8> {
    use wasm_encoder::Section;
    wasm_encoder::CustomSection { name: "component-type".into(), data: section.into() }.append_to(&mut module);
    module
}

#[test]
fn a_core_module_without_the_section() {
    let error = load(wat::parse_str("(module (func (export \"f\")))").unwrap());
    assert!(matches!(error, Error::NoComponentType), "{error:?}");
    assert!(error.to_string().starts_with("expected a core module with a `component-type` section"), "{error}");
}

/// The section declares an export that the code lacks.
#[test]
fn a_core_module_without_the_export_it_declares() {
    const INTERFACE: &Interface = GuestApi.interface();
    const SIZE: usize = measure(INTERFACE, Role::Export);
    let error = load(core_module(&encode::<{ SIZE }>(INTERFACE, Role::Export)));
    assert!(matches!(error, Error::Componentize { .. }), "{error:?}");
    let missing = "failed to find export of interface `tairitsu:core/guest-api@0.1.0` function `init`";
    assert!(error.to_string().contains(missing), "{error}");
}

#[test]
fn a_component_that_is_no_wit() {
    let error = load(wat::parse_str("(component (core module (export \"m\")))").unwrap());
    assert!(matches!(error, Error::NotWit { .. }), "{error:?}");
}

#[test]
fn the_export_is_not_there() {
    let mut container = Container::new(&image("unruly")).unwrap();
    let error = container.guest(tairitsu_test_zoo::Zoo).unwrap_err();
    assert!(matches!(error, Error::NoExport { .. }), "{error:?}");
    assert_eq!(error.to_string(), "expected an image that exports `test:zoo/zoo@0.3.0`, found `test:unruly/unruly`");
}

mod otherwise {
    //! The contract of `tairitsu-test-api`, as somebody else remembers it.
    #![allow(dead_code)]

    use super::{Currency, Money};

    #[tairitsu::wit]
    #[derive(Debug)]
    pub(crate) struct Mixed {
        pub(crate) first: u32,
        pub(crate) other: Currency,
    }

    #[tairitsu::guest(package = "test:split@1.0.0")]
    pub(crate) trait Till {
        fn sum(&mut self, amounts: &[Money], round: bool) -> Result<Money, Mixed>;
        fn all(&self) -> Vec<(Money,)>;
        fn average(&self) -> f64;
    }

    #[tairitsu::guest(package = "test:split@1.0.0", rename = "till")]
    pub(crate) trait Till2 {
        fn sum(&mut self, amounts: Vec<Money>) -> Result<Money, Mixed>;
    }

    #[tairitsu::guest(package = "test:split@2.0.0", rename = "till")]
    pub(crate) trait NextTill {
        fn all(&self) -> Vec<Money>;
    }

    #[tairitsu::host(package = "test:split@1.9.0")]
    pub(crate) trait Rates {
        fn rate(&self, from: Currency, to: u8) -> Option<f32>;
    }
}

struct Provider;

#[tairitsu::host]
impl tairitsu_test_api::Rates for Provider {
    fn rate(&self, _: Currency, _: Currency) -> Option<f64> {
        None
    }
}

#[tairitsu::host]
impl otherwise::Rates for Provider {
    fn rate(&self, _: Currency, _: u8) -> Option<f32> {
        None
    }
}

fn split() -> Container {
    Container::builder(&image("split")).provide_as(tairitsu_test_api::Rates, Provider).build().unwrap()
}

#[test]
fn the_export_has_another_signature() {
    let error = split().guest(otherwise::Till).unwrap_err();
    let Error::Exports { report, .. } = &error else { panic!("{error:?}") };
    assert_eq!((report.missing.len(), report.different.len()), (1, 2));
    assert_eq!(
        error.to_string(),
        "the image exports `test:split/till@1.0.0` otherwise than the trait declares it:\n  \
         `test:split/till@1.0.0#average`: expected `func() -> f64`, found nothing in `test:split/till@1.2.3`\n  \
         `test:split/till@1.0.0` at `sum`: expected `func(amounts: list<money>, round: bool) -> result<money, mixed>`, \
         found `func(amounts: list<money>) -> result<money, mixed>` in `test:split/till@1.2.3`\n  \
         `test:split/till@1.0.0` at `all -> item`: expected `tuple<money>`, \
         found `record money { units: s64, currency: currency }` in `test:split/till@1.2.3`"
    );
}

/// The signatures look the same, but a field of a record differs.
#[test]
fn the_difference_is_deep_inside() {
    let error = split().guest(otherwise::Till2).unwrap_err();
    let Error::Exports { report, .. } = &error else { panic!("{error:?}") };
    let [difference] = &report.different[..] else { panic!("{report}") };
    assert_eq!(difference.path, "sum -> err mixed.first");
    assert_eq!(difference.expected, "u32");
    assert_eq!(difference.found, "enum currency { eur, jpy }");
}

#[test]
fn another_major_version_is_another_interface() {
    let error = split().guest(otherwise::NextTill).unwrap_err();
    assert!(matches!(error, Error::NoExport { .. }), "{error:?}");
    assert!(error.to_string().contains("`test:split/till@1.2.3`"), "{error}");
}

/// One report lists all of the missing functions.
#[test]
fn nobody_provides_the_imports() {
    let error = Container::new(&image("zoo")).unwrap_err();
    let Error::Imports { report, .. } = &error else { panic!("{error:?}") };
    let mut missing: Vec<_> = report.missing.iter().map(|m| m.function.as_str()).collect();
    missing.sort();
    assert_eq!(
        missing,
        ["add", "echo-animal", "echo-list", "echo-str", "echo-value", "many", "nothing", "refuse", "sixteen"]
    );
    let text = error.to_string();
    assert!(text.starts_with("the image's imports are not satisfied:\n"), "{text}");
    let line = "\n  `test:zoo/keeper@0.3.0#refuse`: expected `func() -> result<u32, kind>`, found nothing";
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_provider_has_another_signature() {
    let error = Container::builder(&image("split")).provide_as(otherwise::Rates, Provider).build().unwrap_err();
    let Error::Imports { report, .. } = &error else { panic!("{error:?}") };
    let differences: Vec<_> =
        report.different.iter().map(|d| (d.path.as_str(), d.expected.as_str(), d.found.as_str())).collect();
    assert_eq!(differences, [("rate(to)", "enum currency { eur, jpy }", "u8"), ("rate -> some", "f64", "f32")]);
}

#[test]
fn two_providers_of_one_interface() {
    let error = Container::builder(&image("split"))
        .provide_as((tairitsu_test_api::Rates, otherwise::Rates), Provider)
        .build()
        .unwrap_err();
    assert!(matches!(error, Error::ProvidedTwice { .. }), "{error:?}");
    assert_eq!(error.to_string(), "expected one provider of `test:split/rates@1.9.0`, found two");
}

/// An interface of WASI that this runtime lacks is reported like any other import.
#[test]
fn wasi_of_another_time() {
    let component = wat::parse_str(
        r#"(component
            (import "wasi:cli/environment@0.1.0" (instance (export "f" (func))))
            (import "wasi:http/types@0.2.0" (instance (export "g" (func (param "x" u32)))))
            (import "plain" (func (result string)))
        )"#,
    )
    .unwrap();
    let image = Registry::new().load_image(component).unwrap();
    let error = Container::new(&image).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the image's imports are not satisfied:\n  \
         `wasi:cli/environment@0.1.0#f`: expected `func()`, found nothing\n  \
         `wasi:http/types@0.2.0#g`: expected `func(x: u32)`, found nothing\n  \
         `plain`: expected `func() -> string`, found nothing"
    );
}

#[test]
fn names() {
    let registry = Registry::new();
    let register = |name: &str| registry.register_image(name, SPLIT);
    for (name, reason) in [
        ("", "it is empty"),
        ("Hello:v1", "`H` in `Hello` is none of a-z, 0-9, `.`, `_` and `-`"),
        ("a:b:c", "`:` in `a:b` is none of a-z, 0-9, `.`, `_` and `-`"),
        ("hello:", "the tag is empty"),
    ] {
        let error = register(name).unwrap_err();
        assert!(matches!(error, Error::InvalidName { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!("expected an image name, `name`, `name:tag` or `name@sha256:digest`, found `{name}`: {reason}")
        );
        assert!(registry.get_image(name).is_none());
    }
    register("split").unwrap();
    let error = register("split:latest").unwrap_err();
    assert!(matches!(error, Error::NameTaken { .. }), "{error:?}");
    assert!(error.to_string().contains("found `split:latest` registered"), "{error}");
    assert_eq!(registry.image_names(), ["split:latest"]);
    assert!(registry.remove_image("split").is_some());
    assert!(registry.get_image("split").is_none());
}

/// Packages that use each other. `wit-parser` would follow them until the stack is used up.
#[test]
fn packages_in_a_ring() {
    use tairitsu::schema::{Enum, Field, Function, Interface, Role, Type};

    const fn one(name: &'static str, home: &'static str) -> Enum {
        Enum::__new(name, "", home, &const { [Field::__new("one", "", Type::Unit)] })
    }
    const fn returns(name: &'static str, result: Type) -> Function {
        Function::__new(name, "", &[], result, false)
    }
    const A: Type = Type::Enum(&one("a", "ring:a/first"));
    const B: Type = Type::Enum(&one("b", "ring:b/types"));
    const fn interface(
        id: &'static str,
        uses: &'static [&'static Interface],
        types: &'static [Type],
        functions: &'static [Function],
    ) -> Interface {
        Interface::__new(id, "", uses, types, None, functions)
    }
    const FIRST: Interface = interface("ring:a/first", &[], &[A], &[]);
    const OTHER: Interface = interface("ring:b/types", &[&FIRST], &[B], &[returns("f", A)]);
    const LAST: Interface = interface("ring:a/last", &[&OTHER], &[], &[returns("f", B)]);

    // The ring is in one section, or in two sections of which each is valid.
    let core = wat::parse_str("(module)").unwrap();
    let one_section = with_section(core.clone(), &LAST.section(Role::Import));
    const OTHER_ALONE: Interface = interface("ring:b/types", &[], &[B], &[]);
    const LAST_ALONE: Interface = interface("ring:a/last", &[&OTHER_ALONE], &[], &[returns("f", B)]);
    const MORE: Interface = interface("ring:b/more", &[&FIRST], &[], &[returns("g", A)]);
    let two_sections = with_section(core, &LAST_ALONE.section(Role::Import));
    let two_sections = with_section(two_sections, &MORE.section(Role::Import));
    for module in [one_section, two_sections] {
        let error = load(module);
        let text = error.to_string();
        assert!(matches!(error, Error::Componentize { .. }), "{text}");
        assert!(text.contains("expected packages that do not use each other, found `ring:a` and `ring:b`"), "{text}");
    }

    let component = r#"(component
        (import "ring:a/first" (instance $first (export "a" (type (sub resource)))))
        (alias export $first "a" (type $a))
        (import "ring:b/other" (instance $other (export "a" (type (eq $a))) (export "b" (type (sub resource)))))
        (alias export $other "b" (type $b))
        (import "ring:a/last" (instance (export "b" (type (eq $b))))))"#;
    let error = load(wat::parse_str(component).unwrap());
    let text = error.to_string();
    assert!(matches!(error, Error::NotWit { .. }), "{text}");
    assert!(text.contains("found `ring:a` and `ring:b`, which do"), "{text}");

    // A world is in a package too, which uses all that the world imports. The decoder makes such a world of a component.
    let imports = |package: &str| {
        format!(
            r#"(import "{package}/first" (instance $first (export "a" (type (sub resource)))))
            (alias export $first "a" (type $a))
            (import "ring:b/other" (instance (export "a" (type (eq $a)))))"#
        )
    };
    let error = load(wat::parse_str(format!("(component {})", imports("root:component"))).unwrap());
    let text = error.to_string();
    assert!(matches!(error, Error::NotWit { .. }), "{text}");
    assert!(text.contains("found `ring:b` and `root:component`, which do"), "{text}");
    for package in ["ring:a", "root:root"] {
        let section = format!(
            r#"(component
                (type $all (component
                    (type $world (component {}))
                    (export "ring:a/world" (component (type $world)))))
                (export "world" (type $all)))"#,
            imports(package)
        );
        let module = with_section(wat::parse_str("(module)").unwrap(), &wat::parse_str(section).unwrap());
        let error = load(module);
        let text = error.to_string();
        assert!(matches!(error, Error::Componentize { .. }), "{text}");
        assert!(text.contains("expected packages that do not use each other, found `ring:"), "{text}");
    }
}

/// The format that sections had before they were components.
#[test]
fn a_section_of_an_old_format() {
    let error = load(with_section(wat::parse_str("(module)").unwrap(), &[3, 0, 1, b'w']));
    assert!(error.to_string().contains("found one of format 3"), "{error}");
}

/// Valid components that no tool writes, and on which `wit-parser` panics: an instance stands where a world should
/// be, or the world is not alone. A name for a function's type would make `wit-parser` panic too.
#[test]
fn what_no_tool_writes() {
    for world in ["(export \"a:b/c\" (instance))", "(import \"d\" (func)) (export \"a:b/c\" (component))"] {
        let section =
            wat::parse_str(format!("(component (type $world (component {world})) (export \"c\" (type $world)))"));
        let error = load(with_section(wat::parse_str("(module)").unwrap(), &section.unwrap()));
        assert!(matches!(error, Error::Componentize { .. }), "{error:?}");
        assert!(error.to_string().contains("expected what the tools for components write"), "{error}");
    }
    // The engine has no such type. The engine is asked first, so `wit-parser` never sees the component.
    let component = r#"(component (import "a:b/c" (instance (type $f (func)) (export "t" (type (eq $f))))))"#;
    let error = load(wat::parse_str(component).unwrap());
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
}
