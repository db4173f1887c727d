//! Every kind of type, host to guest and back, and guest to host and back.

use crate::image;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tairitsu::{CallError, Container};
use tairitsu_test_zoo::{Access, Animal, Attic, Chest, Guest, Keeper, Kind, Nine, Place, Value, Zoo, ZooClient};

#[derive(Default)]
pub(crate) struct Echo {
    nothings: u32,
}

#[tairitsu::host]
impl Keeper for Echo {
    fn nothing(&mut self) {
        self.nothings += 1;
    }

    fn add(&self, a: u32, b: u32) -> u32 {
        assert!(self.nothings > 0);
        a.wrapping_add(b)
    }

    fn echo_str(&mut self, value: &str) -> String {
        value.into()
    }

    fn echo_list(&mut self, value: &[u64]) -> Vec<u64> {
        value.into()
    }

    fn echo_animal(&mut self, value: &Animal) -> Animal {
        value.clone()
    }

    fn echo_value(&mut self, value: Value) -> Value {
        value
    }

    fn many(
        &mut self,
        a: u8,
        b: u64,
        c: &str,
        d: &str,
        e: &str,
        f: &str,
        g: &str,
        h: Option<u64>,
        i: f64,
        j: bool,
        k: i16,
    ) -> (u64, String) {
        (u64::from(a) * b, format!("{a}{c}{d}{e}{f}{g}{h:?}{i}{j}{k}"))
    }

    fn sixteen(
        &mut self,
        a: u64,
        b: &[u8],
        c: &[u8],
        d: &[u8],
        e: &[u8],
        f: &[u8],
        g: &[u8],
        h: &[u8],
        i: f32,
    ) -> Vec<u8> {
        [a.to_string().as_bytes(), b, c, d, e, f, g, h, i.to_string().as_bytes()].concat()
    }

    fn refuse(&mut self) -> Result<u32, Kind> {
        Err(Kind::Bird)
    }
}

/// Three guests of the same functions: ours, one with wit-bindgen, and ours without wasm.
const GUESTS: [&str; 3] = ["zoo", "bindgen", "native"];

fn container(guest: &str) -> Container {
    match guest {
        "native" => Container::native::<Guest>().provide(Echo::default()).build().unwrap(),
        guest => Container::builder(&image(guest)).provide(Echo::default()).build().unwrap(),
    }
}

pub(crate) fn with_zoo(mut test: impl FnMut(&mut ZooClient<'_>)) {
    for guest in GUESTS {
        test(&mut container(guest).guest(Zoo).unwrap());
    }
}

fn animal(name: &str) -> Animal {
    Animal {
        name: name.into(),
        age: 255,
        r#type: Kind::Mammal,
        weight: f64::MIN_POSITIVE,
        words: vec!["sit".into(), String::new(), "ひ".repeat(1000)],
        home: Some(Place { latitude: -90.0, longitude: f32::INFINITY }),
        legs_and_wings: (4, u16::MAX),
    }
}

fn values() -> Vec<Value> {
    vec![
        Value::Nothing,
        Value::Small(-128),
        Value::Large(i64::MIN),
        Value::Single(-0.5),
        Value::Double(f64::MAX),
        Value::Text(String::new()),
        Value::Text("text".into()),
        Value::Letter('\u{10ffff}'),
        Value::Many((vec![], true)),
        Value::Many((vec![1, u32::MAX], false)),
        Value::Beast(animal("beast")),
        Value::Beast(Animal { home: None, words: vec![], ..animal("") }),
    ]
}

#[test]
fn scalars_at_their_limits() {
    with_zoo(|zoo| {
        zoo.nothing().unwrap();
        assert_eq!(zoo.add(u32::MAX, 3).unwrap(), 2);
        for value in [true, false] {
            assert_eq!(zoo.echo_bool(value).unwrap(), value);
        }
        for pair in [(0, i8::MIN), (u8::MAX, i8::MAX), (1, -1)] {
            assert_eq!(zoo.echo_bytes(pair.0, pair.1).unwrap(), pair);
        }
        for pair in [(0, i16::MIN), (u16::MAX, i16::MAX), (1, -1)] {
            assert_eq!(zoo.echo_shorts(pair.0, pair.1).unwrap(), pair);
        }
        for pair in [(0, i32::MIN), (u32::MAX, i32::MAX), (1, -1)] {
            assert_eq!(zoo.echo_words(pair.0, pair.1).unwrap(), pair);
        }
        for pair in [(0, i64::MIN), (u64::MAX, i64::MAX), (1, -1)] {
            assert_eq!(zoo.echo_longs(pair.0, pair.1).unwrap(), pair);
        }
        for pair in [(0.0, -0.0), (f32::MIN, f64::MAX), (f32::NEG_INFINITY, f64::INFINITY)] {
            let echo = zoo.echo_floats(pair.0, pair.1).unwrap();
            assert_eq!((echo.0.to_bits(), echo.1.to_bits()), (pair.0.to_bits(), pair.1.to_bits()));
        }
        let (single, double) = zoo.echo_floats(f32::NAN, f64::NAN).unwrap();
        assert!(single.is_nan() && double.is_nan());
        for value in ['\0', 'a', '\u{d7ff}', '\u{e000}', char::MAX] {
            assert_eq!(zoo.echo_char(value).unwrap(), value);
        }
    });
}

#[test]
fn strings_and_lists() {
    with_zoo(|zoo| {
        for value in ["", "a", "日本語", &"x".repeat(3_000_000)] {
            assert_eq!(zoo.echo_str(value).unwrap(), value);
            assert_eq!(zoo.echo_string(value.to_string()).unwrap(), value);
            assert_eq!(zoo.echo_blob(value.as_bytes()).unwrap(), value.as_bytes());
        }
        let lists = vec![vec![], vec!["a".into()], vec![String::new(), "bb".into(), "c".repeat(500)]];
        assert_eq!(zoo.echo_lists(lists.clone()).unwrap(), lists);
        let (flags, letters) = (vec![true, false, true], vec!['a', '\u{10ffff}']);
        assert_eq!(zoo.echo_flags_and_letters(&flags, letters.clone()).unwrap(), (flags, letters));
        assert_eq!(zoo.echo_flags_and_letters(&[], vec![]).unwrap(), (vec![], vec![]));
    });
}

#[test]
fn options_and_results() {
    with_zoo(|zoo| {
        for value in [None, Some(None), Some(Some(0)), Some(Some(u32::MAX))] {
            assert_eq!(zoo.echo_option(value).unwrap(), value);
        }
        zoo.echo_result(Ok(1)).unwrap();
        let error = zoo.echo_result(Err("no".into())).unwrap_err();
        assert!(matches!(error, CallError::Guest(())), "{error}");
    });
}

#[test]
fn records_enums_and_variants() {
    with_zoo(|zoo| {
        for kind in [Kind::Mammal, Kind::Bird, Kind::Other] {
            assert_eq!(zoo.echo_kind(kind).unwrap(), kind);
        }
        assert_eq!(zoo.echo_animal(&animal("one")).unwrap(), animal("one"));
        let animals: Vec<_> = (0..100).map(|i| animal(&i.to_string())).collect();
        assert_eq!(zoo.echo_animals(animals.clone()).unwrap(), animals);
        let places: Vec<_> = (0..100).map(|i| Place { latitude: i as f32, longitude: -0.5 * i as f32 }).collect();
        assert_eq!(zoo.echo_places(&places).unwrap(), places);
        for value in values() {
            assert_eq!(zoo.echo_value(value.clone()).unwrap(), value);
        }
        assert_eq!(zoo.echo_values(&values()).unwrap(), values());
    });
}

#[test]
fn more_parameters_than_slots() {
    with_zoo(|zoo| {
        let text = zoo.many(1, 2, 3, 4.5, 5, 6.5, 7, -8, 9, 'j', true, 12, 13, 14, 15, "p").unwrap();
        assert_eq!(text, "1 2 3 4.5 5 6.5 7 -8 9 j true 12 13 14 15 p");
        let sum = zoo.sixteen(1, 2, 3, 4, 5, 6, 7, 8, 0.5, 0.25, 1.5, 2.75, 10, 20, "text").unwrap();
        assert_eq!(sum, 36.0 + 5.0 + 30.0 + 4.0);
        assert_eq!(zoo.keyword(41).unwrap(), 42);
    });
}

#[test]
fn the_guest_calls_the_host() {
    with_zoo(|zoo| assert_eq!(zoo.ask_host(Value::Nothing).unwrap(), Value::Nothing));
    for value in values() {
        with_zoo(|zoo| assert_eq!(zoo.ask_host(value.clone()).unwrap(), value));
    }
}

/// The guest owns its arguments. Results are freed after the host has read them.
#[test]
fn nothing_leaks() {
    with_zoo(|zoo| {
        let beasts = values();
        let round = |zoo: &mut ZooClient<'_>| {
            zoo.echo_values(&beasts).unwrap();
            zoo.echo_lists(vec![vec!["a".repeat(100); 10]; 10]).unwrap();
            zoo.echo_flags_and_letters(&[true; 100], vec!['c'; 100]).unwrap();
            zoo.echo_str("text").unwrap();
            zoo.many(1, 2, 3, 4.5, 5, 6.5, 7, -8, 9, 'j', true, 12, 13, 14, 15, "p").unwrap();
        };
        for _ in 0..100 {
            round(zoo);
        }
        let before = zoo.memory().unwrap();
        for _ in 0..2_000 {
            round(zoo);
        }
        assert_eq!(zoo.memory().unwrap(), before);
    });
}

/// The same for calls to the host. A value that the guest lowers is freed after the call, and so is the host's
/// answer.
#[test]
fn calls_to_the_host_leak_nothing() {
    with_zoo(|zoo| {
        let mut round = |count| {
            for _ in 0..count {
                zoo.ask_host(Value::Beast(animal("a"))).unwrap();
            }
            zoo.memory().unwrap()
        };
        let before = round(20);
        assert_eq!(round(500), before);
    });
}

#[test]
fn a_client_is_made_again_on_the_same_state() {
    let mut container = container("zoo");
    for _ in 0..3 {
        container.guest(Zoo).unwrap().nothing().unwrap();
    }
    assert_eq!(container.guest(Zoo).unwrap().add(1, 1).unwrap(), 2);
}

fn chest() -> Chest {
    Chest {
        boxed: Box::new(u64::MAX),
        place: Some(Box::new(Place { latitude: 1.0, longitude: 2.0 })),
        shared: "shared".into(),
        cow: "borrowed".into(),
        key: std::array::from_fn(|i| i as u8),
        ages: [("Ada".to_string(), 36), (String::new(), 0)].into(),
        by_id: [(7, Kind::Bird), (u32::MAX, Kind::Other)].into(),
        tags: ["a".to_string(), "b".to_string()].into(),
        queue: [3, 1, 2].into(),
        timeout: Duration::new(u64::MAX, 999_999_999),
        since: SystemTime::UNIX_EPOCH - Duration::from_millis(1_500),
        address: "2001:db8::1".parse().unwrap(),
        path: "/a/b c".into(),
    }
}

#[test]
fn types_of_std() {
    GUESTS.into_iter().for_each(types_of_std_in);
}

fn types_of_std_in(guest: &str) {
    let mut container = container(guest);
    let mut attic = container.guest(Attic).unwrap();
    assert_eq!(attic.echo_chest(&chest()).unwrap(), chest());
    let empty = Chest { place: None, ages: [].into(), queue: [].into(), since: SystemTime::now(), ..chest() };
    assert_eq!(attic.echo_chest(&empty).unwrap(), empty);
    let each = (Duration::ZERO, [1, 2, 3], Arc::<str>::from("text"), HashSet::from([i64::MIN, 0]));
    assert_eq!(attic.echo_each(each.0, each.1, each.2.clone(), each.3.clone()).unwrap(), each);
    let map = HashMap::from([("zoo".to_string(), vec![animal("one"), animal("two")]), (String::new(), vec![])]);
    assert_eq!(attic.echo_map(&map).unwrap(), map);
    assert_eq!(attic.localhost().unwrap(), ([127, 0, 0, 1].into(), [127, 0, 0, 2].into()));
    let flags = [Access::empty(), Access::READ, Access::WRITE, Access::all()];
    for access in flags {
        let nine = if access.is_empty() { Nine::all() } else { Nine::A | Nine::I };
        let list: Vec<_> = flags.iter().map(|access| (*access, nine)).collect();
        assert_eq!(attic.echo_flags(access, nine, list.clone()).unwrap(), (access, nine, list));
    }
}

/// A Rust value that WIT cannot express fails the call before the guest runs. The container goes on.
#[cfg(unix)]
#[test]
fn a_value_that_does_not_convert() {
    use std::os::unix::ffi::OsStringExt;
    let path = std::ffi::OsString::from_vec(vec![b'a', 0xff]).into();
    let error = container("zoo").guest(Attic).unwrap().echo_chest(&Chest { path, ..chest() }).unwrap_err();
    assert!(error.to_string().contains("expected a path in Unicode, found `a\u{fffd}`"), "{error}");
}

#[test]
fn flags() {
    let mut access = Access::default();
    assert!(access.is_empty() && !access.intersects(Access::all()));
    access.insert(Access::WRITE);
    access |= Access::READ;
    assert!(access.is_all() && access.contains(Access::READ));
    assert_eq!(access - Access::READ, Access::WRITE);
    assert_eq!(!Access::READ, Access::WRITE);
    assert_eq!(Access::READ ^ access, Access::WRITE);
    assert_eq!(Access::from_bits(0b11), Some(access));
    assert_eq!(Access::from_bits(0b100), None);
    assert_eq!(Access::from_bits_truncate(0b101), Access::READ);
    assert_eq!([Access::READ, Access::WRITE].into_iter().collect::<Access>(), access);
    access.set(Access::READ, false);
    assert_eq!(format!("{access:?} {:?}", Access::all()), "Access(WRITE) Access(READ | WRITE)");
}
