//! The arena: room in a guest's memory for the strings and lists that the host lowers. The guests here are written by
//! hand, and export the address of the two words in different places.

use crate::{componentize, image};
use std::fmt::Write;
use tairitsu::{Container, Limits, Registry};
use tairitsu_test_zoo::{Value, Zoo};

#[tairitsu::guest(package = "test:arena")]
#[allow(dead_code)]
trait Places {
    /// The addresses of the three arguments.
    fn of(&mut self, one: &str, list: &[String], other: &[u64]) -> (u32, u32, u32);
    /// Returns the address of the list's items. The result is the first three words at that address.
    fn first(&mut self, list: &[String]) -> (u32, u32, u32);
    /// What the host has written to the two words: the arena's address and its size.
    fn cell(&mut self) -> (u32, u32);
    /// How many bytes the guest's allocator has given out.
    fn allocated(&mut self) -> u32;
}

/// A core module with `more` in it. Its allocator counts up from 1,000 and frees nothing. Its memory has a maximum of
/// two pages.
fn module(more: &str) -> String {
    format!(
        r#"(core module $m
            (memory (export "memory") 1 2)
            {more}
            (global $next (mut i32) (i32.const 1000))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                (global.set $next (i32.add (local.get $at) (local.get 3)))
                (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
                    (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))))
                (local.get $at))
            (func (export "of") (param i32 i32 i32 i32 i32 i32) (result i32)
                (i32.store (i32.const 8) (local.get 0))
                (i32.store (i32.const 12) (local.get 2))
                (i32.store (i32.const 16) (local.get 4))
                (i32.const 8))
            (func (export "first") (param i32 i32) (result i32) (local.get 0))
            (func (export "cell") (result i32) (i32.const 64))
            (func (export "allocated") (result i32) (i32.sub (global.get $next) (i32.const 1000))))"#
    )
}

fn component(module: &str) -> Container {
    limited(module, Limits::default())
}

fn limited(module: &str, limits: Limits) -> Container {
    let mut text = format!("(component {module} (core instance $i (instantiate $m))");
    let three = "(tuple u32 u32 u32)";
    let functions = [
        (
            "of",
            format!(r#"(param "one" string) (param "list" (list string)) (param "other" (list u64)) (result {three})"#),
        ),
        ("first", format!(r#"(param "list" (list string)) (result {three})"#)),
        ("cell", "(result (tuple u32 u32))".into()),
        ("allocated", "(result u32)".into()),
    ];
    for (name, ty) in functions {
        let memory = r#"(memory $i "memory") (realloc (func $i "realloc"))"#;
        write!(text, r#"(func ${name} {ty} (canon lift (core func $i "{name}") {memory}))"#).unwrap();
    }
    text += r#"(instance $places (export "of" (func $of)) (export "first" (func $first)) (export "cell" (func $cell)) (export "allocated" (func $allocated)))
        (export "test:arena/places" (instance $places)))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    Container::builder(&image).limits(limits).build().unwrap()
}

/// A guest whose two words are at this address.
fn looking(address: i32) -> String {
    module(&format!(r#"(global (export "tairitsu:arena") i32 (i32.const {address}))"#))
}

fn words(n: usize) -> Vec<String> {
    vec!["word".into(); n]
}

#[test]
fn room_is_made_once_it_is_worth_it() {
    let mut container = component(&looking(64));
    let mut places = container.guest(Places).unwrap();
    places.first(&words(30)).unwrap();
    assert_eq!(places.cell().unwrap(), (0, 0));
    // This is the 32nd string or list, for which the host makes the arena.
    places.first(&words(1)).unwrap();
    let (room, size) = places.cell().unwrap();
    let allocated = places.allocated().unwrap();
    assert_eq!((room + size, size), (1000 + allocated, 4096));
    for _ in 0..3 {
        // Each call fills the arena from its start, and aligns each value.
        assert_eq!(places.of("abcde", &words(2), &[1, 2]).unwrap(), (room, room + 8, room + 32));
        // The first item of the list is the address and the length of the first string. That string lies behind the
        // items.
        assert_eq!(places.first(&words(2)).unwrap(), (room + 16, 4, room + 20));
    }
    assert_eq!(places.allocated().unwrap(), allocated);
}

#[test]
fn what_has_no_room_is_allocated() {
    let mut container = component(&looking(64));
    let mut places = container.guest(Places).unwrap();
    places.first(&words(32)).unwrap();
    let (room, size) = places.cell().unwrap();
    let allocated = places.allocated().unwrap();
    // A string of more than 512 bytes goes to the allocator.
    assert_eq!(places.of(&"x".repeat(600), &[], &[7]).unwrap(), (1000 + allocated.next_multiple_of(8), 4, room));
    let allocated = places.allocated().unwrap();
    // The arena is full after the items and most of the words.
    let many = size as usize / 12 + 10;
    assert_eq!(places.first(&words(many)).unwrap(), (room + many as u32 * 8, 4, room + many as u32 * 8 + 4));
    assert!(places.allocated().unwrap() > allocated);
    // The next call finds the arena empty again.
    assert_eq!(places.of("", &[], &[7]).unwrap(), (1, 4, room));
    assert_eq!(places.cell().unwrap(), (room, size));
}

#[test]
fn room_that_was_too_small_is_enlarged_by_the_next_call() {
    let mut container = component(&looking(64));
    let mut places = container.guest(Places).unwrap();
    places.first(&words(32)).unwrap();
    let (room, size) = places.cell().unwrap();
    let many = words(size as usize / 12 + 40);
    places.first(&many).unwrap();
    assert_eq!(places.cell().unwrap(), (room, size), "not while something is there");
    let (first, ..) = places.first(&many).unwrap();
    let (larger, enough) = places.cell().unwrap();
    assert_eq!(first, larger + many.len() as u32 * 8);
    assert!(enough as usize >= many.len() * 12 && enough <= 2 * size, "{enough}");
    let allocated = places.allocated().unwrap();
    assert_eq!(1000 + allocated, larger + enough);
    places.first(&many).unwrap();
    assert_eq!(places.allocated().unwrap(), allocated);
}

/// The host makes no arena if the two words are outside of the memory, or if it cannot know the memory. Calls work as
/// before.
#[test]
fn rooms_that_are_none() {
    let second = r#"(core module $other (memory 1)) (core instance (instantiate $other))"#;
    let none = [
        module(""),
        // These two words are outside of the memory.
        looking(65_530),
        looking(-8),
        module(r#"(func (export "tairitsu:arena"))"#),
        module(r#"(global $g i32 (i32.const 64)) (global (export "tairitsu:arena") i32 (global.get $g))"#),
        // With two memories, the host does not know which of them a function uses.
        format!("{second} {}", looking(64)),
    ];
    for module in none {
        let mut container = component(&module);
        let mut places = container.guest(Places).unwrap();
        for round in 0..50 {
            let places = places.of("abcde", &words(2), &[1, 2]).unwrap();
            assert_eq!(places, (1000 + round * 56, 1008 + round * 56, 1040 + round * 56), "{module}");
        }
        assert_eq!(places.cell().unwrap(), (0, 0));
    }
    // Here the two words overlap other data of the guest. That harms only the guest.
    let mut container = component(&looking(8));
    let mut places = container.guest(Places).unwrap();
    for _ in 0..50 {
        places.of("a", &words(2), &[1]).unwrap();
    }
}

/// If a memory is nearly full, the host leaves the rest of it to the allocator.
#[test]
fn no_room_is_made_beyond_a_limit() {
    let strings = |bytes: usize| vec!["x".repeat(500); bytes / 500];
    // The maximum of the guest's own memory: after the third call it has no space for a larger arena.
    let mut container = component(&looking(64));
    let mut places = container.guest(Places).unwrap();
    for (bytes, size) in [(17_000, 16_384), (17_000, 16_384), (70_000, 16_384), (30_000, 16_384), (10_000, 16_384)] {
        places.first(&strings(bytes)).unwrap();
        assert_eq!(places.cell().unwrap().1, size, "{bytes}");
    }
    // The container's limit: the memory has no space for an arena from the start.
    let mut container = limited(&looking(64), Limits::default().memory_bytes(65_536));
    let mut places = container.guest(Places).unwrap();
    for bytes in [10_000, 10_000, 30_000] {
        places.first(&strings(bytes)).unwrap();
        assert_eq!(places.cell().unwrap(), (0, 0));
    }
}

/// A guest of ours has an arena, whether our encoder or the stock encoder made its component. The guest reads its
/// arguments from the arena.
#[test]
fn ours_has_room() {
    let component = componentize(crate::ZOO);
    for image in [image("zoo"), Registry::new().load_image(component).unwrap()] {
        let mut container = Container::builder(&image).provide(crate::calls::Echo::default()).build().unwrap();
        let mut zoo = container.guest(Zoo).unwrap();
        let before = zoo.memory().unwrap();
        // Strings that are too long for the arena, and strings that fit, in turns. Strings that the guest was given
        // stay as they were.
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
        // The results of the host's functions are in the arena too: `ask_host` compares each of them.
        let value = Value::Many((vec![1, 2, 3], true));
        for _ in 0..3 {
            assert_eq!(zoo.ask_host(value.clone()).unwrap(), value);
        }
    }
}
