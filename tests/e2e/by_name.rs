//! Calls by name, with values without types.

use crate::asynchronous::block_on;
use crate::image;
use tairitsu::dynamic::Function;
use tairitsu::{CallError, Container, Error, Image, OnDenied, Policy, Registry, Value, ValueType};

fn container(guest: &str) -> Container {
    Container::builder(&image(guest)).policy(Policy::deny_all().on_denied(OnDenied::Trap)).build().unwrap()
}

/// A component that no trait describes: a function outside any interface.
fn runs() -> Image {
    let text = r#"(component
        (core module $m
            (func (export "run"))
            (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
            (func (export "trap") unreachable))
        (core instance $i (instantiate $m))
        (func (export "run") (canon lift (core func $i "run")))
        (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
        (func (export "trap") (canon lift (core func $i "trap"))))"#;
    Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap()
}

#[test]
fn a_function_outside_any_interface() {
    let image = runs();
    let listed: Vec<_> = image.functions().iter().map(Function::to_string).collect();
    assert_eq!(listed, ["run: func()", "add: func(a: u32, b: u32) -> u32", "trap: func()"]);
    let mut container = Container::builder(&image).build().unwrap();
    assert_eq!(container.call("run", &[]).unwrap(), None);
    assert_eq!(container.call("add", &[2u32.into(), 40u32.into()]).unwrap(), Some(Value::U32(42)));
    assert!(matches!(container.call("trap", &[]), Err(CallError::Trap(_))));
    assert!(matches!(container.call("run", &[]), Err(CallError::Trapped { .. })));
    container.restart().unwrap();
    assert_eq!(container.call("run", &[]).unwrap(), None);
}

#[test]
fn the_functions_of_an_image() {
    let image = image("zoo");
    let function = image.functions().iter().find(|function| &*function.name == "echo-animals").unwrap();
    assert_eq!(function.full_name(), "test:zoo/zoo@0.3.0#echo-animals");
    assert_eq!(function.to_string(), "echo-animals: func(value: list<animal>) -> list<animal>");
    assert_eq!(&*function.docs, "Lists of records.");
    let Some(ValueType::List(list)) = &function.result else { panic!("{function}") };
    let ValueType::Record(animal) = &list.item else { panic!("{function}") };
    let field = &animal.fields[1];
    assert_eq!((&*field.name, &field.ty, &*field.docs), ("age", &Some(ValueType::U8), "Years."));
    // The same type as that of Rust, docs included.
    assert_eq!(Some(list.item.clone()), ValueType::of::<tairitsu_test_zoo::Animal>());
}

#[test]
fn fields_in_any_order() {
    let mut zoo = container("zoo");
    let place = |fields: [(&str, Value); 2]| Value::record(fields);
    let there = place([("longitude", Value::F32(2.5)), ("latitude", Value::F32(-1.0))]);
    let back = zoo.call("echo-places", &[Value::List(vec![there.clone()])]).unwrap();
    assert_eq!(back, Some(Value::List(vec![there])));
    assert_eq!(back, Some(Value::List(vec![place([("latitude", Value::F32(-1.0)), ("longitude", Value::F32(2.5))])])));
}

/// Each wrong value is an error that says where and what, and the container goes on.
#[test]
fn wrong_values() {
    let mut zoo = container("zoo");
    let place = |latitude: Value| Value::record([("latitude", latitude), ("longitude", Value::F32(0.0))]);
    let places = |place: Value| {
        vec![Value::List(vec![
            Value::record([("latitude", 1f32), ("longitude", 2f32)].map(|(n, v)| (n, v.into()))),
            place,
        ])]
    };
    for (name, args, expected) in [
        ("add", vec![1u32.into()], "expected 2 arguments, found 1"),
        ("add", vec![1u32.into(), 2u64.into(), 3u32.into()], "expected 2 arguments, found 3"),
        ("nothing", vec![Value::none()], "expected no argument, found 1"),
        ("add", vec![1u32.into(), "2".into()], "b: expected u32, found \"2\""),
        ("echo-bool", vec![0u8.into()], "value: expected bool, found 0"),
        ("echo-places", places(place("north".into())), "value[1].latitude: expected f32, found \"north\""),
        (
            "echo-places",
            places(Value::record([("latitude", Value::F32(1.0))])),
            "value[1].longitude: expected f32, found no such field",
        ),
        (
            "echo-places",
            places(Value::record([("latitude", Value::F32(1.0)), ("longitud", Value::F32(1.0))])),
            "value[1]: expected a field of `latitude`, `longitude`, found `longitud`",
        ),
        (
            "echo-places",
            places(Value::record(["latitude", "longitude", "latitude"].map(|name| (name, Value::F32(1.0))))),
            "value[1]: expected the field `latitude` once, found it twice",
        ),
        (
            "echo-kind",
            vec![Value::enumerated("fish")],
            "value: expected a case of `mammal`, `bird`, `other-kind`, found `fish`",
        ),
        ("echo-kind", vec![Value::case("bird")], "value: expected kind, found the case `bird`"),
        ("echo-option", vec![Value::some(1u32)], "value: expected option<u32>, found 1"),
        ("echo-result", vec![Value::Result(Ok(None))], "value.ok: expected u64, found no value"),
        ("echo-result", vec![Value::err(7u8)], "value.err: expected string, found 7"),
        ("echo-blob", vec![Value::List(vec![1u8.into(), 2i8.into()])], "value[1]: expected u8, found 2"),
    ] {
        let error = zoo.call(name, &args).unwrap_err();
        assert!(matches!(error, CallError::Value { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("test:zoo/zoo@0.3.0#{name}: {expected}"));
        assert!(error.trap().is_none());
    }
    let long = "x".repeat(1_000_000);
    let error = zoo.call("echo-bool", &[long.into()]).unwrap_err().to_string();
    assert!(error.len() < 200, "{error}");
    assert_eq!(zoo.call("add", &[1u32.into(), 2u32.into()]).unwrap(), Some(3u32.into()));
    // Bytes are a list of numbers, too.
    let bytes = zoo.call("echo-blob", &[Value::List(vec![1u8.into(), 2u8.into()])]).unwrap();
    assert_eq!(bytes, Some(vec![1u8, 2].into()));
}

#[test]
fn wrong_names() {
    let mut zoo = container("zoo");
    let error = zoo.call("ad", &[]).unwrap_err();
    assert!(matches!(error, CallError::NoFunction { .. }), "{error:?}");
    assert!(error.to_string().ends_with("found `ad`: there is `test:zoo/zoo@0.3.0#add`"), "{error}");
    let error = container("bindgen").call("add", &[]).unwrap_err();
    assert!(matches!(error, CallError::Value { .. }), "{error:?}");
}

/// Serves the zoo's keeper without its types.
fn keep(name: &str, args: &[Value]) -> Result<Option<Value>, String> {
    Ok(Some(match (name, args) {
        ("nothing", []) => return Ok(None),
        ("add", [Value::U32(a), Value::U32(b)]) => a.wrapping_add(*b).into(),
        ("many", [Value::U8(a), Value::U64(b), rest @ ..]) => {
            let [Value::String(c), Value::String(d), Value::String(e), Value::String(f), Value::String(g), rest @ ..] =
                rest
            else {
                panic!("{rest:?}")
            };
            let [h, Value::F64(i), Value::Bool(j), Value::S16(k)] = rest else { panic!("{rest:?}") };
            let h: Option<u64> = h.to_rust().unwrap();
            let text = format!("{a}{c}{d}{e}{f}{g}{h:?}{i}{j}{k}");
            Value::Tuple(vec![(u64::from(*a) * b).into(), text.into()])
        }
        ("sixteen", [Value::U64(a), bytes @ .., Value::F32(i)]) => {
            let bytes = bytes.iter().flat_map(|value| value.to_rust::<Vec<u8>>().unwrap());
            a.to_string()
                .into_bytes()
                .into_iter()
                .chain(bytes)
                .chain(i.to_string().into_bytes())
                .collect::<Vec<_>>()
                .into()
        }
        ("refuse", []) => Value::err(Value::enumerated("bird")),
        ("echo-str" | "echo-list" | "echo-animal" | "echo-value", [value]) => value.clone(),
        (name, args) => return Err(format!("no {name} of {args:?}")),
    }))
}

const KEEPER: &str = "test:zoo/keeper@0.3.0";

#[test]
fn a_provider_without_types() {
    for guest in ["zoo", "bindgen"] {
        let template = Container::builder(&image(guest)).provide_dynamic(KEEPER, keep).prepare().unwrap();
        for mut zoo in [template.spawn().unwrap(), template.spawn().unwrap()] {
            let value = tairitsu_test_zoo::Value::Many((vec![1, 2], true));
            assert_eq!(zoo.guest(tairitsu_test_zoo::Zoo).unwrap().ask_host(value.clone()).unwrap(), value);
            let value = Value::case_of("text", "by name");
            assert_eq!(zoo.call("ask-host", std::slice::from_ref(&value)).unwrap(), Some(Value::ok(value)));
        }
        // A compatible version serves, too.
        Container::builder(&image(guest)).provide_dynamic("test:zoo/keeper@0.3.9", keep).build().unwrap();
        let other = Container::builder(&image(guest)).provide_dynamic("test:zoo/keeper@0.4.0", keep).build();
        assert!(matches!(other, Err(Error::Imports { .. })));
        let twice =
            Container::builder(&image(guest)).provide_dynamic(KEEPER, keep).provide_dynamic(KEEPER, keep).build();
        assert!(matches!(twice, Err(Error::ProvidedTwice { .. })));
    }
}

#[test]
fn a_provider_without_types_for_futures() {
    let mut zoo = block_on(Container::builder(&image("zoo")).provide_dynamic(KEEPER, keep).build_async()).unwrap();
    let value = Value::case_of("small", -3i8);
    assert_eq!(block_on(zoo.call_async("ask-host", std::slice::from_ref(&value))).unwrap(), Some(Value::ok(value)));
    let error = block_on(zoo.call_async("add", &["a".into(), "b".into()])).unwrap_err();
    assert_eq!(error.to_string(), "test:zoo/zoo@0.3.0#add: a: expected u32, found \"a\"");
}

/// What a provider without types does wrong ends the container, with the function and the reason.
#[test]
fn a_provider_that_fails() {
    type Serve = fn(&str, &[Value]) -> Result<Option<Value>, String>;
    let cases: [(Serve, &str); 4] = [
        (|_, _| Err("closed today".into()), "failed: closed today"),
        (|_, _| panic!("on fire"), "panicked: on fire"),
        (|_, _| Ok(Some(Value::U32(1))), "failed: expected no result, found one"),
        (
            |name, args| if name == "add" { Ok(Some("three".into())) } else { keep(name, args) },
            "failed: the result: expected u32, found \"three\"",
        ),
    ];
    for (serve, expected) in cases {
        let mut zoo = Container::builder(&image("zoo")).provide_dynamic(KEEPER, serve).build().unwrap();
        let error = zoo.call("ask-host", &[Value::case("nothing")]).unwrap_err();
        assert!(matches!(error, CallError::Provider { .. }), "{error:?}");
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    let policy = Policy::allow_all().deny("test:zoo/keeper#nothing").unwrap().on_denied(OnDenied::Trap);
    let mut zoo = Container::builder(&image("zoo")).provide_dynamic(KEEPER, keep).policy(policy).build().unwrap();
    let error = zoo.call("ask-host", &[Value::case("nothing")]).unwrap_err();
    assert!(matches!(error, CallError::Denied { .. }), "{error:?}");
}

/// Imports outside any interface.
#[test]
fn imports_outside_any_interface() {
    let text = r#"(component
        (import "twice" (func $twice (param "n" u32) (result u32)))
        (core func $lowered (canon lower (func $twice)))
        (core module $m
            (import "" "twice" (func $twice (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (call $twice (call $twice (local.get 0)))))
        (core instance $i (instantiate $m (with "" (instance (export "twice" (func $lowered))))))
        (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    assert_eq!(image.imported_functions()[0].to_string(), "twice: func(n: u32) -> u32");
    let twice = |name: &str, args: &[Value]| match (name, args) {
        ("twice", [Value::U32(n)]) => Ok(Some((n * 2).into())),
        _ => Err("another function"),
    };
    let mut container = Container::builder(&image).provide_dynamic("", twice).build().unwrap();
    assert_eq!(container.call("run", &[3u32.into()]).unwrap(), Some(12u32.into()));
    assert!(matches!(Container::new(&image), Err(Error::Imports { .. })));
}

/// A native guest has the same functions by the same names, and the same errors.
#[test]
fn a_native_guest() {
    let keeper = crate::calls::Echo::default;
    let mut native = Container::native::<tairitsu_test_zoo::Guest>().provide(keeper()).build().unwrap();
    let mut wasm = Container::builder(&image("zoo")).provide(keeper()).build().unwrap();
    let place = Value::record([("longitude", Value::F32(2.5)), ("latitude", Value::F32(-1.0))]);
    for (name, args) in [
        ("nothing", vec![]),
        ("add", vec![1u32.into(), 2u32.into()]),
        ("echo-str", vec!["text".into()]),
        ("echo-blob", vec![vec![1u8, 2].into()]),
        ("echo-places", vec![Value::List(vec![place])]),
        ("echo-option", vec![Value::some(Value::none())]),
        ("echo-result", vec![Value::ok(1u64)]),
        ("ask-host", vec![Value::case_of("text", "by name")]),
        ("zoo#echo-kind", vec![Value::enumerated("bird")]),
    ] {
        let [found, expected] = [&mut native, &mut wasm].map(|container| container.call(name, &args));
        assert_eq!(found.unwrap(), expected.unwrap(), "{name}");
    }
    for (name, args) in [
        ("ad", vec![]),
        ("add", vec![1u32.into()]),
        ("echo-kind", vec![Value::enumerated("fish")]),
        ("echo-result", vec![Value::err(7u8)]),
    ] {
        let [found, expected] = [&mut native, &mut wasm].map(|container| container.call(name, &args).unwrap_err());
        assert_eq!(found.to_string(), expected.to_string(), "{name}");
    }
}
