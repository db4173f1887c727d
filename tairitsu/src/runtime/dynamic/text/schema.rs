//! JSON Schemas (2020-12) of types: what `json_reader` reads, in the form that `json_writer` writes.

use super::super::value_type::{Member, ValueType};
use super::cursor::no_text;
use super::json_writer::{key, sequence, text};
use super::slots::Named;
use crate::runtime::base::value_error::ValueError;
use std::fmt::Write;

/// The most bytes of a schema. A type is written wherever it is used, so a small image may have a huge schema.
const LARGEST: usize = 1 << 20;

/// The line that says which JSON Schema it is.
const DIALECT: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","#;

/// The schema of a type.
pub(super) fn of_type(ty: Option<&ValueType>) -> Result<String, ValueError> {
    let mut out = String::new();
    match ty {
        Some(ty) => schema(&mut out, ty, "")?,
        None => out.push_str(r#"{"type":"null"}"#),
    }
    Ok(out.replacen('{', DIALECT, 1))
}

/// The schema of an object with these members.
pub(super) fn of_object<M: Named>(members: &[M], docs: &str) -> Result<String, ValueError> {
    let mut out = String::from("{");
    object(&mut out, members, |_| "")?;
    describe(&mut out, docs)?;
    out.push('}');
    Ok(out.replacen('{', DIALECT, 1))
}

/// Writes a schema. `docs` are those of the place. If the place has none, the type's own describe it.
fn schema(out: &mut String, ty: &ValueType, docs: &str) -> Result<(), ValueError> {
    let mut about = "";
    out.push('{');
    match ty {
        ValueType::Bool => out.push_str(r#""type":"boolean""#),
        ValueType::S8 => integer(out, i8::MIN.into(), i8::MAX.into()),
        ValueType::U8 => integer(out, u8::MIN.into(), u8::MAX.into()),
        ValueType::S16 => integer(out, i16::MIN.into(), i16::MAX.into()),
        ValueType::U16 => integer(out, u16::MIN.into(), u16::MAX.into()),
        ValueType::S32 => integer(out, i32::MIN.into(), i32::MAX.into()),
        ValueType::U32 => integer(out, u32::MIN.into(), u32::MAX.into()),
        ValueType::S64 => long(out, i64::MIN.into(), i64::MAX.into(), "-?"),
        ValueType::U64 => long(out, u64::MIN.into(), u64::MAX.into(), ""),
        ValueType::F32 => float(out, f32::MAX.to_string()),
        ValueType::F64 => float(out, format!("{:?}", f64::MAX)),
        ValueType::Char => out.push_str(r#""type":"string","minLength":1,"maxLength":1"#),
        ValueType::String => out.push_str(r#""type":"string""#),
        ValueType::List(list) if list.item == ValueType::U8 => {
            out.push_str(r#""type":"string","contentEncoding":"base64""#);
        }
        ValueType::List(list) => {
            out.push_str(r#""type":"array","items":"#);
            schema(out, &list.item, "")?;
        }
        ValueType::Tuple(tuple) => {
            out.push_str(r#""type":"array","prefixItems":"#);
            sequence(out, ['[', ']'], tuple.items.iter(), |out, ty| schema(out, ty, ""))?;
            let _ = write!(out, r#","items":false,"minItems":{}"#, tuple.items.len());
        }
        ValueType::Option(option) => {
            out.push_str(r#""anyOf":["#);
            match option.some {
                ValueType::Option(_) => tagged(out, "some", Some(&option.some), "")?,
                _ => schema(out, &option.some, "")?,
            }
            out.push_str(r#",{"type":"null"}]"#);
        }
        ValueType::Result(result) => {
            out.push_str(r#""oneOf":"#);
            sequence(out, ['[', ']'], [("ok", &result.ok), ("err", &result.err)].into_iter(), |out, (name, ty)| {
                tagged(out, name, ty.as_ref(), "")
            })?;
        }
        ValueType::Record(record) => {
            about = &record.docs;
            object(out, &record.fields, |field| &field.docs)?;
        }
        ValueType::Variant(variant) => {
            about = &variant.docs;
            out.push_str(r#""oneOf":"#);
            sequence(out, ['[', ']'], variant.cases.iter(), |out, case| match &case.ty {
                Some(ty) => tagged(out, &case.name, Some(ty), &case.docs),
                None => constant(out, case),
            })?;
        }
        ValueType::Enum(cases) => {
            about = &cases.docs;
            names(out, &cases.cases)?;
        }
        ValueType::Flags(flags) => {
            about = &flags.docs;
            out.push_str(r#""type":"array","items":{"#);
            names(out, &flags.flags)?;
            out.push_str(r#"},"uniqueItems":true"#);
        }
        ValueType::Own(_) | ValueType::Borrow(_) | ValueType::Other(_) => return Err(no_text(ty)),
    }
    describe(out, if docs.is_empty() { about } else { docs })?;
    out.push('}');
    Ok(())
}

fn integer(out: &mut String, least: i128, most: i128) {
    let _ = write!(out, r#""type":"integer","minimum":{least},"maximum":{most}"#);
}

/// An integer that may be a string. The bounds hold for numbers, and the pattern for strings.
fn long(out: &mut String, least: i128, most: i128, sign: &str) {
    let _ = write!(out, r#""type":["integer","string"],"minimum":{least},"maximum":{most},"#);
    let _ = write!(out, r#""pattern":"^{sign}(0|[1-9][0-9]*)$""#);
}

fn float(out: &mut String, most: String) {
    let _ = write!(out, r#""anyOf":[{{"type":"number","minimum":-{most},"maximum":{most}}},"#);
    out.push_str(r#"{"enum":["NaN","inf","-inf"]}]"#);
}

/// The keywords of an object with these members. Those that are options may be left out.
fn object<'m, M: Named>(out: &mut String, members: &'m [M], docs: impl Fn(&'m M) -> &'m str) -> Result<(), ValueError> {
    out.push_str(r#""type":"object","properties":"#);
    let typed = || members.iter().filter_map(|member| Some((member, member.ty()?)));
    sequence(out, ['{', '}'], typed(), |out, (member, ty)| {
        key(out, member.name());
        schema(out, ty, docs(member)).map_err(|error| error.within(member.name()))
    })?;
    out.push_str(r#","required":"#);
    let required = typed().filter(|(_, ty)| !matches!(ty, ValueType::Option(_)));
    sequence(out, ['[', ']'], required, |out, (member, _)| {
        text(out, member.name());
        Ok(())
    })?;
    out.push_str(r#","additionalProperties":false"#);
    Ok(())
}

/// The schema of an object with one key.
fn tagged(out: &mut String, name: &str, ty: Option<&ValueType>, docs: &str) -> Result<(), ValueError> {
    out.push_str(r#"{"type":"object","properties":{"#);
    key(out, name);
    match ty {
        Some(ty) => schema(out, ty, "").map_err(|error| error.within(name))?,
        None => out.push_str(r#"{"type":"null"}"#),
    }
    out.push_str(r#"},"required":["#);
    text(out, name);
    out.push_str(r#"],"additionalProperties":false"#);
    describe(out, docs)?;
    out.push('}');
    Ok(())
}

/// The schema of one name.
fn constant(out: &mut String, case: &Member) -> Result<(), ValueError> {
    out.push_str(r#"{"const":"#);
    text(out, &case.name);
    describe(out, &case.docs)?;
    out.push('}');
    Ok(())
}

/// The keywords of a string that is one of these names. Names with docs are described one by one.
fn names(out: &mut String, members: &[Member]) -> Result<(), ValueError> {
    if members.iter().any(|member| !member.docs.is_empty()) {
        out.push_str(r#""oneOf":"#);
        return sequence(out, ['[', ']'], members.iter(), constant);
    }
    out.push_str(r#""type":"string","enum":"#);
    sequence(out, ['[', ']'], members.iter(), |out, member| {
        text(out, &member.name);
        Ok(())
    })
}

/// Writes the description, if there is one, and holds the schema to its bound.
fn describe(out: &mut String, docs: &str) -> Result<(), ValueError> {
    if out.len().saturating_add(docs.len()) > LARGEST {
        return Err(ValueError::new(format_args!("a schema of at most {LARGEST} bytes"), "a larger one"));
    }
    if !docs.is_empty() {
        out.push_str(r#","description":"#);
        text(out, docs);
    }
    Ok(())
}
