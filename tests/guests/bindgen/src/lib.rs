//! The zoo's guest, with nothing of Tairitsu in it: `wit_bindgen::generate!` over the WIT that the traits emit.

wit_bindgen::generate!({ path: "../../fixtures/zoo.wit", world: "zoo-guest" });

use exports::test::zoo::{attic, zoo};
use test::zoo::keeper;

struct Guest;

export!(Guest);

impl zoo::Guest for Guest {
    fn nothing() {}

    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn echo_bool(value: bool) -> bool {
        value
    }

    fn echo_bytes(unsigned: u8, signed: i8) -> (u8, i8) {
        (unsigned, signed)
    }

    fn echo_shorts(unsigned: u16, signed: i16) -> (u16, i16) {
        (unsigned, signed)
    }

    fn echo_words(unsigned: u32, signed: i32) -> (u32, i32) {
        (unsigned, signed)
    }

    fn echo_longs(unsigned: u64, signed: i64) -> (u64, i64) {
        (unsigned, signed)
    }

    fn echo_floats(single: f32, double: f64) -> (f32, f64) {
        (single, double)
    }

    fn echo_char(value: char) -> char {
        value
    }

    fn echo_string(value: String) -> String {
        value
    }

    fn echo_str(value: String) -> String {
        value
    }

    fn echo_blob(value: Vec<u8>) -> Vec<u8> {
        value
    }

    fn echo_lists(value: Vec<Vec<String>>) -> Vec<Vec<String>> {
        value
    }

    fn echo_flags_and_letters(flags: Vec<bool>, letters: Vec<char>) -> (Vec<bool>, Vec<char>) {
        (flags, letters)
    }

    fn echo_option(value: Option<Option<u32>>) -> Option<Option<u32>> {
        value
    }

    fn echo_result(value: Result<u64, String>) -> Result<(), ()> {
        value.map(|_| ()).map_err(|_| ())
    }

    fn echo_kind(value: zoo::Kind) -> zoo::Kind {
        value
    }

    fn echo_animal(value: zoo::Animal) -> zoo::Animal {
        value
    }

    fn echo_animals(value: Vec<zoo::Animal>) -> Vec<zoo::Animal> {
        value
    }

    fn echo_places(value: Vec<zoo::Place>) -> Vec<zoo::Place> {
        value
    }

    fn echo_value(value: zoo::Value) -> zoo::Value {
        value
    }

    fn echo_values(value: Vec<zoo::Value>) -> Vec<zoo::Value> {
        value
    }

    fn many(
        a: u8,
        b: u64,
        c: u8,
        d: f32,
        e: u8,
        f: f64,
        g: u16,
        h: i64,
        i: u8,
        j: char,
        k: bool,
        l: u8,
        m: u8,
        n: u8,
        o: u8,
        p: String,
    ) -> String {
        format!("{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k} {l} {m} {n} {o} {p}")
    }

    fn sixteen(
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
        f: u64,
        g: u64,
        h: u64,
        i: f32,
        j: f64,
        k: f32,
        l: f64,
        m: u8,
        n: u8,
        text: String,
    ) -> f64 {
        let scalars = f64::from(i) + j + f64::from(k) + l + f64::from(m) + f64::from(n);
        [a, b, c, d, e, f, g, h].iter().sum::<u64>() as f64 + scalars + text.len() as f64
    }

    fn list(record: u32) -> u32 {
        record + 1
    }

    fn ask_host(value: zoo::Value) -> Result<zoo::Value, String> {
        keeper::nothing();
        let check = |name: &str, is: bool| if is { Ok(()) } else { Err(format!("`{name}` came back different")) };
        check("add", keeper::add(u32::MAX, 2) == 1)?;
        check("echo_str", keeper::echo_str("δοκιμή") == "δοκιμή")?;
        check("echo_list", keeper::echo_list(&[1, u64::MAX]) == [1, u64::MAX])?;
        let animal = keeper::Animal {
            name: "Wal".into(),
            age: 3,
            type_: keeper::Kind::OtherKind,
            weight: 1e5,
            words: vec!["a".into(), String::new()],
            home: Some(keeper::Place { latitude: -1.5, longitude: 0.25 }),
            legs_and_wings: (0, 2),
        };
        let echo = keeper::echo_animal(&animal);
        check("echo_animal", format!("{echo:?}") == format!("{animal:?}"))?;
        for value in [
            keeper::Value::Nothing,
            keeper::Value::Small(-1),
            keeper::Value::Single(0.5),
            keeper::Value::Double(-0.5),
            keeper::Value::Text("text".into()),
            keeper::Value::Many((vec![1, 2], true)),
            keeper::Value::Beast(animal.clone()),
        ] {
            check("echo_value", format!("{:?}", keeper::echo_value(&value)) == format!("{value:?}"))?;
        }
        let many = keeper::many(1, 2, "c", "d", "", "f", "g", Some(8), 9.5, true, -11);
        check("many", many == (2, "1cdfgSome(8)9.5true-11".into()))?;
        let sixteen = keeper::sixteen(1, b"b", b"c", b"d", b"e", b"f", b"g", b"", 9.0);
        check("sixteen", sixteen == b"1bcdefg9")?;
        check("refuse", keeper::refuse() == Err(keeper::Kind::Bird))?;
        Ok(value)
    }

    fn memory() -> u64 {
        #[cfg(target_family = "wasm")]
        return core::arch::wasm32::memory_size(0) as u64 * 65_536;
        #[cfg(not(target_family = "wasm"))]
        return 0;
    }
}

impl attic::Guest for Guest {
    fn echo_chest(value: attic::Chest) -> attic::Chest {
        value
    }

    fn echo_each(
        timeout: (u64, u32),
        key: Vec<u16>,
        shared: String,
        tags: Vec<i64>,
    ) -> ((u64, u32), Vec<u16>, String, Vec<i64>) {
        (timeout, key, shared, tags)
    }

    fn echo_map(value: Vec<(String, Vec<attic::Animal>)>) -> Vec<(String, Vec<attic::Animal>)> {
        value
    }

    fn echo_flags(
        access: attic::Access,
        nine: attic::Nine,
        all: Vec<(attic::Access, attic::Nine)>,
    ) -> (attic::Access, attic::Nine, Vec<(attic::Access, attic::Nine)>) {
        (access, nine, all)
    }

    fn localhost() -> (String, String) {
        ("127.0.0.1".into(), "127.0.0.2".into())
    }
}
