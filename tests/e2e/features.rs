//! Features of WebAssembly: collected values and exceptions, and the features that a registry does not have.

use crate::asynchronous::block_on;
use crate::crowd::{alone, resident};
use std::time::Duration;
use tairitsu::{CallError, Container, Error, Image, Limits, Registry, RestartPolicy, Status};

fn load(text: &str) -> Result<Image, Error> {
    Registry::new().load_image(wat::parse_str(text).unwrap())
}

#[tairitsu::guest(package = "test:modern")]
#[allow(dead_code)]
trait Modern {
    fn run(&mut self, n: u32) -> u32;
}

/// The host's side of a guest that imports a function.
#[tairitsu::host(package = "test:modern", rename = "helper")]
trait Helper {
    fn help(&mut self);
}

struct Panics;

#[tairitsu::host]
impl Helper for Panics {
    fn help(&mut self) {
        panic!("in the provider");
    }
}

/// A component of one core module whose `run` takes and returns a number.
fn modern(module: &str) -> String {
    format!(
        r#"(component
            (core module $m {module})
            (core instance $i (instantiate $m))
            (func $run (param "n" u32) (result u32) (canon lift (core func $i "run")))
            (instance $modern (export "run" (func $run)))
            (export "test:modern/modern" (instance $modern)))"#
    )
}

/// Collects a list of `n` structs, and sums it.
const LIST: &str = r#"
    (rec (type $node (struct (field $value i32) (field $next (ref null $node)))))
    (type $f (func (param i32 i32) (result i32)))
    (elem declare func $add)
    (func $add (type $f) (i32.add (local.get 0) (local.get 1)))
    (func (export "run") (param $n i32) (result i32) (local $list (ref null $node)) (local $sum i32)
        (loop $make
            (local.set $list (struct.new $node (local.get $n) (local.get $list)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $make (i32.gt_s (local.get $n) (i32.const 0))))
        (loop $add
            (local.set $sum (call_ref $f
                (local.get $sum) (struct.get $node $value (local.get $list)) (ref.func $add)))
            (local.set $list (struct.get $node $next (local.get $list)))
            (br_if $add (i32.eqz (ref.is_null (local.get $list)))))
        (local.get $sum))"#;

#[test]
fn collected_values_and_function_references() {
    let image = load(&modern(LIST)).unwrap();
    let limits = || Limits::new().memory_bytes(4 << 20).deadline(Duration::from_secs(60));
    let mut container = Container::builder(&image).limits(limits()).build().unwrap();
    for n in [1, 10, 20_000, 3] {
        assert_eq!(container.guest(Modern).unwrap().run(n).unwrap(), (1..=n).fold(0, u32::wrapping_add));
    }
    // The heap is memory, and the host sees how much.
    assert!(container.handle().info().memory > 1 << 18, "{}", container.handle().info().memory);

    // Values that nobody reaches are collected: this guest makes far more of them than it may hold.
    let image = load(&modern(
        r#"(type $bytes (array (mut i8)))
           (func (export "run") (param $n i32) (result i32) (local $last (ref null $bytes))
               (loop $make
                   (local.set $last (array.new_default $bytes (i32.const 10000)))
                   (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                   (br_if $make (i32.gt_s (local.get $n) (i32.const 0))))
               (array.len (local.get $last)))"#,
    ))
    .unwrap();
    let mut container = Container::builder(&image).limits(limits()).build().unwrap();
    assert_eq!(container.guest(Modern).unwrap().run(10_000).unwrap(), 10_000);
    assert!(container.handle().info().memory <= 4 << 20);
    block_on(async {
        let mut container = Container::builder(&image).limits(limits()).build_async().await.unwrap();
        assert_eq!(container.guest(Modern).unwrap().run(10_000).await.unwrap(), 10_000);
    });
}

/// Guests that hold more and more: in a list, in arrays that contain each other, in one array, and as exceptions.
const HOARDS: [(&str, &str); 4] = [
    (
        "a list",
        r#"(rec (type $node (struct (field i64) (field (ref null $node)))))
           (global $list (mut (ref null $node)) (ref.null $node))
           (func (export "run") (param i32) (result i32)
               (loop (global.set $list (struct.new $node (i64.const -1) (global.get $list))) (br 0)) unreachable)"#,
    ),
    (
        "arrays",
        r#"(rec (type $more (array (mut (ref null $more)))))
           (func (export "run") (param i32) (result i32) (local $all (ref null $more))
               (loop (local.set $all (array.new $more (local.get $all) (i32.const 1000))) (br 0)) unreachable)"#,
    ),
    (
        "an array",
        r#"(type $bytes (array (mut i8)))
           (func (export "run") (param i32) (result i32)
               (array.len (array.new_default $bytes (i32.const -16))))"#,
    ),
    (
        "exceptions",
        r#"(rec (type $node (struct (field exnref) (field (ref null $node)))))
           (tag $t (param (ref null $node)))
           (global $list (mut (ref null $node)) (ref.null $node))
           (func (export "run") (param i32) (result i32) (local $caught exnref)
               (loop $more
                   (block $handler (result (ref null $node) exnref)
                       (try_table (catch_ref $t $handler) (throw $t (global.get $list)))
                       unreachable)
                   (local.set $caught)
                   drop
                   (global.set $list (struct.new $node (local.get $caught) (global.get $list)))
                   (br $more))
               unreachable)"#,
    ),
];

#[test]
fn a_heap_that_grows_without_end() {
    alone("features::heaps_that_grow_without_end");
}

/// The heap of collected values counts as memory, with and without a pool. What a guest held is freed with its container.
#[test]
#[ignore = "the resident memory is one process's: `a_heap_that_grows_without_end` starts it"]
fn heaps_that_grow_without_end() {
    const LIMIT: usize = 2 << 20;
    let registries = [Registry::new(), Registry::builder().pooling(2).build().unwrap()];
    for (registry, pooled) in registries.iter().zip([false, true]) {
        for (name, module) in HOARDS {
            let image = registry.load_image(wat::parse_str(modern(module)).unwrap()).unwrap();
            let limits = Limits::new().memory_bytes(LIMIT).deadline(Duration::from_secs(60));
            let template = Container::builder(&image).limits(limits).prepare().unwrap();
            let mut before = None;
            // To throw is slow in a debug build.
            for round in 0..if name == "exceptions" { 2 } else { 8 } {
                let mut container = template.spawn().unwrap();
                let error = container.guest(Modern).unwrap().run(0).unwrap_err();
                assert!(matches!(error, CallError::Memory { limit: LIMIT, .. }), "{name}, pooled {pooled}: {error:?}");
                assert!(error.to_string().contains("more memory than its limit of 2097152 bytes"), "{error}");
                let info = container.handle().info();
                assert!(info.memory <= LIMIT && info.status == Status::Trapped, "{name}: {info:?}");
                if name != "an array" {
                    assert!(info.memory >= LIMIT / 4, "{name}: {}", info.memory);
                }
                drop(container);
                if round == 2 {
                    before = resident();
                }
            }
            if let (Some(before), Some(after)) = (before, resident()) {
                assert!(after <= before + 6, "{name}, pooled {pooled}: {before} MiB, then {after} MiB");
            }
        }
    }
}

/// All memory counts together: the heap has what the linear memories leave.
#[test]
fn a_heap_beside_a_memory() {
    let module = |pages: u32| format!("(memory {pages}) {}", HOARDS[0].1);
    let held = |pages: u32| {
        let image = load(&modern(&module(pages))).unwrap();
        let limits = Limits::new().memory_bytes(8 << 20).deadline(Duration::from_secs(60));
        let mut container = Container::builder(&image).limits(limits).build().unwrap();
        assert_eq!(container.handle().info().memory, pages as usize * 65_536);
        let error = container.guest(Modern).unwrap().run(0).unwrap_err();
        assert!(matches!(error, CallError::Memory { .. }), "{error:?}");
        container.handle().info().memory - pages as usize * 65_536
    };
    let (alone, beside) = (held(0), held(16 * 7));
    assert!(beside <= 1 << 20 && alone > 3 * beside, "{alone} {beside}");
}

/// A heap takes a place in the pool, and the next container finds the place clean.
#[test]
fn a_heap_in_a_pool() {
    let registry = Registry::builder().pooling(2).build().unwrap();
    let image = registry.load_image(wat::parse_str(modern(LIST)).unwrap()).unwrap();
    let limits = Limits::new().deadline(Duration::from_secs(60));
    let template = Container::builder(&image).limits(limits).prepare().unwrap();
    for _ in 0..3 {
        let mut two = [template.spawn().unwrap(), template.spawn().unwrap()];
        let error = template.spawn().unwrap_err();
        assert!(matches!(error, Error::PoolFull { containers: 2, .. }), "{error}");
        for container in &mut two {
            assert_eq!(container.guest(Modern).unwrap().run(20_000).unwrap(), 200_010_000);
        }
    }
    let both = registry.load_image(wat::parse_str(modern(&format!("(memory 1) {LIST}"))).unwrap()).unwrap();
    let template = Container::builder(&both).prepare().unwrap();
    let mut one = template.spawn().unwrap();
    assert!(matches!(template.spawn().unwrap_err(), Error::PoolFull { .. }));
    assert_eq!(one.guest(Modern).unwrap().run(4).unwrap(), 10);
}

/// Throws `n` through two frames, and catches it there, unless `n` is 0.
const THROWS: &str = r#"
    (tag $t (param i32))
    (func $inner (param i32) (throw $t (local.get 0)))
    (func $outer (param i32) (call $inner (local.get 0)))
    (func (export "run") (param $n i32) (result i32)
        (if (i32.eqz (local.get $n)) (then (call $outer (i32.const 7))))
        (block $caught (result i32)
            (try_table (catch $t $caught) (call $outer (local.get $n)))
            unreachable))"#;

#[test]
fn exceptions() {
    let image = load(&modern(THROWS)).unwrap();
    let mut container = Container::builder(&image).restart(RestartPolicy::on_trap()).build().unwrap();
    for _ in 0..2 {
        assert_eq!(container.guest(Modern).unwrap().run(5).unwrap(), 5);
        let error = container.guest(Modern).unwrap().run(0).unwrap_err();
        let CallError::Trap(trap) = &error else { panic!("{error:?}") };
        assert_eq!(trap.panic(), None);
        assert_eq!(error.to_string(), "`test:modern/modern#run` failed: it threw an exception that it did not catch");
        assert_eq!(container.status(), Status::Trapped);
    }
    block_on(async {
        let mut container = Container::builder(&image).build_async().await.unwrap();
        assert_eq!(container.guest(Modern).unwrap().run(5).await.unwrap(), 5);
        let error = container.guest(Modern).unwrap().run(0).await.unwrap_err();
        assert!(error.to_string().ends_with("it threw an exception that it did not catch"), "{error}");
    });
    let start = format!("{THROWS} (func $start (call $outer (i32.const 1))) (start $start)");
    let error = Container::new(&load(&modern(&start)).unwrap()).unwrap_err();
    assert!(matches!(&error, Error::Instantiate { message, .. } if message.contains("exception")), "{error}");
}

/// A guest that catches everything does not catch what ends its call.
#[test]
fn what_ends_a_call_is_not_caught() {
    let text = |body: &str| {
        format!(
            r#"(component
                (import "test:modern/helper" (instance $helper (export "help" (func))))
                (core func $help (canon lower (func $helper "help")))
                (core module $m
                    (import "helper" "help" (func $help))
                    (memory 1)
                    (func $deep (call $deep))
                    (func (export "run") (param i32) (result i32)
                        (block $caught (result exnref)
                            (try_table (catch_all_ref $caught) {body})
                            (return (i32.const 1)))
                        drop
                        (i32.const 2)))
                (core instance $i (instantiate $m (with "helper" (instance (export "help" (func $help))))))
                (func $run (param "n" u32) (result u32) (canon lift (core func $i "run")))
                (instance $modern (export "run" (func $run)))
                (export "test:modern/modern" (instance $modern)))"#
        )
    };
    for (body, cause) in [
        ("(call $help)", "provider"),
        ("(loop (br 0))", "deadline"),
        ("(loop (drop (memory.grow (i32.const 1))) (br 0))", "memory"),
        ("(call $deep)", "stack"),
        ("unreachable", "trap"),
    ] {
        let image = load(&text(body)).unwrap();
        let limits = Limits::new().deadline(Duration::from_millis(300));
        let mut container = Container::builder(&image).provide(Panics).limits(limits).build().unwrap();
        let error = container.guest(Modern).unwrap().run(0).unwrap_err();
        assert_eq!(error.cause(), cause, "{error}");
    }
}

/// A feature that the registry does not have is named, with the way out. It is no flaw of the image.
#[test]
fn features_that_a_registry_does_not_have() {
    let core = |module: &str| format!("(component (core module {module}))");
    for (text, names) in [
        (core("(memory 1 1 shared)"), &["`threads`", "without `-C target-feature=+atomics`"][..]),
        (core("(memory 1) (func (drop (i32.atomic.load (i32.const 0))))"), &["`threads`"]),
        (core("(memory 1 (pagesize 1))"), &["`custom-page-sizes`", "`--page-size`"]),
        (
            core(
                "(func (param i64 i64 i64 i64) (result i64 i64) local.get 0 local.get 1 local.get 2 local.get 3 i64.add128)",
            ),
            &["`wide-arithmetic`", "+wide-arithmetic"],
        ),
        (
            core("(type $f (func)) (type $c (cont $f)) (func (param (ref $f)) (drop (cont.new $c (local.get 0))))"),
            &["`stack-switching`"],
        ),
        (core("(type (shared (func)))"), &["`shared-everything-threads`"]),
        (
            core(
                "(memory 1 1 shared) (func (param i64 i64) (drop (drop (i64.mul_wide_u (local.get 0) (local.get 1)))))",
            ),
            &["`threads`", " and ", "`wide-arithmetic`"],
        ),
        ("(component (import \"f\" (func async)))".into(), &["`component-model-async`", "not `async`"]),
        ("(component (type (stream u8)))".into(), &["`component-model-async`", "futures and streams"]),
        ("(component (type (future)))".into(), &["`component-model-async`"]),
        ("(component (core func (canon task.cancel)))".into(), &["`component-model-async`"]),
        ("(component (type error-context))".into(), &["`error-context`", "string"]),
        ("(component (type (list u8 4)))".into(), &["`component-model-fixed-length-lists`", "`list<t>`"]),
        ("(component (type (map string u32)))".into(), &["`component-model-map`", "`list<tuple<k, v>>`"]),
        (
            "(component (import \"v\" (value $v string)) (export \"w\" (value $v)))".into(),
            &["`component-model-values`"],
        ),
    ] {
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let error = Registry::new().load_image(wasm).unwrap_err();
        let message = error.to_string();
        assert!(matches!(error, Error::Feature { .. }), "{text}: {message}");
        for name in names {
            assert!(message.contains(name), "{text}: {message}");
        }
        assert_eq!(message.contains(" and `") || message.contains(") and "), names.contains(&" and "), "{message}");
    }
    // A core module that becomes a component has the same errors.
    let error = Registry::new().load_image(wat::parse_str("(module (memory 1 1 shared))").unwrap()).unwrap_err();
    assert!(matches!(error, Error::Feature { .. }), "{error}");
    // The function `try catch_all end`, in the old instructions, which the text format no longer has.
    let old = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x08\x01\x06\0\x06\x40\x19\x0b\x0b";
    let error = Registry::new().load_image(old).unwrap_err();
    assert!(matches!(error, Error::Feature { .. }), "{error}");
    assert!(error.to_string().contains("`legacy-exceptions`"), "{error}");
    assert!(error.to_string().contains("-wasm-use-legacy-eh=false"), "{error}");
    // A flaw stays a flaw, also beside such a feature.
    for flawed in ["(func i32.const 0)", "(memory 1 1 shared) (func i32.const 0)"] {
        let error = load(&core(flawed)).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    // What is in WebAssembly 3.0 is there.
    for module in [
        "(memory i64 1)",
        "(memory 1) (memory 1)",
        "(func $f (return_call $f))",
        "(func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 i32x4.relaxed_laneselect)",
        "(func (param i31ref) (result i32) (i31.get_s (local.get 0)))",
    ] {
        load(&core(module)).unwrap();
    }
}
