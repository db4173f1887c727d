//! Values as text and back: WAVE and JSON of every type, beside the standard parsers and beside the type's schema.

use super::values::{Echoed, bits};
use crate::soak;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::marker::PhantomData;
use tairitsu::{CallError, Container, Value, ValueType};

/// wasm-wave's lexer takes a frame of the stack for each character of a string, unless it is optimized.
const WAVE: usize = 4 << 10;

/// The type of a row, and its schema.
pub(super) struct Texts<T> {
    ty: ValueType,
    schema: Json,
    marker: PhantomData<T>,
}

impl<T: Echoed> Texts<T> {
    pub(super) fn new() -> Self {
        let ty = ValueType::of::<T>().expect("no row is of the type `()`");
        let schema = serde_json::from_str(&ty.json_schema().unwrap()).unwrap();
        let stranger = r#"{"a stranger":1}"#;
        assert!(Value::from_json(&ty, stranger).is_err());
        assert!(validate(&schema, &serde_json::from_str(stranger).unwrap()).is_err(), "{schema}");
        Self { ty, schema, marker: PhantomData }
    }

    /// From Rust to WAVE, to JSON, and to Rust again.
    pub(super) fn trip(&self, value: &T) -> Result<T, String> {
        let text = |error: tairitsu::dynamic::ValueError| error.to_string();
        if bits(value).len() > soak(usize::MAX, 64 << 10) {
            return Ok(value.clone());
        }
        let value = Value::from_rust(value).map_err(text)?;

        let wave = value.to_wave(&self.ty).map_err(text)?;
        if wave.len() <= WAVE {
            wasm_wave::untyped::UntypedValue::parse(&wave).map_err(|error| format!("{error}: {wave}"))?;
        }
        let first = Value::from_wave(&self.ty, &wave).map_err(text)?;

        let json = first.to_json(&self.ty).map_err(text)?;
        let parsed = serde_json::from_str(&json).map_err(|error| format!("{error}: {json}"))?;
        validate(&self.schema, &parsed)?;
        // Spaces, the order of keys and escapes do not matter.
        let second = Value::from_json(&self.ty, &serde_json::to_string_pretty(&parsed).unwrap()).map_err(text)?;

        let plain = without_nan(&value);
        let back: T = second.to_rust().map_err(text)?;
        match plain {
            None => Ok(back),
            // A text has one NaN.
            Some(plain) => match bits(&plain.to_rust::<T>().map_err(text)?) == bits(&back) {
                true => value.to_rust().map_err(text),
                false => Ok(back),
            },
        }
    }
}

/// A call as a command line and as a gateway make it: all of it is text.
#[test]
fn a_call_is_text() {
    let image = super::ours();
    let mut container = Container::builder(image).build().unwrap();
    let mut run = |text: &str| -> Result<(String, String), CallError> {
        let (function, args) = image.parse_call(text)?;
        let result = container.call(function.full_name(), &args)?;
        Ok((function.result_to_wave(result.as_ref()).unwrap(), function.result_to_json(result.as_ref()).unwrap()))
    };
    let texts = |wave: &str, json: &str| (wave.to_string(), json.to_string());
    assert_eq!(run(r#"echo-pair(5, "x")"#).unwrap(), texts(r#"(5, "x")"#, r#"[5,"x"]"#));
    assert_eq!(run("menagerie#echo-bytes([0, 255]) // two").unwrap(), texts("[0, 255]", r#""AP8=""#));
    assert_eq!(run("test:menagerie/menagerie#echo-option(none)").unwrap(), texts("none", "null"));
    assert_eq!(run("echo-option()").unwrap(), texts("none", "null"));
    for (text, error) in [
        ("echo-pair", "echo-pair: expected `(`, found the end of the text at line 1, column 10"),
        ("echo-pair(5, \"x\"", "NAME#echo-pair: expected `,` or `)`, found the end of the text at line 1, column 17"),
        ("echo-pair(5, 6)", "NAME#echo-pair: text: expected string, found 6"),
        ("echo-pair(5)", "NAME#echo-pair: expected 2 arguments, found 1"),
        ("echo-pairs(5)", "expected a function that the image exports, found `echo-pairs`: there is `NAME#echo-pair`"),
    ] {
        let error = error.replace("NAME", "test:menagerie/menagerie@0.1.0");
        assert_eq!(run(text).unwrap_err().to_string(), error);
    }

    let pair = image.function("echo-pair").unwrap();
    assert_eq!(pair.args_from_json(r#"{"text":"x","byte":5}"#).unwrap(), [5u8.into(), "x".into()]);
    for function in image.functions() {
        for schema in [function.params_schema(), function.result_schema()] {
            let schema: Json = serde_json::from_str(&schema.unwrap()).unwrap();
            assert!(schema["$schema"].is_string(), "{function}: {schema}");
        }
    }
}

/// The same value with Rust's own NaN in the place of each NaN. `None` if there is no NaN.
fn without_nan(value: &Value) -> Option<Value> {
    let each = |values: &[Value]| {
        let plain: Vec<_> = values.iter().map(without_nan).collect();
        let any = plain.iter().any(Option::is_some);
        any.then(|| {
            plain.into_iter().zip(values).map(|(plain, value)| plain.unwrap_or_else(|| value.clone())).collect()
        })
    };
    let boxed = |value: &Option<Box<Value>>| value.as_ref().and_then(|value| without_nan(value)).map(Box::new);
    match value {
        Value::F32(value) => value.is_nan().then_some(Value::F32(f32::NAN)),
        Value::F64(value) => value.is_nan().then_some(Value::F64(f64::NAN)),
        Value::List(items) => each(items).map(Value::List),
        Value::Tuple(items) => each(items).map(Value::Tuple),
        Value::Option(value) => boxed(value).map(|value| Value::Option(Some(value))),
        Value::Result(Ok(value)) => boxed(value).map(|value| Value::Result(Ok(Some(value)))),
        Value::Result(Err(value)) => boxed(value).map(|value| Value::Result(Err(Some(value)))),
        Value::Variant(name, value) => boxed(value).map(|value| Value::Variant(name.clone(), Some(value))),
        Value::Record(fields) => {
            let (names, values): (Vec<_>, Vec<_>) = fields.iter().map(|(name, value)| (name, value.clone())).unzip();
            each(&values).map(|values| Value::record(names.into_iter().zip(values)))
        }
        _ => None,
    }
}

/// Holds a value against a schema. A keyword that is not known here is an error.
fn validate(schema: &Json, value: &Json) -> Result<(), String> {
    let fail = |keyword: &str| Err(format!("`{keyword}` of {schema} does not hold of {value}"));
    let Json::Object(keywords) = schema else {
        return if *schema == Json::Bool(false) { fail("false") } else { Err(format!("{schema} is no schema")) };
    };
    let number = |value: &Json| value.as_f64().unwrap();
    for (keyword, rule) in keywords {
        let rules = || rule.as_array().unwrap();
        let count = || rule.as_u64().unwrap() as usize;
        let holds = match &**keyword {
            "$schema" | "description" | "contentEncoding" => true,
            "type" => match rule {
                Json::Array(types) => types.iter().any(|ty| is_of(ty, value)),
                ty => is_of(ty, value),
            },
            "const" => rule == value,
            "enum" => rules().contains(value),
            "minimum" => !value.is_number() || number(value) >= number(rule),
            "maximum" => !value.is_number() || number(value) <= number(rule),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= count()),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() <= count()),
            "pattern" => value.as_str().is_none_or(|text| {
                let signed = rule == "^-?(0|[1-9][0-9]*)$";
                assert!(signed || rule == "^(0|[1-9][0-9]*)$", "{rule}");
                let digits = if signed { text.strip_prefix('-').unwrap_or(text) } else { text };
                let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                is_number && (digits == "0" || !digits.starts_with('0'))
            }),
            "anyOf" => rules().iter().any(|rule| validate(rule, value).is_ok()),
            "oneOf" => rules().iter().filter(|rule| validate(rule, value).is_ok()).count() == 1,
            "prefixItems" => match value {
                Json::Array(items) => {
                    rules().iter().zip(items).try_for_each(|(rule, item)| validate(rule, item))?;
                    true
                }
                _ => true,
            },
            "items" => match value {
                Json::Array(items) => {
                    let before = keywords.get("prefixItems").map_or(0, |rules| rules.as_array().unwrap().len());
                    items.iter().skip(before).try_for_each(|item| validate(rule, item))?;
                    true
                }
                _ => true,
            },
            "minItems" => value.as_array().is_none_or(|items| items.len() >= count()),
            "uniqueItems" => {
                value.as_array().is_none_or(|items| items.iter().collect::<HashSet<_>>().len() == items.len())
            }
            "properties" => match value {
                Json::Object(fields) => {
                    for (name, field) in fields {
                        rule.get(name).map_or(Ok(()), |rule| validate(rule, field))?;
                    }
                    true
                }
                _ => true,
            },
            "required" => value
                .as_object()
                .is_none_or(|fields| rules().iter().all(|name| fields.contains_key(name.as_str().unwrap()))),
            "additionalProperties" => value.as_object().is_none_or(|fields| {
                fields.keys().all(|name| keywords["properties"].get(name).is_some() || *rule != Json::Bool(false))
            }),
            other => return Err(format!("the keyword `{other}` is not known")),
        };
        if !holds {
            return fail(keyword);
        }
    }
    Ok(())
}

fn is_of(ty: &Json, value: &Json) -> bool {
    match ty.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("`{other}` is no type"),
    }
}
