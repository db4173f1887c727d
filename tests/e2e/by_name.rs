//! Calls by name, with values without types.

use crate::image;
use tairitsu::dynamic::Function;
use tairitsu::{CallError, Container, Image, OnDenied, Policy, Registry, Value, ValueType};

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
