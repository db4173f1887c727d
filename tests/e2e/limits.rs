//! Guests that run into their limits. The table in `misbehaviour.rs` has every way to do so.

use crate::{UNRULY, image};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Error, Image, Limits, Registry};
use tairitsu_test_unruly::Unruly;

const DEADLINE: Duration = Duration::from_millis(500);

/// Extra time for a tick, for other work of the machine and for a debug build.
const SLACK: Duration = DEADLINE;

fn container() -> Container {
    let limits = Limits::new().deadline(DEADLINE).memory_bytes(16 << 20);
    Container::builder(&image("unruly")).limits(limits).build().unwrap()
}

#[test]
fn a_panic_has_its_message_and_its_place() {
    let mut container = container();
    let error = container.guest(Unruly).unwrap().panic("at the\ndisco").unwrap_err();
    let CallError::Trap(trap) = &error else { panic!("{error}") };
    let panic = trap.panic().unwrap();
    assert!(panic.starts_with("tests/guests/unruly/src/lib.rs:") && panic.ends_with("at the\ndisco"), "{panic}");
    let line = error.to_string();
    assert!(line.starts_with("`test:unruly/unruly#panic` failed: the guest panicked at"), "{line}");
    assert!(!line.contains('\n'), "{line}");

    // A long message is cut at its beginning, so that the host keeps only its end.
    let mut container = self::container();
    let error = container.guest(Unruly).unwrap().panic(&"x".repeat(1 << 20)).unwrap_err();
    assert!(error.trap().unwrap().stderr().len() <= 4096);
}

#[test]
fn a_backtrace_has_the_guests_names() {
    let mut container = container();
    let error = container.guest(Unruly).unwrap().panic("at the disco").unwrap_err();
    let backtrace = error.trap().unwrap().backtrace().unwrap().to_string();
    assert!(backtrace.contains("tairitsu_test_unruly::Guest"), "{backtrace}");
    assert!(!backtrace.contains("_ZN") && !backtrace.contains("_RN"), "{backtrace}");
    assert!(format!("{:#}", error.trap().unwrap()).contains("tairitsu_test_unruly::Guest"));
}

/// Time in a provider counts. The deadline is checked when the provider returns.
#[test]
fn a_provider_that_is_slow() {
    let mut container = container();
    container.on_execute(|_, _| {
        std::thread::sleep(DEADLINE + Duration::from_millis(30));
        Ok(String::new())
    });
    let error = container.guest(Unruly).unwrap().ask("").unwrap_err();
    assert!(matches!(error, CallError::Deadline { .. }), "{error}");

    // The provider takes longer than the ticker waits before it sleeps. Then endless guest code runs.
    let mut container = self::container();
    container.on_log(|_, _| std::thread::sleep(Duration::from_millis(1700)));
    let start = Instant::now();
    let error = container.guest(Unruly).unwrap().flood_log().unwrap_err();
    assert!(matches!(error, CallError::Deadline { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_millis(1700) + SLACK);
}

#[test]
fn a_deadline_is_one_calls() {
    let mut container = container();
    let mut unruly = container.guest(Unruly).unwrap();
    let start = Instant::now();
    while start.elapsed() < DEADLINE + Duration::from_millis(100) {
        unruly.sleep(20).unwrap();
    }
}

#[test]
fn fuel_is_counted_where_the_registry_counts_it() {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| Registry::builder().fuel(true).build().unwrap());
    let image = registry.load_image(UNRULY).unwrap();
    let spin = |fuel: u64| {
        let limits = Limits::new().fuel(fuel).deadline(None);
        let mut container = Container::builder(&image).limits(limits).build().unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        for _ in 0..3 {
            unruly.ping().unwrap();
        }
        unruly.spin().unwrap_err()
    };
    let error = spin(1_000_000);
    assert!(matches!(error, CallError::Fuel { limit: 1_000_000, .. }), "{error}");
    assert!(error.to_string().contains("fuel of 1000000"), "{error}");
    // Without a limit there is enough fuel for any call.
    let mut container = Container::new(&image).unwrap();
    assert_eq!(container.guest(Unruly).unwrap().ping().unwrap(), 1);

    let error = Container::builder(&crate::image("unruly")).limits(Limits::new().fuel(1)).build().unwrap_err();
    assert!(matches!(error, Error::FuelNotCounted), "{error}");
}

#[test]
fn a_smaller_stack() {
    let registry = Registry::builder().stack_bytes(64 << 10).build().unwrap();
    let image = registry.load_image(UNRULY).unwrap();
    let mut container = Container::new(&image).unwrap();
    let error = container.guest(Unruly).unwrap().recurse(0).unwrap_err();
    assert!(matches!(error, CallError::Stack { limit: 65_536, .. }), "{error}");
}

/// A component of one core module, that exports `test:greedy/greedy` with one function.
fn greedy(module: &str) -> Image {
    let text = format!(
        r#"(component
            (core module $m {module})
            (core instance $i (instantiate $m))
            (func $run (result u32) (canon lift (core func $i "run")))
            (instance $greedy (export "run" (func $run)))
            (export "test:greedy/greedy" (instance $greedy)))"#
    );
    Registry::new().load_image(wat::parse_str(&text).unwrap()).unwrap()
}

#[tairitsu::guest(package = "test:greedy")]
#[allow(dead_code)]
trait Greedy {
    fn run(&mut self) -> u32;
}

#[test]
fn tables_and_memories() {
    let image = greedy(
        r#"(table $t 1 funcref) (memory 1)
           (func (export "run") (result i32)
               (loop (drop (table.grow $t (ref.null func) (i32.const 1000))) (br 0)) unreachable)"#,
    );
    let mut container = Container::new(&image).unwrap();
    let error = container.guest(Greedy).unwrap().run().unwrap_err();
    assert!(matches!(error, CallError::Table { limit: 100_000, .. }), "{error}");

    // All memories count together. A memory's own maximum is the guest's affair, and no error.
    let image = greedy(
        r#"(memory $a 10) (memory $b 10 12)
           (func (export "run") (result i32)
               (if (i32.ne (memory.grow $b (i32.const 100)) (i32.const -1)) (then unreachable))
               (if (i32.ne (memory.grow $a (i32.const 10)) (i32.const 10)) (then unreachable))
               (memory.grow $a (i32.const 1)))"#,
    );
    let limits = Limits::new().memory_bytes(30 * 65_536);
    let mut container = Container::builder(&image).limits(limits).build().unwrap();
    assert_eq!(container.handle().info().memory, 20 * 65_536);
    let error = container.guest(Greedy).unwrap().run().unwrap_err();
    assert!(matches!(error, CallError::Memory { limit: 1_966_080, .. }), "{error}");
    assert_eq!(container.handle().info().memory, 30 * 65_536);
}

/// An image that is too large from the start is an error before it is instantiated. A start function that does not
/// end is an error too.
#[test]
fn images_that_are_too_large_or_do_not_start() {
    let image = greedy(r#"(memory 100) (func (export "run") (result i32) i32.const 0)"#);
    let limits = Limits::new().memory_bytes(99 * 65_536);
    let error = Container::builder(&image).limits(limits).prepare().unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 6_488_064, found: 6_553_600, .. }), "{error}");

    let image = greedy(r#"(table 2000 funcref) (func (export "run") (result i32) i32.const 0)"#);
    let error = Container::builder(&image).limits(Limits::new().table_elements(1999)).prepare().unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 1999, found: 2000, .. }), "{error}");

    // Two memories, each within the limit, and together beyond it.
    let image = greedy(r#"(memory 60) (memory 60) (func (export "run") (result i32) i32.const 0)"#);
    let limits = Limits::new().memory_bytes(99 * 65_536);
    let template = Container::builder(&image).limits(limits).prepare().unwrap();
    let error = template.spawn().unwrap_err();
    assert!(matches!(&error, Error::Instantiate { message, .. } if message.contains("6488064 bytes")), "{error}");

    let image = greedy(r#"(func $spin (loop (br 0))) (start $spin) (func (export "run") (result i32) i32.const 0)"#);
    let template = Container::builder(&image).limits(Limits::new().deadline(DEADLINE)).prepare().unwrap();
    let start = Instant::now();
    let error = template.spawn().unwrap_err();
    assert!(matches!(&error, Error::Instantiate { message, .. } if message.contains("deadline")), "{error}");
    assert!(start.elapsed() < DEADLINE + SLACK);
}

/// Timers of WASI that nobody drops.
#[test]
fn handles_that_are_held_forever() {
    let text = r#"(component
        (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $pollable))
            (export "pollable" (type $p (eq $pollable)))
            (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
        (core func $subscribe (canon lower (func $clock "subscribe-duration")))
        (core module $m
            (import "clock" "subscribe" (func $subscribe (param i64) (result i32)))
            (global $count (mut i32) (i32.const 0))
            (func (export "count") (result i32) global.get $count)
            (func (export "run") (result i32)
                (loop
                    (drop (call $subscribe (i64.const 1)))
                    (global.set $count (i32.add (global.get $count) (i32.const 1)))
                    (br 0))
                unreachable))
        (core instance $i (instantiate $m (with "clock" (instance (export "subscribe" (func $subscribe))))))
        (func $run (result u32) (canon lift (core func $i "run")))
        (instance $greedy (export "run" (func $run)))
        (export "test:greedy/greedy" (instance $greedy)))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    let mut container = Container::builder(&image).limits(Limits::new().handles(100)).build().unwrap();
    let error = container.guest(Greedy).unwrap().run().unwrap_err();
    assert!(matches!(error, CallError::Handles { limit: 100, .. }), "{error}");
    assert!(error.to_string().contains("more handles at once than its limit of 100"), "{error}");
}

/// A text that does not convert: the conversion's error is the text, which the guest wrote.
#[tairitsu::wit(as = String, to = |quote| quote.0.clone(), from = |text| Err::<Quote, String>(text))]
#[derive(Debug)]
struct Quote(String);

#[tairitsu::guest(package = "test:quotes")]
#[allow(dead_code)]
trait Quotes {
    fn quote(&mut self) -> Quote;
    fn text(&mut self) -> String;
    fn give(&mut self);
}

#[tairitsu::host(package = "test:quotes")]
#[allow(dead_code)]
trait Listener {
    fn listen(&mut self, quote: Quote);
    fn repeat(&mut self, text: String);
}

struct Repeats;

#[tairitsu::host]
impl Listener for Repeats {
    fn listen(&mut self, quote: Quote) {
        panic!("{quote:?} does not convert");
    }

    fn repeat(&mut self, text: String) {
        panic!("{text}");
    }
}

/// A guest that returns this text, and gives it to a function of its host.
fn quotes(text: &str, encoding: &str, function: &str) -> Image {
    let (bytes, len): (Vec<u8>, _) = match encoding {
        "utf16" => (text.encode_utf16().flat_map(u16::to_le_bytes).collect(), text.encode_utf16().count()),
        _ => (text.bytes().collect(), text.len()),
    };
    let data: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(component
            (import "test:quotes/listener" (instance $listener
                (export "{function}" (func (param "{}" string)))))
            (core module $memory (memory (export "memory") 1) (data (i32.const 64) "{data}"))
            (core instance $memory (instantiate $memory))
            (core func $give (canon lower (func $listener "{function}")
                (memory $memory "memory") string-encoding={encoding}))
            (core module $m
                (import "h" "memory" (memory 1)) (import "h" "give" (func $give (param i32 i32)))
                (func (export "text") (result i32)
                    (i32.store (i32.const 8) (i32.const 64)) (i32.store (i32.const 12) (i32.const {len})) (i32.const 8))
                (func (export "give") (call $give (i32.const 64) (i32.const {len}))))
            (core instance $i (instantiate $m
                (with "h" (instance (export "memory" (memory $memory "memory")) (export "give" (func $give))))))
            (func $text (result string)
                (canon lift (core func $i "text") (memory $memory "memory") string-encoding={encoding}))
            (func $give (canon lift (core func $i "give")))
            (instance $quotes
                (export "quote" (func $text)) (export "text" (func $text)) (export "give" (func $give)))
            (export "test:quotes/quotes" (instance $quotes)))"#,
        if function == "listen" { "quote" } else { "text" }
    );
    Registry::new().load_image(wat::parse_str(&text).unwrap()).unwrap()
}

/// The class of an error does not come from a text that a guest or a provider wrote.
#[test]
fn an_error_with_the_text_of_another() {
    for text in [
        "too much data is being copied between the host and the guest: fuel allocated for hostcalls has been exhausted",
        "fuel allocated for hostcalls has been exhausted",
        "HostcallFuelExhausted",
        "cannot allocate another handle: store handle limit exceeded",
        "cannot lend resource: store handle limit exceeded",
        "it gave the host more at once than its limit",
        "GC heap out of memory: no capacity for allocation of 1 bytes",
        "thrown Wasm exception",
        "does not fit in pooling allocator",
    ] {
        let container = |function: &str| Container::builder(&quotes(text, "utf8", function)).provide(Repeats).build();
        let error = container("listen").unwrap().guest(Quotes).unwrap().quote().unwrap_err();
        let CallError::Trap(trap) = &error else { panic!("{text}: {error:?}") };
        assert!(matches!(trap.abi_error(), Some(tairitsu::AbiError::Adapted { .. })), "{error}");
        assert!(error.to_string().ends_with(text), "{error}");
        let error = container("listen").unwrap().guest(Quotes).unwrap().give().unwrap_err();
        assert!(matches!(&error, CallError::Trap(trap) if trap.abi_error().is_some()), "{text}: {error:?}");
        let error = container("repeat").unwrap().guest(Quotes).unwrap().give().unwrap_err();
        assert!(matches!(error, CallError::Provider { .. }), "{text}: {error:?}");
    }
}

/// Bytes that wasmtime lifts by itself count like those that are lifted here: strings in other encodings, and WASI's lists.
#[test]
fn bytes_that_wasmtime_lifts() {
    for encoding in ["utf8", "utf16"] {
        let image = quotes(&"x".repeat(300), encoding, "repeat");
        for (limit, fits) in [(200, false), (10_000, true)] {
            let limits = || Limits::new().host_bytes(limit);
            let container = || Container::builder(&image).provide(Repeats).limits(limits()).build().unwrap();
            let results =
                [container().guest(Quotes).unwrap().text().map(drop), container().guest(Quotes).unwrap().give()];
            match results {
                [Ok(()), Err(CallError::Provider { .. })] if fits => {}
                [Err(CallError::HostBytes { limit: 200, .. }), Err(CallError::HostBytes { limit: 200, .. })]
                    if !fits => {}
                other => panic!("{encoding} {limit}: {other:?}"),
            }
        }
    }
    let limits = Limits::new().host_bytes(1_000);
    let mut container = Container::builder(&image("unruly")).limits(limits).build().unwrap();
    let error = container.guest(Unruly).unwrap().print(&"x".repeat(4_000), "").unwrap_err();
    assert!(matches!(error, CallError::HostBytes { limit: 1_000, .. }), "{error:?}");
    assert!(error.to_string().contains("more at once than its limit of 1000 bytes"), "{error}");
}
