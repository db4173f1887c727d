//! Interfaces that a provider serves in several versions, and WASI's in the place of WASI's own: what the check says is
//! what is linked.

use crate::asynchronous::block_on;
use tairitsu::core_world::HostApi;
use tairitsu::{CallError, Container, ContainerBuilder, Error, Image, OnDenied, Own, Policy, Registry};

/// The exports of the hand-written guests.
#[tairitsu::guest(package = "test:numbers")]
#[allow(dead_code)]
trait Numbers {
    fn get(&mut self) -> u64;
}

#[tairitsu::host(package = "wasi:random@0.2.0", rename = "random")]
trait Oldest {
    fn get_random_u64(&mut self) -> u64;
}

#[tairitsu::host(package = "wasi:random@0.2.3", rename = "random")]
trait Older {
    fn get_random_u64(&mut self) -> u64;
}

#[tairitsu::host(package = "wasi:random@0.2.12", rename = "random")]
trait Newer {
    fn get_random_u64(&mut self) -> u64;
}

/// A version that wasmtime does not reach.
#[tairitsu::host(package = "wasi:random@0.2.900", rename = "random")]
trait Newest {
    fn get_random_u64(&mut self) -> u64;
}

/// An interface that is not WASI's.
#[tairitsu::host(package = "test:numbers@1.1.0")]
trait Source {
    fn next(&mut self) -> u64;
}

struct Four;

#[tairitsu::host]
impl Oldest for Four {
    fn get_random_u64(&mut self) -> u64 {
        4
    }
}

#[tairitsu::host]
impl Older for Four {
    fn get_random_u64(&mut self) -> u64 {
        4
    }
}

#[tairitsu::host]
impl Newer for Four {
    fn get_random_u64(&mut self) -> u64 {
        4
    }
}

#[tairitsu::host]
impl Newest for Four {
    fn get_random_u64(&mut self) -> u64 {
        4
    }
}

#[tairitsu::host]
impl Source for Four {
    fn next(&mut self) -> u64 {
        4
    }
}

/// A guest with these imports, each a name and a function. Its `get` returns the sum of what the functions return.
fn guest(imports: &[(&str, &str)]) -> Image {
    let (mut imported, mut lowered, mut taken, mut given, mut sum) =
        <(String, String, String, String, String)>::default();
    for (i, (name, function)) in imports.iter().enumerate() {
        imported += &format!(r#"(import "{name}" (instance $i{i} (export "{function}" (func (result u64)))))"#);
        lowered += &format!(r#"(core func $f{i} (canon lower (func $i{i} "{function}")))"#);
        taken += &format!(r#"(import "i" "{i}" (func $f{i} (result i64)))"#);
        given += &format!(r#"(export "{i}" (func $f{i}))"#);
        sum += &format!("(call $f{i}) i64.add ");
    }
    let text = format!(
        r#"(component {imported} {lowered}
            (core module $m {taken} (func (export "get") (result i64) (i64.const 0) {sum}))
            (core instance $a (instantiate $m (with "i" (instance {given}))))
            (func $get (result u64) (canon lift (core func $a "get")))
            (instance $numbers (export "get" (func $get)))
            (export "test:numbers/numbers" (instance $numbers)))"#
    );
    Registry::new().load_image(wat::parse_str(&text).unwrap()).unwrap()
}

const RANDOM: &str = "get-random-u64";

/// Adds a provider to a builder.
type Provide = fn(ContainerBuilder) -> ContainerBuilder;

const PROVIDERS: [(&str, Provide); 4] = [
    ("0.2.0", |builder| builder.provide_with_as(Oldest, || Four)),
    ("0.2.3", |builder| builder.provide_with_as(Older, || Four)),
    ("0.2.12", |builder| builder.provide_with_as(Newer, || Four)),
    ("0.2.900", |builder| builder.provide_with_as(Newest, || Four)),
];

/// In each of WASI's versions on each side, and in several versions at once.
#[test]
fn a_provider_takes_the_place_of_wasis_functions() {
    let versions: Vec<String> =
        [0, 3, 6, 12, 13, 900].iter().map(|patch| format!("wasi:random/random@0.2.{patch}")).collect();
    let mut images: Vec<(usize, Image)> =
        versions.iter().map(|version| (1, guest(&[(version.as_str(), RANDOM)]))).collect();
    for (first, second) in [(0, 2), (2, 0), (3, 0), (0, 5), (4, 1)] {
        images.push((2, guest(&[(&versions[first], RANDOM), (&versions[second], RANDOM)])));
    }
    for (provided, provide) in PROVIDERS {
        for (imports, image) in &images {
            let template = provide(Container::builder(image)).prepare().unwrap();
            for _ in 0..2 {
                let found = template.spawn().unwrap().guest(Numbers).unwrap().get().unwrap();
                assert_eq!(found, 4 * *imports as u64, "{provided}: {:?}", image.imports());
            }
            block_on(async {
                let mut container = provide(Container::builder(image)).build_async().await.unwrap();
                assert_eq!(container.guest(Numbers).unwrap().get().await.unwrap(), 4 * *imports as u64);
            });
        }
    }
}

/// WASI's other interfaces stay WASI's, and another track of the provided interface is another interface.
#[test]
fn the_rest_of_wasi_is_wasis() {
    let insecure = ("wasi:random/insecure@0.2.6", "get-insecure-random-u64");
    let image = guest(&[("wasi:random/random@0.2.6", RANDOM), insecure]);
    let mut found = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let mut container = Container::builder(&image).provide_as(Oldest, Four).build().unwrap();
        found.insert(container.guest(Numbers).unwrap().get().unwrap());
    }
    assert!(found.len() > 1, "{found:?}");

    let image = guest(&[("wasi:random/random@0.3.0", RANDOM)]);
    let error = Container::builder(&image).provide_as(Oldest, Four).build().unwrap_err();
    assert!(matches!(error, Error::Imports { .. }), "{error}");
}

/// A provided interface is the provider's alone: the provider's other functions are not WASI's.
#[test]
fn a_function_that_the_provider_lacks() {
    let text = r#"(component
        (import "wasi:random/random@0.2.6" (instance
            (export "get-random-u64" (func (result u64)))
            (export "get-random-bytes" (func (param "len" u64) (result (list u8)))))))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    Container::new(&image).unwrap();
    let error = Container::builder(&image).provide_as(Oldest, Four).build().unwrap_err();
    let Error::Imports { report, .. } = &error else { panic!("{error}") };
    assert_eq!(report.missing.len(), 1, "{report}");
    assert_eq!(report.missing[0].function, "get-random-bytes");
    assert!(report.different.is_empty());

    let image =
        guest(&[("wasi:random/random@0.2.6", "get-random-u64"), ("wasi:random/random@0.2.0", "get-random-u32")]);
    assert!(matches!(Container::builder(&image).provide_as(Older, Four).build(), Err(Error::Imports { .. })));
}

#[test]
fn a_policy_denies_a_provided_function() {
    let names = ["wasi:random/random@0.2.0", "wasi:random/random@0.2.6", "wasi:random/random@0.2.12"];
    for imports in [&names[..1], &names[1..2], &names[2..], &names[..2], &names[1..]] {
        let imports: Vec<_> = imports.iter().map(|name| (*name, RANDOM)).collect();
        let image = guest(&imports);
        for (provided, provide) in PROVIDERS {
            for rule in ["wasi:random/random", "wasi:random/random#get-random-u64", "wasi:*/*"] {
                let policy = Policy::allow_all().deny(rule).unwrap();
                let error = provide(Container::builder(&image)).policy(policy.clone()).prepare().unwrap_err();
                let Error::Imports { report, .. } = &error else { panic!("{error}") };
                assert_eq!(report.denied.len(), imports.len(), "{provided} {rule}");

                let policy = policy.on_denied(OnDenied::Trap);
                let template = provide(Container::builder(&image)).policy(policy).prepare().unwrap();
                let error = template.spawn().unwrap().guest(Numbers).unwrap().get().unwrap_err();
                assert!(matches!(error, CallError::Denied { .. }), "{provided} {rule}: {error}");
            }
        }
    }
}

/// The same for an interface that is not WASI's.
#[test]
fn two_versions_of_one_interface() {
    let names = ["test:numbers/source@1.0.0", "test:numbers/source@1.2.0", "test:numbers/source@1.1.0"];
    for order in [&[0, 1][..], &[1, 0], &[2, 0, 1], &[1]] {
        let imports: Vec<_> = order.iter().map(|i| (names[*i], "next")).collect();
        let image = guest(&imports);
        let mut container = Container::builder(&image).provide_as(Source, Four).build().unwrap();
        assert_eq!(container.guest(Numbers).unwrap().get().unwrap(), 4 * order.len() as u64);
    }
    let image = guest(&[(names[0], "next"), ("test:numbers/source@2.0.0", "next")]);
    let error = Container::builder(&image).provide_as(Source, Four).build().unwrap_err();
    let Error::Imports { report, .. } = &error else { panic!("{error}") };
    assert_eq!(report.missing.len(), 1, "{report}");
}

struct Loud;

#[tairitsu::host]
impl HostApi for Loud {
    fn execute(&mut self, _: &str, _: &str) -> Result<String, String> {
        Err("loud".into())
    }

    fn log(&mut self, _: &str, _: &str) {
        panic!("the provider's own");
    }
}

/// The core world's interface in another version, provided by somebody.
#[test]
fn the_core_worlds_interface() {
    let text = |name: &str| {
        format!(
            r#"(component
                (import "{name}" (instance $host (export "log" (func (param "level" string) (param "message" string)))))
                (core module $memory (memory (export "memory") 1)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
                (core instance $memory (instantiate $memory))
                (core func $log (canon lower (func $host "log") (memory $memory "memory") (realloc (func $memory "realloc"))))
                (core module $m (import "h" "log" (func $log (param i32 i32 i32 i32)))
                    (func (export "get") (result i64)
                        (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i64.const 1)))
                (core instance $a (instantiate $m (with "h" (instance (export "log" (func $log))))))
                (func $get (result u64) (canon lift (core func $a "get")))
                (instance $numbers (export "get" (func $get)))
                (export "test:numbers/numbers" (instance $numbers)))"#
        )
    };
    for name in ["tairitsu:core/host-api@0.1.0", "tairitsu:core/host-api@0.1.7"] {
        let image = Registry::new().load_image(wat::parse_str(text(name)).unwrap()).unwrap();
        assert_eq!(Container::new(&image).unwrap().guest(Numbers).unwrap().get().unwrap(), 1);
        let mut container = Container::builder(&image).provide(Loud).build().unwrap();
        let error = container.guest(Numbers).unwrap().get().unwrap_err();
        assert!(matches!(error, CallError::Provider { .. }), "{error}");
    }
}

mod io {
    /// `wasi:io/error`, whose resource has the name of its interface.
    #[tairitsu::resource(host, package = "wasi:io@0.2.0")]
    pub(super) trait Error {
        fn to_debug_string(&self) -> String;
    }

    /// Gives the resource.
    #[tairitsu::host(package = "test:numbers", uses = Error)]
    pub(super) trait Errors {
        fn last(&mut self) -> tairitsu::Own<dyn Error>;
    }
}

struct Broken;

#[tairitsu::resource]
impl io::Error for Broken {
    fn to_debug_string(&self) -> String {
        "broken".into()
    }
}

#[tairitsu::host]
impl io::Errors for Broken {
    fn last(&mut self) -> Own<dyn io::Error> {
        Broken.into()
    }
}

/// A resource of WASI's by a provider: it works for the provider's own functions. Handles that WASI makes are WASI's, so the
/// two together are refused in words.
#[test]
fn a_resource_of_wasis() {
    let text = |more: &str| {
        format!(
            r#"(component
                (import "wasi:io/error@0.2.6" (instance $error
                    (export "error" (type $error (sub resource)))
                    (export "[method]error.to-debug-string" (func (param "self" (borrow $error)) (result string)))))
                (alias export $error "error" (type $error))
                (import "test:numbers/errors" (instance $errors
                    (alias outer 1 $error (type $outer)) (export "error" (type $e (eq $outer)))
                    (export "last" (func (result (own $e))))))
                {more}
                (core module $memory (memory (export "memory") 1)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
                (core instance $memory (instantiate $memory))
                (core func $last (canon lower (func $errors "last")))
                (core func $text (canon lower (func $error "[method]error.to-debug-string")
                    (memory $memory "memory") (realloc (func $memory "realloc"))))
                (core module $m (import "h" "last" (func $last (result i32)))
                    (import "h" "text" (func $text (param i32 i32))) (import "h" "memory" (memory 1))
                    (func (export "get") (result i64)
                        (call $text (call $last) (i32.const 8)) (i64.load32_u (i32.const 12))))
                (core instance $a (instantiate $m (with "h" (instance
                    (export "last" (func $last)) (export "text" (func $text)) (export "memory" (memory $memory "memory"))))))
                (func $get (result u64) (canon lift (core func $a "get")))
                (instance $numbers (export "get" (func $get)))
                (export "test:numbers/numbers" (instance $numbers)))"#
        )
    };
    let load = |more| Registry::new().load_image(wat::parse_str(text(more)).unwrap()).unwrap();
    let image = load("");
    let build = |image: &Image| Container::builder(image).resource::<Broken>().provide_with(|| Broken).build();
    assert_eq!(build(&image).unwrap().guest(Numbers).unwrap().get().unwrap(), "broken".len() as u64);

    let image = load(
        r#"(import "wasi:filesystem/types@0.2.6" (instance
            (alias outer 1 $error (type $outer)) (export "error" (type $e (eq $outer)))
            (export "filesystem-error-code" (func (param "err" (borrow $e)) (result (option u8))))))"#,
    );
    let error = build(&image).unwrap_err();
    let Error::Link { interface, message, .. } = &error else { panic!("{error}") };
    assert_eq!(interface, "wasi:io/error@0.2.0");
    assert!(message.contains("`error`") && message.contains("`wasi:filesystem/types@0.2.6`"), "{message}");
}
