//! Guests that are made by hand and lower values that the canonical ABI forbids. Each call is a typed error, and the
//! host goes on.

use crate::bad_input::with_section;
use tairitsu::schema::Role;
use tairitsu::{AbiError, CallError, Container, Image, Registry};

#[tairitsu::wit]
#[derive(Debug)]
enum Sort {
    One,
    Two,
    Three,
}

#[tairitsu::wit]
#[derive(Debug)]
enum Payload {
    Nothing,
    Number(u64),
    Text(String),
}

#[tairitsu::wit]
#[derive(Debug)]
#[allow(dead_code)]
struct Item {
    name: String,
    value: Payload,
}

#[allow(dead_code)]
/// Each function takes the words of its result, or the words at the address of its result.
#[tairitsu::guest(package = "test:hostile")]
trait Hostile {
    fn bool(&self, word: u32) -> bool;
    fn byte(&self, word: u32) -> i8;
    fn char(&self, word: u32) -> char;
    fn kind(&self, word: u32) -> Sort;
    fn option(&self, words: (u32, u32)) -> Option<u32>;
    fn value(&self, words: (u32, u32, u32, u32)) -> Payload;
    fn text(&self, words: (u32, u32)) -> String;
    fn numbers(&self, words: (u32, u32)) -> Vec<u32>;
    fn items(&self, words: (u32, u32)) -> Vec<Item>;
    fn bombs(&self, words: (u32, u32)) -> Vec<Vec<u8>>;
    fn nowhere(&self, address: u32) -> (u64, u64);
}

/// The core module, with a memory of one page. It writes the words of the result at address 16. The strings and lists
/// that they refer to are data of the module.
const CORE: &str = r#"
    (module
        (memory (export "memory") 1)
        (data (i32.const 1024) "valid \ff\fe")
        ;; An item with a good name and a discriminant that is none, at 2048.
        (data (i32.const 2048) "\00\04\00\00\05\00\00\00\03")
        ;; A good item at 2072 whose name is in the last bytes of the memory, and beyond.
        (data (i32.const 2072) "\fe\ff\00\00\05\00\00\00\00")
        ;; 7,000 lists of 65,536 bytes, all the same ones, from 4096.
        (func $start (local i32)
            (loop
                (i32.store offset=4100 (i32.mul (local.get 0) (i32.const 8)) (i32.const 65536))
                (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                (br_if 0 (i32.lt_u (local.get 0) (i32.const 7000)))))
        (start $start)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
        (func $word (param i32) (result i32) local.get 0)
        (func $pair (param i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 0))
            (i32.store (i32.const 20) (local.get 1))
            i32.const 16)
        (func (export "test:hostile/hostile#value") (param i32 i32 i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 0))
            (i32.store (i32.const 20) (local.get 1))
            (i32.store (i32.const 24) (local.get 2))
            (i32.store (i32.const 28) (local.get 3))
            i32.const 16)
        (export "test:hostile/hostile#bool" (func $word))
        (export "test:hostile/hostile#byte" (func $word))
        (export "test:hostile/hostile#char" (func $word))
        (export "test:hostile/hostile#kind" (func $word))
        (export "test:hostile/hostile#nowhere" (func $word))
        (export "test:hostile/hostile#option" (func $pair))
        (export "test:hostile/hostile#text" (func $pair))
        (export "test:hostile/hostile#numbers" (func $pair))
        (export "test:hostile/hostile#items" (func $pair))
        (export "test:hostile/hostile#bombs" (func $pair)))
"#;

fn image() -> Image {
    let module = with_section(wat::parse_str(CORE).unwrap(), &Hostile.interface().section(Role::Export));
    Registry::new().load_image(module).unwrap()
}

/// A call, and a check that its error is the expected one.
type Case = (fn(&mut HostileClient<'_>) -> Result<(), CallError>, fn(&AbiError) -> bool);

#[test]
fn values_that_are_none() {
    let out = |error: &AbiError| matches!(error, AbiError::OutOfBounds { .. });
    let unaligned = |error: &AbiError| matches!(error, AbiError::Unaligned { .. });
    let char = |error: &AbiError| matches!(error, AbiError::Char(_));
    let discriminant = |error: &AbiError| matches!(error, AbiError::Discriminant { .. });
    let utf8 = |error: &AbiError| matches!(error, AbiError::Utf8 { valid_up_to: 6 });
    let cases: [Case; 23] = [
        (|c| c.char(0xd800).map(drop), char),
        (|c| c.char(0xdfff).map(drop), char),
        (|c| c.char(0x11_0000).map(drop), char),
        (|c| c.char(u32::MAX).map(drop), char),
        (|c| c.kind(3).map(drop), discriminant),
        (|c| c.kind(u32::MAX).map(drop), discriminant),
        (|c| c.option((2, 0)).map(drop), discriminant),
        (|c| c.option((255, 0)).map(drop), discriminant),
        (|c| c.value((3, 0, 0, 0)).map(drop), discriminant),
        (|c| c.value((2, 0, u32::MAX, 1)).map(drop), out),
        (|c| c.text((1024, 8)).map(drop), utf8),
        (|c| c.text((u32::MAX, 1)).map(drop), out),
        (|c| c.text((65_530, 7)).map(drop), out),
        (|c| c.text((0, u32::MAX)).map(drop), out),
        (|c| c.text((u32::MAX, u32::MAX)).map(drop), out),
        (|c| c.numbers((1026, 1)).map(drop), unaligned),
        (|c| c.numbers((65_532, 2)).map(drop), out),
        (|c| c.numbers((0, 0x4000_0001)).map(drop), out),
        (|c| c.numbers((0, u32::MAX)).map(drop), out),
        (|c| c.items((2048, 1)).map(drop), discriminant),
        (|c| c.items((2072, 1)).map(drop), out),
        (|c| c.items((4, 1)).map(drop), unaligned),
        (|c| c.items((0, u32::MAX)).map(drop), out),
    ];
    let image = image();
    for (i, (call, is)) in cases.into_iter().enumerate() {
        let mut container = Container::new(&image).unwrap();
        let mut hostile = container.guest(Hostile).unwrap();
        let error = call(&mut hostile).unwrap_err();
        let CallError::Trap(trap) = &error else { panic!("{i}: {error}") };
        let abi = trap.abi_error().unwrap_or_else(|| panic!("{i}: {:?}", trap.source()));
        assert!(is(abi), "{i}: {abi}");
        assert!(error.to_string().contains("expected"), "{i}: {error}");
        assert!(matches!(hostile.bool(1), Err(CallError::Trapped { .. })));
    }
}

/// Odd values are accepted, if the canonical ABI allows them.
#[test]
fn values_that_are_odd() {
    let mut container = Container::new(&image()).unwrap();
    let mut hostile = container.guest(Hostile).unwrap();
    assert!(hostile.bool(0xff00).unwrap(), "any word but 0 is true");
    assert_eq!(hostile.byte(0xffff_ff80).unwrap(), -128);
    assert_eq!(hostile.byte(0x1_80).unwrap(), -128, "the upper bits are cut off");
    assert_eq!(hostile.text((65_536, 0)).unwrap(), "", "an empty string at the memory's end");
    assert!(hostile.numbers((65_536, 0)).unwrap().is_empty());
    assert!(matches!(hostile.value((0, u32::MAX, u32::MAX, u32::MAX)).unwrap(), Payload::Nothing));
    assert!(matches!(hostile.option((0xffff_ff01, 7)).unwrap(), Some(7)), "padding is not looked at");
}

/// The address of the result itself is bad: outside of the memory, or not aligned.
#[test]
fn results_that_are_nowhere() {
    let image = image();
    for address in [4, 65_528, 65_536, 0xffff_fff8] {
        let mut container = Container::new(&image).unwrap();
        let error = container.guest(Hostile).unwrap().nowhere(address).unwrap_err();
        assert!(matches!(error, CallError::Trap(_)), "{error}");
    }
}

/// Many lists refer to the same bytes. In the host they would take many times the guest's memory.
#[test]
fn small_guests_make_no_large_hosts() {
    let image = image();
    let call = |lists| {
        let mut container = Container::new(&image).unwrap();
        container.guest(Hostile).unwrap().bombs((4096, lists)).map(|lists| lists.len())
    };
    assert_eq!(call(10).unwrap(), 10);
    // 7,000 such lists would take 458 MB in the host. The guest has 64 KiB.
    let error = call(7000).unwrap_err();
    assert!(matches!(error, CallError::HostBytes { limit: 33_554_432, .. }), "{error}");
}
