//! The room that a guest of ours has for what the host lowers: hand-written guests that say where they find it.

use crate::{componentize, image};
use std::fmt::Write;
use tairitsu::{Container, Registry};
use tairitsu_test_zoo::{Value, Zoo};

#[tairitsu::guest(package = "test:arena")]
#[allow(dead_code)]
trait Places {
    /// Where each of them is.
    fn of(&mut self, one: &str, list: &[String], other: &[u64]) -> (u32, u32, u32);
    /// Where the second one's items are, in whose places there is what is to be returned.
    fn first(&mut self, list: &[String]) -> (u32, u32, u32);
    /// How much was allocated.
    fn allocated(&mut self) -> u32;
}

/// A core module with these things besides: it allocates from 1,000 on, and never frees.
fn module(more: &str) -> String {
    format!(
        r#"(core module $m
            (memory (export "memory") 1)
            {more}
            (global $next (mut i32) (i32.const 1000))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                (global.set $next (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
            (func (export "of") (param i32 i32 i32 i32 i32 i32) (result i32)
                (i32.store (i32.const 8) (local.get 0))
                (i32.store (i32.const 12) (local.get 2))
                (i32.store (i32.const 16) (local.get 4))
                (i32.const 8))
            (func (export "first") (param i32 i32) (result i32) (local.get 0))
            (func (export "allocated") (result i32) (i32.sub (global.get $next) (i32.const 1000))))"#
    )
}

fn component(module: &str) -> Container {
    let mut text = format!("(component {module} (core instance $i (instantiate $m))");
    let three = "(tuple u32 u32 u32)";
    let functions = [
        (
            "of",
            format!(r#"(param "one" string) (param "list" (list string)) (param "other" (list u64)) (result {three})"#),
        ),
        ("first", format!(r#"(param "list" (list string)) (result {three})"#)),
        ("allocated", "(result u32)".into()),
    ];
    for (name, ty) in functions {
        let memory = r#"(memory $i "memory") (realloc (func $i "realloc"))"#;
        write!(text, r#"(func ${name} {ty} (canon lift (core func $i "{name}") {memory}))"#).unwrap();
    }
    text += r#"(instance $places (export "of" (func $of)) (export "first" (func $first)) (export "allocated" (func $allocated)))
        (export "test:arena/places" (instance $places)))"#;
    Container::new(&Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap()).unwrap()
}

/// That there is so much room, and where, at that address.
fn arena(said: i32, place: u32, size: u32) -> String {
    let words: String =
        [place, size].iter().flat_map(|word| word.to_le_bytes()).map(|b| format!("\\{b:02x}")).collect();
    format!(
        r#"(global (export "tairitsu:arena") i32 (i32.const {said})) (data (i32.const {}) "{words}")"#,
        said.clamp(0, 65_528)
    )
}

fn with_room() -> Container {
    component(&module(&arena(64, 32_768, 1024)))
}

fn words(n: usize) -> Vec<String> {
    vec!["word".into(); n]
}

#[test]
fn what_is_passed_is_in_the_room() {
    let mut container = with_room();
    let mut places = container.guest(Places).unwrap();
    for _ in 0..3 {
        // From the start in each call, and aligned.
        assert_eq!(places.of("abcde", &words(2), &[1, 2]).unwrap(), (32_768, 32_776, 32_800));
        // In the list's items is the address of the first string, which comes behind them, and its length.
        assert_eq!(places.first(&words(2)).unwrap(), (32_784, 4, 32_788));
        assert_eq!(places.allocated().unwrap(), 0);
    }
}

#[test]
fn what_has_no_room_is_allocated() {
    let mut container = with_room();
    let mut places = container.guest(Places).unwrap();
    // Longer than what is worth a copy.
    assert_eq!(places.of(&"x".repeat(600), &[], &[7]).unwrap(), (1000, 4, 32_768));
    assert_eq!(places.allocated().unwrap(), 600);
    // It is full after the items and 64 words.
    let (items, len, _) = places.first(&words(96)).unwrap();
    assert_eq!((items, len), (32_768 + 96 * 8, 4));
    assert!(places.allocated().unwrap() > 600);
    // And empty again.
    assert_eq!(places.of("", &[], &[7]).unwrap(), (1, 4, 32_768));
}

/// Nothing is believed.
#[test]
fn rooms_that_are_none() {
    let second = r#"(core module $other (memory 1)) (core instance (instantiate $other))"#;
    let none = [
        module(""),
        // None yet, and none of what is in no memory: where it is said, and where it is.
        module(&arena(64, 32_768, 0)),
        module(&arena(64, 65_000, 1024)),
        module(&arena(64, u32::MAX, u32::MAX)),
        module(&arena(65_530, 32_768, 1024)),
        module(&arena(-8, 32_768, 1024)),
        module(r#"(func (export "tairitsu:arena"))"#),
        module(r#"(global $g i32 (i32.const 64)) (global (export "tairitsu:arena") i32 (global.get $g))"#),
        // Which memory a function has is not known then.
        format!("{second} {}", module(&arena(64, 32_768, 1024))),
    ];
    for module in none {
        let mut container = component(&module);
        let mut places = container.guest(Places).unwrap();
        for round in 0..2 {
            let places = places.of("abcde", &words(2), &[1, 2]).unwrap();
            assert_eq!(places, (1000 + round * 56, 1008 + round * 56, 1040 + round * 56), "{module}");
        }
    }
    // One that other things of the guest's are in: its own harm.
    let mut container = component(&module(&arena(64, 0, 1024)));
    assert_eq!(container.guest(Places).unwrap().of("a", &[], &[]).unwrap().0, 0);
}

/// A guest of ours has one, in a component by the stock encoder as in one by ours, and takes from there what it is given.
#[test]
fn ours_has_room() {
    let component = componentize(crate::ZOO);
    for image in [image("zoo"), Registry::new().load_image(component).unwrap()] {
        let mut container = Container::builder(&image).provide(crate::calls::Echo::default()).build().unwrap();
        let mut zoo = container.guest(Zoo).unwrap();
        let before = zoo.memory().unwrap();
        // More than there is room for, less, and in turns; what was given stays as it was.
        for len in (0..400).chain([511, 512, 513, 2_000, 65_535, 65_536, 65_537, 200_000]) {
            let text = "ab".repeat(len / 2);
            let lists: Vec<_> =
                (0..len % 70).map(|i| vec![i.to_string(), text[..len.min(i * 31) / 2].into()]).collect();
            assert_eq!(zoo.echo_lists(lists.clone()).unwrap(), lists);
            assert_eq!(zoo.echo_string(text.clone()).unwrap(), text);
            assert_eq!(zoo.echo_blob(text.as_bytes()).unwrap(), text.as_bytes());
        }
        let grown = zoo.memory().unwrap() - before;
        assert!(grown < 8 << 20, "{grown} bytes");
        // The host's results too: `ask_host` compares each of them.
        let value = Value::Many((vec![1, 2, 3], true));
        for _ in 0..3 {
            assert_eq!(zoo.ask_host(value.clone()).unwrap(), value);
        }
    }
}
