//! Our guest on a host of `wasmtime::component::bindgen!`, made from the WIT that the traits emit. The other pairing
//! is our host and a guest of `wit_bindgen::generate!`, which runs all of `calls.rs`.

use crate::ZOO;
use crate::raw::{self, Host};
use tairitsu_test_zoo::{Attic, Keeper, Zoo};
use wasmtime::Store;
use wasmtime::component::HasSelf;

/// The interfaces of the zoo as one package with a world.
#[test]
fn the_fixture_is_what_the_traits_emit() {
    let package = Zoo.interface().package();
    let interfaces: Vec<_> = [Zoo.wit(), Attic.wit(), Keeper.wit()]
        .iter()
        .map(|wit| wit.strip_prefix(&format!("package {package};\n\n")).unwrap().to_string())
        .collect();
    let world = "world zoo-guest {\n  import keeper;\n  export zoo;\n  export attic;\n}\n";
    let wit = format!("package {package};\n\n{}\n{world}", interfaces.join("\n"));
    raw::hold("zoo.wit", &wit);
}

mod bindings {
    #![allow(missing_docs, unreachable_pub)]
    wasmtime::component::bindgen!({ path: "fixtures/zoo.wit", world: "zoo-guest" });
}

use bindings::exports::test::zoo::{attic, zoo};
use bindings::test::zoo::keeper;

impl keeper::Host for Host<()> {
    fn nothing(&mut self) {}

    fn add(&mut self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn echo_str(&mut self, value: String) -> String {
        value
    }

    fn echo_list(&mut self, value: Vec<u64>) -> Vec<u64> {
        value
    }

    fn echo_animal(&mut self, value: keeper::Animal) -> keeper::Animal {
        value
    }

    fn echo_value(&mut self, value: keeper::Value) -> keeper::Value {
        value
    }

    fn many(
        &mut self,
        a: u8,
        b: u64,
        c: String,
        d: String,
        e: String,
        f: String,
        g: String,
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
        b: Vec<u8>,
        c: Vec<u8>,
        d: Vec<u8>,
        e: Vec<u8>,
        f: Vec<u8>,
        g: Vec<u8>,
        h: Vec<u8>,
        i: f32,
    ) -> Vec<u8> {
        [a.to_string().into_bytes(), b, c, d, e, f, g, h, i.to_string().into_bytes()].concat()
    }

    fn refuse(&mut self) -> Result<u32, keeper::Kind> {
        Err(keeper::Kind::Bird)
    }
}

fn guest() -> (Store<Host<()>>, bindings::ZooGuest) {
    let (mut store, component, linker) =
        raw::host(ZOO, (), |linker| keeper::add_to_linker::<_, HasSelf<_>>(linker, |host: &mut Host<()>| host));
    let guest = bindings::ZooGuest::instantiate(&mut store, &component, &linker).unwrap();
    (store, guest)
}

fn animal(name: &str) -> zoo::Animal {
    zoo::Animal {
        name: name.into(),
        age: 255,
        type_: zoo::Kind::OtherKind,
        weight: f64::MIN_POSITIVE,
        words: vec!["sit".into(), String::new()],
        home: Some(zoo::Place { latitude: -90.0, longitude: 0.5 }),
        legs_and_wings: (4, u16::MAX),
    }
}

#[test]
fn our_guest_on_a_host_of_bindgen() {
    let (mut store, guest) = guest();
    let store = &mut store;
    let zoo = guest.test_zoo_zoo();
    zoo.call_nothing(&mut *store).unwrap();
    assert_eq!(zoo.call_add(&mut *store, u32::MAX, 3).unwrap(), 2);
    assert_eq!(zoo.call_echo_bytes(&mut *store, u8::MAX, i8::MIN).unwrap(), (u8::MAX, i8::MIN));
    assert_eq!(zoo.call_echo_shorts(&mut *store, u16::MAX, i16::MIN).unwrap(), (u16::MAX, i16::MIN));
    assert_eq!(zoo.call_echo_words(&mut *store, u32::MAX, i32::MIN).unwrap(), (u32::MAX, i32::MIN));
    assert_eq!(zoo.call_echo_longs(&mut *store, u64::MAX, i64::MIN).unwrap(), (u64::MAX, i64::MIN));
    assert_eq!(zoo.call_echo_floats(&mut *store, -0.5, f64::MAX).unwrap(), (-0.5, f64::MAX));
    assert_eq!(zoo.call_echo_char(&mut *store, char::MAX).unwrap(), char::MAX);
    for text in ["", "日本語", &"x".repeat(100_000)] {
        assert_eq!(zoo.call_echo_str(&mut *store, text).unwrap(), text);
        assert_eq!(zoo.call_echo_blob(&mut *store, text.as_bytes()).unwrap(), text.as_bytes());
    }
    let lists = vec![vec![], vec!["a".to_string(), String::new()]];
    assert_eq!(zoo.call_echo_lists(&mut *store, &lists).unwrap(), lists);
    let echo = zoo.call_echo_flags_and_letters(&mut *store, &[true, false], &['a', 'ß']).unwrap();
    assert_eq!(echo, (vec![true, false], vec!['a', 'ß']));
    for option in [None, Some(None), Some(Some(7))] {
        assert_eq!(zoo.call_echo_option(&mut *store, option).unwrap(), option);
    }
    assert_eq!(zoo.call_echo_result(&mut *store, Err("no")).unwrap(), Err(()));
    assert_eq!(zoo.call_echo_kind(&mut *store, zoo::Kind::Bird).unwrap(), zoo::Kind::Bird);

    // The types of bindgen have no `PartialEq`, so their text is compared.
    let animals = vec![animal("one"), zoo::Animal { home: None, words: vec![], ..animal("two") }];
    let echo = zoo.call_echo_animals(&mut *store, &animals).unwrap();
    assert_eq!(format!("{echo:?}"), format!("{animals:?}"));
    let values = [
        zoo::Value::Nothing,
        zoo::Value::Small(-128),
        zoo::Value::Large(i64::MIN),
        zoo::Value::Single(-0.5),
        zoo::Value::Double(f64::MAX),
        zoo::Value::Text("text".into()),
        zoo::Value::Letter('x'),
        zoo::Value::Many((vec![1, u32::MAX], true)),
        zoo::Value::Beast(animal("beast")),
    ];
    for value in &values {
        let echo = zoo.call_echo_value(&mut *store, value).unwrap();
        assert_eq!(format!("{echo:?}"), format!("{value:?}"));
        let answer = zoo.call_ask_host(&mut *store, value).unwrap().unwrap();
        assert_eq!(format!("{answer:?}"), format!("{value:?}"));
    }
    let echo = zoo.call_echo_values(&mut *store, &values).unwrap();
    assert_eq!(format!("{echo:?}"), format!("{:?}", &values[..]));

    let text = zoo.call_many(&mut *store, 1, 2, 3, 4.5, 5, 6.5, 7, -8, 9, 'j', true, 12, 13, 14, 15, "p").unwrap();
    assert_eq!(text, "1 2 3 4.5 5 6.5 7 -8 9 j true 12 13 14 15 p");
    let sum = zoo.call_sixteen(&mut *store, 1, 2, 3, 4, 5, 6, 7, 8, 0.5, 0.25, 1.5, 2.75, 10, 20, "text").unwrap();
    assert_eq!(sum, 75.0);
    assert_eq!(zoo.call_list(&mut *store, 41).unwrap(), 42);

    let chest = attic::Chest {
        boxed: u64::MAX,
        place: Some(attic::Place { latitude: 1.0, longitude: 2.0 }),
        shared: "shared".into(),
        cow: "cow".into(),
        key: (0..32).collect(),
        ages: vec![("Ada".into(), 36)],
        by_id: vec![(7, attic::Kind::Bird)],
        tags: vec!["a".into(), "b".into()],
        queue: vec![3, 1, 2],
        timeout: (u64::MAX, 999_999_999),
        since: (-2, 500_000_000),
        address: "2001:db8::1".into(),
        path: "/a/b c".into(),
    };
    let attic = guest.test_zoo_attic();
    let echo = attic.call_echo_chest(&mut *store, &chest).unwrap();
    assert_eq!(format!("{echo:?}"), format!("{chest:?}"));

    let access = attic::Access::MODIFY;
    let nine = attic::Nine::A | attic::Nine::I;
    let echo = attic.call_echo_flags(&mut *store, access, nine, &[(access, nine)]).unwrap();
    assert_eq!(echo, (access, nine, vec![(access, nine)]));

    // The guest's own type cannot hold this value. The guest panics, which is a trap here.
    let short = attic::Chest { key: vec![1, 2, 3], ..chest };
    attic.call_echo_chest(&mut *store, &short).unwrap_err();
}
