//! Each rule of both notations, and each error.

use super::super::function::{Function, Param};
use super::super::value::Value;
use super::super::value_type::{Member, ResourceType, ValueType};
use std::sync::Arc;

fn member(name: &str, ty: impl Into<Option<ValueType>>) -> Member {
    Member::new(name, ty.into(), "")
}

fn person() -> ValueType {
    let tags = ValueType::list(ValueType::String);
    let fields =
        vec![member("name", ValueType::String), member("age", ValueType::U8), member("tags", ValueType::option(tags))];
    ValueType::record("person", "", fields)
}

/// A variant with payloads of many kinds. Some names are keywords of WAVE, or words of JSON.
fn choice() -> ValueType {
    let cases = vec![
        member("null", None),
        member("none", None),
        member("some", ValueType::option(ValueType::U8)),
        member("err", ValueType::String),
        member("many", ValueType::list(ValueType::Bool)),
    ];
    ValueType::variant("choice", "", cases)
}

fn kind() -> ValueType {
    ValueType::enumeration("kind", "", vec![member("big-one", None), member("nan", None), member("HTTP2", None)])
}

fn rights() -> ValueType {
    ValueType::flags("rights", "", vec![member("read", None), member("write", None), member("none", None)])
}

fn function(params: &[(&str, ValueType)], result: Option<ValueType>) -> Function {
    let params = params.iter().map(|(name, ty)| Param { name: (*name).into(), ty: ty.clone() });
    Function::new(&"a:b/c".into(), "f", "Does it.", params.collect(), result, false)
}

/// A type, a value of it, and the texts of the value.
#[test]
fn each_value_has_its_texts() {
    use ValueType as T;
    let some = |value: Value| Value::some(value);
    let twice = T::option(T::option(T::U8));
    let thrice = T::option(twice.clone());
    let both = T::result(Some(T::U8), Some(T::String));
    let neither = T::result(None, None);
    let ada = |tags: Value| Value::record([("name", "Ada".into()), ("age", Value::U8(36)), ("tags", tags)]);
    let all = T::record("", "", vec![member("a", T::option(T::U8)), member("b", T::option(T::U8))]);
    let rows: &[(T, Value, &str, &str)] = &[
        (T::Bool, true.into(), "true", "true"),
        (T::Bool, false.into(), "false", "false"),
        (T::S8, (-128i8).into(), "-128", "-128"),
        (T::U8, 255u8.into(), "255", "255"),
        (T::S16, (-32768i16).into(), "-32768", "-32768"),
        (T::U16, 65535u16.into(), "65535", "65535"),
        (T::S32, i32::MIN.into(), "-2147483648", "-2147483648"),
        (T::U32, u32::MAX.into(), "4294967295", "4294967295"),
        (T::U64, (1u64 << 53).into(), "9007199254740992", "9007199254740992"),
        (T::U64, ((1u64 << 53) + 1).into(), "9007199254740993", r#""9007199254740993""#),
        (T::U64, u64::MAX.into(), "18446744073709551615", r#""18446744073709551615""#),
        (T::S64, (-(1i64 << 53)).into(), "-9007199254740992", "-9007199254740992"),
        (T::S64, i64::MIN.into(), "-9223372036854775808", r#""-9223372036854775808""#),
        (T::S64, 5i64.into(), "5", "5"),
        (T::F32, 0.1f32.into(), "0.1", "0.1"),
        (T::F32, 1f32.into(), "1.0", "1.0"),
        (T::F32, f32::MAX.into(), "3.4028235e38", "3.4028235e38"),
        (T::F32, f32::from_bits(1).into(), "1e-45", "1e-45"),
        (T::F32, (-0f32).into(), "-0.0", "-0.0"),
        (T::F64, 0.1f64.into(), "0.1", "0.1"),
        (T::F64, f64::MAX.into(), "1.7976931348623157e308", "1.7976931348623157e308"),
        (T::F64, f64::from_bits(1).into(), "5e-324", "5e-324"),
        (T::F64, f64::INFINITY.into(), "inf", r#""inf""#),
        (T::F32, f32::NEG_INFINITY.into(), "-inf", r#""-inf""#),
        (T::Char, 'a'.into(), "'a'", r#""a""#),
        (T::Char, '\''.into(), r"'\''", r#""'""#),
        (T::Char, '"'.into(), r#"'"'"#, r#""\"""#),
        (T::Char, '\0'.into(), r"'\u{0}'", r#""\u0000""#),
        (T::Char, '🦀'.into(), "'🦀'", r#""🦀""#),
        (T::String, "".into(), r#""""#, r#""""#),
        (T::String, "a\"'\\\n\t\r\u{1}é".into(), r#""a\"'\\\n\t\r\u{1}é""#, r#""a\"'\\\n\t\r\u0001é""#),
        (T::list(T::U8), Value::Bytes(vec![]), "[]", r#""""#),
        (T::list(T::U8), Value::Bytes(vec![0, 255, 62, 63]), "[0, 255, 62, 63]", r#""AP8+Pw==""#),
        (T::list(T::S8), Value::List(vec![1i8.into(), (-1i8).into()]), "[1, -1]", "[1,-1]"),
        (T::list(T::list(T::Bool)), Value::List(vec![Value::List(vec![])]), "[[]]", "[[]]"),
        (T::tuple(vec![T::U8]), Value::Tuple(vec![1u8.into()]), "(1)", "[1]"),
        (T::tuple(vec![T::U8, T::Char]), Value::Tuple(vec![1u8.into(), 'x'.into()]), "(1, 'x')", r#"[1,"x"]"#),
        (T::option(T::U8), Value::none(), "none", "null"),
        (T::option(T::U8), some(5u8.into()), "some(5)", "5"),
        (twice.clone(), Value::none(), "none", "null"),
        (twice.clone(), some(Value::none()), "some(none)", r#"{"some":null}"#),
        (twice.clone(), some(some(5u8.into())), "some(some(5))", r#"{"some":5}"#),
        (thrice.clone(), some(some(Value::none())), "some(some(none))", r#"{"some":{"some":null}}"#),
        (thrice, some(some(some(5u8.into()))), "some(some(some(5)))", r#"{"some":{"some":5}}"#),
        (both.clone(), Value::ok(5u8), "ok(5)", r#"{"ok":5}"#),
        (both.clone(), Value::err("no"), r#"err("no")"#, r#"{"err":"no"}"#),
        (neither.clone(), Value::Result(Ok(None)), "ok", r#"{"ok":null}"#),
        (neither.clone(), Value::Result(Err(None)), "err", r#"{"err":null}"#),
        (T::option(neither), some(Value::Result(Ok(None))), "some(ok)", r#"{"ok":null}"#),
        (T::option(both), some(Value::ok(5u8)), "some(ok(5))", r#"{"ok":5}"#),
        (person(), ada(Value::none()), r#"{name: "Ada", age: 36}"#, r#"{"name":"Ada","age":36,"tags":null}"#),
        (
            person(),
            ada(some(Value::List(vec!["x".into()]))),
            r#"{name: "Ada", age: 36, tags: some(["x"])}"#,
            r#"{"name":"Ada","age":36,"tags":["x"]}"#,
        ),
        (all, Value::record([("a", Value::none()), ("b", Value::none())]), "{:}", r#"{"a":null,"b":null}"#),
        (choice(), Value::case("null"), "null", r#""null""#),
        (choice(), Value::case("none"), "%none", r#""none""#),
        (choice(), Value::case_of("some", Value::none()), "%some(none)", r#"{"some":null}"#),
        (choice(), Value::case_of("some", some(5u8.into())), "%some(some(5))", r#"{"some":5}"#),
        (choice(), Value::case_of("err", "x"), r#"%err("x")"#, r#"{"err":"x"}"#),
        (choice(), Value::case_of("many", vec![Value::Bool(true)]), "many([true])", r#"{"many":[true]}"#),
        // The case is a string, and nothing is `null`.
        (T::option(choice()), some(Value::case("null")), "some(null)", r#""null""#),
        (T::option(choice()), Value::none(), "none", "null"),
        (T::option(choice()), some(Value::case_of("some", Value::none())), "some(%some(none))", r#"{"some":null}"#),
        (kind(), Value::enumerated("big-one"), "big-one", r#""big-one""#),
        (kind(), Value::enumerated("nan"), "%nan", r#""nan""#),
        (kind(), Value::enumerated("HTTP2"), "HTTP2", r#""HTTP2""#),
        (rights(), Value::flags::<&str>([]), "{}", "[]"),
        (rights(), Value::flags(["read", "none"]), "{read, none}", r#"["read","none"]"#),
    ];
    for (ty, value, wave, json) in rows {
        assert_eq!(value.to_wave(ty).as_deref(), Ok(*wave));
        assert_eq!(value.to_json(ty).as_deref(), Ok(*json));
        assert_eq!(Value::from_wave(ty, wave).as_ref(), Ok(value), "{wave}");
        assert_eq!(Value::from_json(ty, json).as_ref(), Ok(value), "{json}");
    }
}

#[test]
fn a_nan_is_that_of_rust() {
    let (single, double) = (Value::F32(f32::from_bits(0xffc0_1234)), Value::F64(f64::from_bits(0xfff8_0000_0000_1234)));
    for (ty, value) in [(ValueType::F32, single), (ValueType::F64, double)] {
        assert_eq!(value.to_wave(&ty).unwrap(), "nan");
        assert_eq!(value.to_json(&ty).unwrap(), r#""NaN""#);
        for back in [Value::from_wave(&ty, "nan").unwrap(), Value::from_json(&ty, r#""NaN""#).unwrap()] {
            match back {
                Value::F32(back) => assert_eq!(back.to_bits(), f32::NAN.to_bits()),
                Value::F64(back) => assert_eq!(back.to_bits(), f64::NAN.to_bits()),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// What is read, and not written like this.
#[test]
fn other_spellings_are_read() {
    use ValueType as T;
    let ada = Value::record([("name", "Ada".into()), ("age", Value::U8(36)), ("tags", Value::none())]);
    for (ty, json, value) in [
        (T::U8, r#" "5" "#, 5u8.into()),
        (T::U64, "18446744073709551615", u64::MAX.into()),
        (T::S8, r#""-5""#, (-5i8).into()),
        (T::S8, "-0", 0i8.into()),
        (T::F64, "1", 1f64.into()),
        (T::F64, "-0", (-0f64).into()),
        (T::F32, "1E+2", 100f32.into()),
        // Rounded once. By way of an `f64` it is 1.0.
        (T::F32, "1.00000005960464477540", f32::from_bits(0x3f80_0001).into()),
        (T::Char, r#""\ud83e\udd80""#, '🦀'.into()),
        (T::String, r#""\u00e9\/\b\f""#, "é/\u{8}\u{c}".into()),
        (T::list(T::U8), "[1, 2,\t\"3\"]", Value::Bytes(vec![1, 2, 3])),
        (person(), r#"{"age":36,"name":"Ada"}"#, ada.clone()),
        (rights(), r#"["none","read"]"#, Value::flags(["read", "none"])),
    ] {
        assert_eq!(Value::from_json(&ty, json), Ok(value), "{json}");
    }
    for (ty, wave, value) in [
        (T::U8, "5 // five\n", 5u8.into()),
        (T::F64, "1", 1f64.into()),
        (T::F32, "1.00000005960464477540", f32::from_bits(0x3f80_0001).into()),
        (T::Char, r"'\u{1F980}'", '🦀'.into()),
        (T::String, "\"\"\"\n  a\n   b\\n\n  \n  \"\"\"", "a\n b\n\n".into()),
        (T::String, "\"\"\"\n  a\r\n   \"b\"\r\n  \"\"\"", "a\n \"b\"".into()),
        (T::String, "\"\"\"\n\"\"\"", "".into()),
        (T::String, "\"\"\"\n\n\n\"\"\"", "\n".into()),
        (T::String, r#""it's""#, "it's".into()),
        (T::list(T::U8), "[1,2,]", Value::Bytes(vec![1, 2])),
        (T::tuple(vec![T::U8]), "(1,)", Value::Tuple(vec![1u8.into()])),
        (T::option(T::U8), "5", Value::some(5u8)),
        (T::option(choice()), "%none", Value::some(Value::case("none"))),
        (T::result(Some(T::String), None), r#""x""#, Value::ok("x")),
        (T::list(T::option(T::Bool)), "[true, none]", Value::List(vec![Value::some(true), Value::none()])),
        (person(), "{%age: 36, // years\n name: \"Ada\",}", ada.clone()),
        (choice(), "many ( [ ] )", Value::case_of("many", Value::List(vec![]))),
        (rights(), "{none,%read}", Value::flags(["read", "none"])),
    ] {
        assert_eq!(Value::from_wave(&ty, wave), Ok(value), "{wave}");
    }
}

#[test]
fn errors_of_json_say_where() {
    use ValueType as T;
    let people = T::list(person());
    for (ty, text, error) in [
        (T::U8, "300", "expected u8, found 300"),
        (T::U8, "-1", "expected u8, found -1"),
        (T::U8, "1.0", "expected u8, found 1.0"),
        (T::U8, "1e2", "expected u8, found 1e2"),
        (T::U8, r#""+1""#, r#"expected u8, found "+1""#),
        (T::U8, r#""1 ""#, r#"expected u8, found "1 ""#),
        (T::U64, "18446744073709551616", "expected u64, found 18446744073709551616"),
        (T::F32, "1e39", "expected f32, found 1e39"),
        (T::F64, r#""nan""#, r#"expected f64, found "nan""#),
        (T::Bool, "1", "expected bool, found 1"),
        (T::String, "null", "expected string, found null"),
        (T::String, "[]", "expected string, found an array"),
        (T::Char, r#""ab""#, r#"expected char, found "ab""#),
        (T::Char, r#""""#, r#"expected char, found """#),
        (T::list(T::U8), r#""AP8""#, r#"expected list<u8> in base64, found "AP8""#),
        (T::list(T::U8), "[256]", "[0]: expected u8, found 256"),
        (T::list(T::Bool), "{}", "expected list<bool>, found an object"),
        (T::tuple(vec![T::U8, T::U8]), "[1]", "expected tuple<u8, u8>, found 1 of 2 elements"),
        (T::tuple(vec![T::U8]), "[1,2]", "expected tuple<u8>, found more elements"),
        (T::option(T::option(T::U8)), "5", "expected option<option<u8>>, found 5"),
        (T::option(T::option(T::U8)), r#"{"none":5}"#, "expected option<option<u8>>, found an object"),
        (T::result(None, Some(T::U8)), r#"{"ok":5}"#, "ok: expected null, found 5"),
        (T::result(None, Some(T::U8)), r#"{"err":null}"#, "err: expected u8, found null"),
        (T::result(None, None), r#""ok""#, r#"expected result, found "ok""#),
        (choice(), r#""many""#, "many: expected list<bool>, found no value"),
        (choice(), r#"{"null":null}"#, r#"null: expected no value, which is the string "null", found null"#),
        (choice(), r#"{"many":[1]}"#, "many[0]: expected bool, found 1"),
        (
            choice(),
            r#""mny""#,
            "expected a case of `null`, `none`, `some`, `err`, `many`, found `mny`: there is `many`",
        ),
        (kind(), r#""x""#, "expected a case of `big-one`, `nan`, `HTTP2`, found `x`"),
        (rights(), r#"["read","read"]"#, "[1]: expected the flag `read` once, found it twice"),
        (rights(), r#"["raed"]"#, "[0]: expected a flag of `read`, `write`, `none`, found `raed`: there is `read`"),
        (people.clone(), r#"[{"name":5,"age":1}]"#, "[0].name: expected string, found 5"),
        (people.clone(), r#"[{"age":1}]"#, "[0].name: expected string, found no such field"),
        (
            people.clone(),
            r#"[{"nmae":1}]"#,
            "[0]: expected a field of `name`, `age`, `tags`, found `nmae`: there is `name`",
        ),
        (people, r#"[{"age":1,"age":2}]"#, "[0]: expected the field `age` once, found it twice"),
        // What is not well-formed.
        (T::U8, "", "expected u8, found the end of the text at line 1, column 1"),
        (T::U8, "1 2", "expected the end of the text, found `2` at line 1, column 3"),
        (T::U8, "01", "expected the end of the text, found `1` at line 1, column 2"),
        (T::Bool, "truth", "expected bool, found `t` at line 1, column 1"),
        (T::list(T::Bool), "[true\n  false]", "expected `,` or `]`, found `f` at line 2, column 3"),
        (T::list(T::Bool), "[true,]", "[1]: expected bool, found `]` at line 1, column 7"),
        (T::String, "\"é\n\"", "expected the rest of a string, and `\"`, found `\\n` at line 1, column 3"),
        (T::String, r#""\x""#, "expected an escape of JSON, found `\\\\` at line 1, column 2"),
        (T::String, r#""\ud800""#, "expected an escape of JSON, found `\\\\` at line 1, column 2"),
        (T::String, r#""\udc00\ud800""#, "expected an escape of JSON, found `\\\\` at line 1, column 2"),
        (T::String, r#""\u+123""#, "expected an escape of JSON, found `\\\\` at line 1, column 2"),
        (person(), "{name:1}", "expected the name of a field, in quotes, found `n` at line 1, column 2"),
        (person(), r#"{"name" 1}"#, "expected `:`, found `1` at line 1, column 9"),
        (choice(), "{}", "expected the name of a case, in quotes, found `}` at line 1, column 2"),
        (choice(), r#"{"many":[],"x":1}"#, "expected `}`, found `,` at line 1, column 11"),
    ] {
        assert_eq!(Value::from_json(&ty, text).map_err(|error| error.to_string()), Err(error.into()), "{text}");
    }
}

#[test]
fn errors_of_wave_say_where() {
    use ValueType as T;
    for (ty, text, error) in [
        (T::U8, "300", "expected u8, found 300"),
        (T::U8, "1.0", "expected u8, found 1.0"),
        (T::F64, "1e999", "expected f64, found 1e999"),
        (T::Bool, "%true", "expected bool, found %true"),
        (T::String, "'a'", "expected string, found 'a'"),
        (T::Char, "\"a\"", "expected char, found \"a\""),
        (T::String, "abc", "expected string, found abc"),
        (T::list(T::U8), "(1)", "expected list<u8>, found a tuple"),
        (T::list(T::U8), "[1, 256]", "[1]: expected u8, found 256"),
        (T::tuple(vec![T::U8]), "()", "expected tuple<u8>, found 0 of 1 elements"),
        (T::option(T::option(T::U8)), "5", "expected option<option<u8>>, found 5"),
        (T::option(T::U8), "some", "expected u8, in parentheses, found no value"),
        (T::result(None, None), "ok(1)", "ok: expected no value, found one in parentheses"),
        (choice(), "none", "expected `%none`, since `none` is a keyword, found `none`"),
        (choice(), "many", "many: expected list<bool>, in parentheses, found no value"),
        (choice(), "mani", "expected a case of `null`, `none`, `some`, `err`, `many`, found `mani`: there is `many`"),
        (person(), "{}", "expected a record, which is `{:}` if all fields are left out, found `{}`"),
        (person(), "{name: 1}", "name: expected string, found 1"),
        (person(), "{age: 1}", "name: expected string, found no such field"),
        (person(), "{age: 1, age: 1}", "expected the field `age` once, found it twice"),
        (person(), "{aeg: 1}", "expected a field of `name`, `age`, `tags`, found `aeg`"),
        (rights(), "{read, read}", "expected the flag `read` once, found it twice"),
        // What is not well-formed.
        (T::U8, "", "expected u8, found the end of the text at line 1, column 1"),
        (T::U8, "1 // 2\n 2", "expected the end of the text, found `2` at line 2, column 2"),
        (T::list(T::U8), "[1 2]", "expected `,` or `]`, found `2` at line 1, column 4"),
        (person(), "{age: 1 name: \"\"}", "expected `,` or `}`, found `n` at line 1, column 9"),
        (T::Char, "'ab'", "expected `'`, found `b` at line 1, column 3"),
        (T::String, "\"a", "expected the rest of a string, and `\"`, found the end of the text at line 1, column 3"),
        (T::String, r#""\u{110000}""#, "expected an escape of WAVE, found `\\\\` at line 1, column 2"),
        (T::String, "\"\"\"a\"\"\"", "expected `\"\"\"` on a line of its own, found `\\\"` at line 1, column 5"),
        (T::String, "\"\"\"\n a\n  \"\"\"", "expected 2 spaces, found ` ` at line 2, column 1"),
    ] {
        assert_eq!(Value::from_wave(&ty, text).map_err(|error| error.to_string()), Err(error.into()), "{text}");
    }
}

#[test]
fn a_value_of_another_type_has_no_text() {
    let value = Value::List(vec![Value::record([("name", Value::U8(5))])]);
    for text in [value.to_wave(&ValueType::list(person())), value.to_json(&ValueType::list(person()))] {
        assert!(text.unwrap_err().to_string().starts_with("[0]"));
    }
}

#[test]
fn what_has_no_text_is_an_error_with_its_path() {
    let resource = Arc::new(ResourceType { name: "counter".into(), interface: "a:b/c".into() });
    for (ty, found) in [
        (ValueType::Own(resource.clone()), "a handle to `counter`"),
        (ValueType::Borrow(resource), "a handle to `counter`"),
        (ValueType::Other("stream<u8>".into()), "`stream<u8>`"),
    ] {
        let ty = ValueType::record("r", "", vec![member("a", ValueType::option(ValueType::list(ty)))]);
        let error = format!("a[0]: expected a value that has a text, found {found}");
        assert_eq!(Value::from_json(&ty, r#"{"a":[1]}"#).unwrap_err().to_string(), error);
        assert_eq!(Value::from_wave(&ty, "{a: [1]}").unwrap_err().to_string(), error);
        assert_eq!(ty.json_schema().unwrap_err().to_string().replace("a:", "a[0]:"), error);
        // There is no handle in these values.
        let none = Value::record([("a", Value::none())]);
        assert_eq!(Value::from_json(&ty, &none.to_json(&ty).unwrap()), Ok(none.clone()));
        assert_eq!(Value::from_wave(&ty, &none.to_wave(&ty).unwrap()), Ok(none));
    }
}

#[test]
fn arguments_come_by_name_and_by_position() {
    let params = [("name", ValueType::String), ("times", ValueType::U8), ("tag", ValueType::option(ValueType::U8))];
    let f = function(&params, None);
    let two: Vec<Value> = vec!["Ada".into(), 5u8.into(), Value::none()];
    for json in [r#"{"times":5,"name":"Ada"}"#, r#" ["Ada",5] "#, r#"["Ada",5,null]"#] {
        assert_eq!(f.args_from_json(json).as_ref(), Ok(&two), "{json}");
    }
    for wave in [r#""Ada", 5"#, r#""Ada", 5, none,"#, "\"Ada\", // a name\n 5"] {
        assert_eq!(f.args_from_wave(wave).as_ref(), Ok(&two), "{wave}");
    }
    for (text, error) in [
        ("5", "expected an object or an array of arguments, found 5"),
        (r#"["Ada"]"#, "expected 3 arguments, found 1"),
        (r#"["Ada",5,null,1]"#, "expected 3 arguments, found more"),
        (r#"["Ada","x"]"#, r#"times: expected u8, found "x""#),
        (r#"{"name":"Ada"}"#, "times: expected u8, found no such parameter"),
        (r#"{"name":[]}"#, "name: expected string, found an array"),
        (r#"{"nam":"Ada"}"#, "expected a parameter of `name`, `times`, `tag`, found `nam`: there is `name`"),
        (r#"{"name":"Ada","name":"Ada"}"#, "expected the parameter `name` once, found it twice"),
        (r#"["Ada",5]]"#, "expected the end of the text, found `]` at line 1, column 10"),
    ] {
        assert_eq!(f.args_from_json(text).unwrap_err().to_string(), error, "{text}");
    }
    for (text, error) in [
        ("", "expected 3 arguments, found 0"),
        (r#""Ada", 5, 1, 2"#, "expected 3 arguments, found more"),
        (r#""Ada", x"#, "times: expected u8, found x"),
        (r#""Ada" 5"#, "expected `,` or the end, found `5` at line 1, column 7"),
        (r#""Ada", 5) // "#, "expected `,` or the end, found `)` at line 1, column 9"),
    ] {
        assert_eq!(f.args_from_wave(text).unwrap_err().to_string(), error, "{text}");
    }
    let none = function(&[], None);
    assert_eq!(none.args_from_wave(" "), Ok(vec![]));
    assert_eq!(none.args_from_json("{}"), Ok(vec![]));
    assert_eq!(none.args_from_json("[]"), Ok(vec![]));
    assert_eq!(none.args_from_json(r#"{"a":1}"#).unwrap_err().to_string(), "expected no parameter, found `a`");
}

#[test]
fn results_have_texts() {
    let f = function(&[], Some(ValueType::result(None, Some(ValueType::U64))));
    let value = Value::err(u64::MAX);
    assert_eq!(f.result_to_json(Some(&value)).unwrap(), r#"{"err":"18446744073709551615"}"#);
    assert_eq!(f.result_to_wave(Some(&value)).unwrap(), "err(18446744073709551615)");
    assert_eq!(f.result_to_json(None).unwrap_err().to_string(), "expected result<_, u64>, found no result");
    let none = function(&[], None);
    assert_eq!(none.result_to_json(None).unwrap(), "null");
    assert_eq!(none.result_to_wave(None).unwrap(), "()");
    assert_eq!(none.result_to_json(Some(&value)).unwrap_err().to_string(), "expected no result, found one");
}

#[test]
fn schemas_are_inlined_and_described() {
    let start = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","#;
    let point =
        ValueType::record("point", "A place.", vec![Member::new("x", Some(ValueType::S8), "To the \"right\".")]);
    let kinds = vec![Member::new("one", None, "The first."), Member::new("two", None, "")];
    let params = [("at", point), ("kind", ValueType::option(ValueType::enumeration("kind", "", kinds)))];
    let f = function(&params, None);
    assert_eq!(
        f.params_schema().unwrap(),
        [
            start,
            r#""type":"object","properties":{"#,
            r#""at":{"type":"object","properties":{"#,
            r#""x":{"type":"integer","minimum":-128,"maximum":127,"description":"To the \"right\"."}},"#,
            r#""required":["x"],"additionalProperties":false,"description":"A place."},"#,
            r#""kind":{"anyOf":[{"oneOf":[{"const":"one","description":"The first."},{"const":"two"}]},{"type":"null"}]}},"#,
            r#""required":["at"],"additionalProperties":false,"description":"Does it."}"#,
        ]
        .concat()
    );
    assert_eq!(f.result_schema().unwrap(), [start, r#""type":"null"}"#].concat());
}

/// A type of 40 levels, each with two fields of the next one, has 2^40 leaves.
#[test]
fn a_huge_schema_is_an_error() {
    let mut ty = ValueType::Bool;
    for _ in 0..40 {
        ty = ValueType::tuple(vec![ty.clone(), ty]);
    }
    let error = ty.json_schema().unwrap_err().to_string();
    assert_eq!(error, "expected a schema of at most 1048576 bytes, found a larger one");
    let docs = "x".repeat(1 << 20);
    let ty = ValueType::list(ValueType::record("r", &docs, vec![member("a", ValueType::U8)]));
    assert!(ty.json_schema().is_err());
}

/// Types are at most 100 deep. A reader goes as deep as the type, and no deeper, whatever the text says.
#[test]
fn depth_is_that_of_the_type() {
    let (mut lists, mut options) = (ValueType::U8, ValueType::U8);
    let (mut list, mut option) = (Value::U8(1), Value::U8(1));
    for _ in 0..100 {
        (lists, options) = (ValueType::list(lists), ValueType::option(options));
        (list, option) = (Value::List(vec![list]), Value::some(option));
    }
    for (ty, value) in [(lists, list), (options, option)] {
        let (wave, json) = (value.to_wave(&ty).unwrap(), value.to_json(&ty).unwrap());
        assert_eq!(Value::from_wave(&ty, &wave).unwrap().to_wave(&ty).unwrap(), wave);
        assert_eq!(Value::from_json(&ty, &json).unwrap().to_json(&ty).unwrap(), json);
        for token in ["[", "{\"some\":", "some(", "("] {
            let deep = token.repeat(100_000);
            assert!(Value::from_wave(&ty, &deep).is_err() && Value::from_json(&ty, &deep).is_err());
        }
    }
    // A long text takes no stack.
    let long = "\"\\n☃\"\\n".repeat(100_000);
    let value = Value::from(&*long);
    assert_eq!(Value::from_wave(&ValueType::String, &value.to_wave(&ValueType::String).unwrap()), Ok(value.clone()));
    assert_eq!(Value::from_json(&ValueType::String, &value.to_json(&ValueType::String).unwrap()), Ok(value));
}

/// Three bytes of a text could stand for thousands of fields.
#[test]
fn fields_that_are_left_out_are_bounded() {
    let fields = (0..1_000).map(|i| member(&format!("f{i}"), ValueType::option(ValueType::U8))).collect();
    let ty = ValueType::list(ValueType::record("r", "", fields));
    let (few, many) = (["{}"; 10].join(","), ["{}"; 1_000].join(","));
    assert!(Value::from_json(&ty, &format!("[{few}]")).is_ok());
    let error = Value::from_json(&ty, &format!("[{many}]")).unwrap_err().to_string();
    assert!(error.contains("expected at most 40010 fields that are left out, found more"), "{error}");
    let many = ["{:}"; 1_000].join(",");
    assert!(Value::from_wave(&ty, &format!("[{many}]")).is_err());
}

/// The fields of a large record are found by name, not one after the other.
#[test]
fn fields_may_have_any_order() {
    let count = 10_000;
    let fields = (0..count).map(|i| member(&format!("f{i}"), ValueType::U16)).collect();
    let ty = ValueType::record("r", "", fields);
    let json: Vec<_> = (0..count).rev().map(|i| format!(r#""f{i}":{i}"#)).collect();
    let value = Value::from_json(&ty, &format!("{{{}}}", json.join(","))).unwrap();
    let Value::Record(fields) = &value else { panic!("{value:?}") };
    assert!(fields.iter().enumerate().all(|(i, (_, value))| *value == Value::U16(i as u16)));
    assert_eq!(Value::from_wave(&ty, &value.to_wave(&ty).unwrap()), Ok(value));
}
