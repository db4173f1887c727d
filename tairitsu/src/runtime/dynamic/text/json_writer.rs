//! Writes JSON, led by a type. `json_reader` reads it back to the same value.

use super::super::check::item;
use super::super::lower::value_of;
use super::super::value::Value;
use super::super::value_type::ValueType;
use super::cursor::no_text;
use crate::runtime::base::value_error::ValueError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::{Display, Write};

/// The largest integer that is written as a number. A float, which most readers of JSON have, holds all integers up to it.
const LARGEST: u64 = 1 << 53;

/// Writes a value, which was checked against its type.
pub(super) fn write(out: &mut String, ty: &ValueType, value: &Value) -> Result<(), ValueError> {
    match (ty, value) {
        (_, Value::Bool(value)) => put(out, value),
        (_, Value::S8(value)) => put(out, value),
        (_, Value::U8(value)) => put(out, value),
        (_, Value::S16(value)) => put(out, value),
        (_, Value::U16(value)) => put(out, value),
        (_, Value::S32(value)) => put(out, value),
        (_, Value::U32(value)) => put(out, value),
        (_, Value::S64(value)) => integer(out, value, value.unsigned_abs()),
        (_, Value::U64(value)) => integer(out, value, *value),
        (_, Value::F32(value)) => match value.is_finite() {
            true => put(out, format_args!("{value:?}")),
            false => put(out, format_args!("\"{value}\"")),
        },
        (_, Value::F64(value)) => match value.is_finite() {
            true => put(out, format_args!("{value:?}")),
            false => put(out, format_args!("\"{value}\"")),
        },
        (_, Value::Char(value)) => text(out, value.encode_utf8(&mut [0; 4])),
        (_, Value::String(value)) => text(out, value),
        (_, Value::Bytes(bytes)) => base64(out, bytes),
        (ValueType::List(list), Value::List(items)) if list.item == ValueType::U8 => {
            let byte = |item: &Value| if let Value::U8(byte) = item { *byte } else { 0 };
            base64(out, &items.iter().map(byte).collect::<Vec<_>>());
        }
        (ValueType::List(list), Value::List(items)) => {
            sequence(out, ['[', ']'], items.iter().enumerate(), |out, (i, value)| {
                write(out, &list.item, value).map_err(|error| error.within(item(i)))
            })?;
        }
        (ValueType::Tuple(tuple), Value::Tuple(items)) => {
            sequence(out, ['[', ']'], tuple.items.iter().zip(items).enumerate(), |out, (i, (ty, value))| {
                write(out, ty, value).map_err(|error| error.within(item(i)))
            })?;
        }
        (_, Value::Option(None)) => out.push_str("null"),
        (ValueType::Option(option), Value::Option(Some(value))) => match option.some {
            ValueType::Option(_) => tagged(out, "some", &option.some, value)?,
            _ => write(out, &option.some, value)?,
        },
        (ValueType::Result(result), Value::Result(value)) => {
            let (name, ty, value) = match value {
                Ok(value) => ("ok", &result.ok, value),
                Err(value) => ("err", &result.err, value),
            };
            match (ty, value) {
                (Some(ty), Some(value)) => tagged(out, name, ty, value).map_err(|error| error.within(name))?,
                _ => put(out, format_args!("{{\"{name}\":null}}")),
            }
        }
        (ValueType::Record(record), Value::Record(fields)) => {
            sequence(out, ['{', '}'], record.fields.iter().enumerate(), |out, (i, field)| {
                key(out, &field.name);
                match (&field.ty, value_of(record, fields, i)) {
                    (Some(ty), Some(value)) => write(out, ty, value).map_err(|error| error.within(&field.name)),
                    _ => Err(no_text(ty)),
                }
            })?;
        }
        (_, Value::Variant(name, None)) | (_, Value::Enum(name)) => text(out, name),
        (ValueType::Variant(variant), Value::Variant(name, Some(value))) => {
            let case = variant.cases.named(name).and_then(|case| case.ty.as_ref());
            let Some(case) = case else { return Err(no_text(ty)) };
            tagged(out, name, case, value).map_err(|error| error.within(name))?;
        }
        (ValueType::Flags(flags), Value::Flags(names)) => {
            let is_set = flags.flags.iter().filter(|flag| names.contains(&flag.name));
            sequence(out, ['[', ']'], is_set, |out, flag| {
                text(out, &flag.name);
                Ok(())
            })?;
        }
        _ => return Err(no_text(ty)),
    }
    Ok(())
}

fn put(out: &mut String, value: impl Display) {
    // A string takes everything.
    let _ = write!(out, "{value}");
}

fn integer(out: &mut String, value: impl Display, size: u64) {
    match size <= LARGEST {
        true => put(out, value),
        false => put(out, format_args!("\"{value}\"")),
    }
}

fn base64(out: &mut String, bytes: &[u8]) {
    out.push('"');
    STANDARD.encode_string(bytes, out);
    out.push('"');
}

/// Writes items between brackets, with commas.
pub(super) fn sequence<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl Iterator<Item = T>,
    mut each: impl FnMut(&mut String, T) -> Result<(), ValueError>,
) -> Result<(), ValueError> {
    out.push(open);
    for (i, value) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        each(out, value)?;
    }
    out.push(close);
    Ok(())
}

/// An object of one key.
fn tagged(out: &mut String, name: &str, ty: &ValueType, value: &Value) -> Result<(), ValueError> {
    out.push('{');
    key(out, name);
    write(out, ty, value)?;
    out.push('}');
    Ok(())
}

/// A key, and its colon.
pub(super) fn key(out: &mut String, name: &str) {
    text(out, name);
    out.push(':');
}

/// A string.
pub(super) fn text(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => put(out, format_args!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
}
