//! Lift and lower over a buffer: there and back, and what a bad value becomes. Miri runs these tests too.

mod dropped;
mod errors;
mod tree;
mod types;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt::Debug;
use std::sync::Arc;
use tairitsu::Own;
use tairitsu_guest::abi::{Buffer, Lift, Lower, Shape, Sink, WitType};
use tairitsu_guest::schema::align_to;
use types::*;

/// Lifts what was lowered to memory. Does the same with flat values, if there are few enough.
fn round_trip<T: Lift + Lower + PartialEq + Debug>(value: &T) {
    let mut memory = Buffer::new();
    let address = memory.allocate(T::LAYOUT).unwrap();
    assert_eq!(address, align_to(address, T::LAYOUT.align));
    value.store(&mut memory, address).unwrap();
    assert_eq!(&T::load(&mut memory, address).unwrap(), value);
    if T::FLAT <= 16 {
        let mut flat = [0; 16];
        value.lower(&mut memory, &mut flat).unwrap();
        assert_eq!(&T::lift(&mut memory, &flat).unwrap(), value);
    }
}

fn animal() -> Animal {
    Animal {
        name: "Ibis".into(),
        age: 9,
        r#type: Kind::Bird,
        weight: 1.25,
        words: vec!["a".into(), String::new()],
        home: Some(Place { latitude: 1.0, longitude: -2.0 }),
        legs_and_wings: (2, 2),
    }
}

#[test]
fn there_and_back() {
    round_trip(&());
    round_trip(&true);
    round_trip(&(u8::MAX, i8::MIN));
    round_trip(&(u16::MAX, i16::MIN, u32::MAX, i32::MIN, u64::MAX, i64::MIN));
    round_trip(&(f32::MIN_POSITIVE, f64::NEG_INFINITY));
    round_trip(&('\0', char::MAX));
    round_trip(&String::from("日本語"));
    round_trip(&vec![1u64, u64::MAX]);
    round_trip(&vec![vec![String::from("a")], vec![]]);
    round_trip(&(Some(3u16), None::<u16>, Some(Some(()).is_some())));
    round_trip(&(Ok::<u8, String>(1), Err::<u64, f32>(0.5)));
    round_trip(&[Kind::Mammal, Kind::Bird, Kind::Other].to_vec());
    round_trip(&animal());
    for value in [Value::Nothing, Value::Small(-1), Value::Large(-1), Value::Single(1.5), Value::Double(-0.0)] {
        round_trip(&value);
    }
    for value in [Value::Text("text".into()), Value::Letter('x'), Value::Many((vec![7], true)), Value::Beast(animal())]
    {
        round_trip(&value);
    }
}

#[test]
fn a_float_keeps_its_bits() {
    for bits in [0x7fc0_0001_u32, 0xffbf_ffff] {
        let mut memory = Buffer::new();
        let mut flat = [0; 1];
        f32::from_bits(bits).lower(&mut memory, &mut flat).unwrap();
        assert_eq!(f32::lift(&mut memory, &flat).unwrap().to_bits(), bits);
    }
}

#[test]
fn lists_of_each_kind() {
    fn list<T: Lift + Lower + Clone + PartialEq + Debug>(item: T) {
        round_trip(&vec![item.clone(); 2]);
        round_trip(&vec![vec![item.clone()], vec![]]);
        round_trip(&vec![(item.clone(), Some(item.clone())), (item, None)]);
    }

    list(());
    list(true);
    list('x');
    list(1u8);
    list(-1i16);
    list(1u32);
    list(u64::MAX);
    list(0.5f32);
    list(-0.5f64);
    list(String::from("日本語"));
    list(Kind::Bird);
    list(Place { latitude: 1.0, longitude: -2.0 });
    list(animal());
    list(Value::Nothing);
    list(Value::Beast(animal()));
    list(Parts::B | Parts::I);
    list(Only::One);
    list(Two { first: Only::One, second: Only::One });
    list(std::time::Duration::new(1, 2));
    list(version());
    list(Source::<u8, String>::There("there".into()));
    round_trip(&vec![Ok::<_, String>(animal()), Err("no".into())]);
    round_trip(&[String::from("a"), String::new()]);
    round_trip(&Arc::<[Place]>::from([Place { latitude: 1.0, longitude: -2.0 }]));
    round_trip(&VecDeque::from([Some('a'), None]));
    round_trip(&BTreeSet::from([3u16, 1, 2]));
    round_trip(&BTreeMap::from([(String::from("a"), vec![1u8]), (String::new(), vec![])]));
    round_trip(&HashMap::from([('a', Some(1u64)), ('b', None)]));
}

#[test]
fn sets_of_flags() {
    round_trip(&Parts::empty());
    round_trip(&Parts::all());
    let mut memory = Buffer::from_bytes(vec![0xff; 2]);
    assert_eq!(Parts::load(&mut memory, 0).unwrap(), Parts::all());
}

#[test]
fn lists_of_resources() {
    let values: Vec<Arc<dyn Document>> = ["a", "b"].map(|text| Arc::new(Text(text.into())) as Arc<dyn Document>).into();
    let pages: Vec<Page> = values
        .iter()
        .map(|value| Page { number: 1, document: Some(value.clone().into()) })
        .chain([Page { number: 2, document: None }])
        .collect();
    let mut memory = Buffer::new();
    let mut flat = [0; 2];
    pages.lower(&mut memory, &mut flat).unwrap();
    let lifted = Vec::<Page>::lift(&mut memory, &flat).unwrap();
    let texts: Vec<_> = lifted.iter().map(|page| page.document.as_ref().map(|own| own.value().text())).collect();
    assert_eq!(texts, [Some("a".into()), Some("b".into()), None]);
    let lent = Vec::<&Own<dyn Document>>::from([pages[0].document.as_ref().unwrap()]);
    lent.lower(&mut memory, &mut flat).unwrap();
    assert_eq!(Vec::<Own<dyn Document>>::lift(&mut memory, &flat).unwrap()[0].value().text(), "a");
    drop((memory, pages, lifted));
    assert!(values.iter().all(|value| Arc::strong_count(value) == 1));
}

fn version() -> Version {
    Version(semver::Version::new(1, 2, 3))
}

fn package<T>(rest: T) -> Package<T> {
    Package {
        versions: vec![Some(version()), None],
        level: Level::High,
        size: std::num::NonZeroU32::MIN,
        path: Path { segments: vec!["a".into(), "b".into()] },
        rest,
    }
}

#[test]
fn adapted_and_generic_types() {
    round_trip(&version());
    round_trip(&package(7u8));
    round_trip(&package(package(String::from("rest"))));
    for source in [Source::Nowhere, Source::Here(1u8), Source::There(vec!['a'])] {
        round_trip(&source);
    }
    round_trip(&Source::<u8, u8>::Version(version().0));
    let text = format!("{} {} {}", Package::<u8>::TYPE, Package::<Vec<Level>>::TYPE, Source::<(), Package<bool>>::TYPE);
    assert_eq!(text, "package-of-u8 package-of-list-of-u16 source-of-unit-and-package-of-bool");
}
