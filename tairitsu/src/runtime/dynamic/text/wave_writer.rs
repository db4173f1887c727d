//! Writes WAVE, led by a type. `wave_reader` reads it back to the same value.

use super::super::check::item;
use super::super::lower::value_of;
use super::super::value::Value;
use super::super::value_type::ValueType;
use super::cursor::no_text;
use crate::runtime::base::value_error::ValueError;
use std::fmt::{Debug, Display, Write};

/// The words that are no labels, unless `%` stands before them.
pub(super) const KEYWORDS: [&str; 8] = ["true", "false", "some", "none", "ok", "err", "inf", "nan"];

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
        (_, Value::S64(value)) => put(out, value),
        (_, Value::U64(value)) => put(out, value),
        (_, Value::F32(value)) => float(out, value, value.is_nan()),
        (_, Value::F64(value)) => float(out, value, value.is_nan()),
        (_, Value::Char(value)) => {
            out.push('\'');
            char(out, *value, '\'');
            out.push('\'');
        }
        (_, Value::String(text)) => {
            out.push('"');
            text.chars().for_each(|value| char(out, value, '"'));
            out.push('"');
        }
        (_, Value::Bytes(bytes)) => sequence(out, ['[', ']'], bytes, |out, byte| {
            put(out, byte);
            Ok(())
        })?,
        (ValueType::List(list), Value::List(items)) => {
            sequence(out, ['[', ']'], items.iter().enumerate(), |out, (i, value)| {
                write(out, &list.item, value).map_err(|error| error.within(item(i)))
            })?;
        }
        (ValueType::Tuple(tuple), Value::Tuple(items)) => {
            sequence(out, ['(', ')'], tuple.items.iter().zip(items).enumerate(), |out, (i, (ty, value))| {
                write(out, ty, value).map_err(|error| error.within(item(i)))
            })?;
        }
        (_, Value::Option(None)) => out.push_str("none"),
        (ValueType::Option(option), Value::Option(Some(value))) => payload(out, "some", &option.some, value)?,
        (ValueType::Result(result), Value::Result(value)) => {
            let (name, ty, value) = match value {
                Ok(value) => ("ok", &result.ok, value),
                Err(value) => ("err", &result.err, value),
            };
            match (ty, value) {
                (Some(ty), Some(value)) => payload(out, name, ty, value).map_err(|error| error.within(name))?,
                _ => out.push_str(name),
            }
        }
        (ValueType::Record(record), Value::Record(fields)) => {
            let values = record.fields.iter().enumerate().map(|(i, field)| (field, value_of(record, fields, i)));
            // A field that is `none` is left out.
            let said = values.filter(|(_, value)| !matches!(value, Some(Value::Option(None))));
            let start = out.len();
            sequence(out, ['{', '}'], said, |out, (field, value)| {
                put(out, format_args!("{}: ", field.name));
                match (&field.ty, value) {
                    (Some(ty), Some(value)) => write(out, ty, value).map_err(|error| error.within(&field.name)),
                    _ => Err(no_text(ty)),
                }
            })?;
            // `{}` is a set of flags.
            if out.len() == start + 2 {
                out.insert(start + 1, ':');
            }
        }
        (_, Value::Variant(name, None)) | (_, Value::Enum(name)) => label(out, name),
        (ValueType::Variant(variant), Value::Variant(name, Some(value))) => {
            let case = variant.cases.named(name).and_then(|case| case.ty.as_ref());
            let Some(case) = case else { return Err(no_text(ty)) };
            let percent = if KEYWORDS.contains(&&**name) { "%" } else { "" };
            out.push_str(percent);
            payload(out, name, case, value).map_err(|error| error.within(name))?;
        }
        (ValueType::Flags(flags), Value::Flags(names)) => {
            let is_set = flags.flags.iter().filter(|flag| names.contains(&flag.name));
            sequence(out, ['{', '}'], is_set, |out, flag| {
                out.push_str(&flag.name);
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

fn float(out: &mut String, value: &impl Debug, is_nan: bool) {
    match is_nan {
        true => out.push_str("nan"),
        false => put(out, format_args!("{value:?}")),
    }
}

/// A character between these quotes.
fn char(out: &mut String, value: char, quote: char) {
    match value {
        '\\' | '"' | '\'' if value == '\\' || value == quote => out.extend(['\\', value]),
        '"' | '\'' => out.push(value),
        // `escape_debug` writes some of them as WAVE does not.
        '\0' => out.push_str("\\u{0}"),
        value => put(out, value.escape_debug()),
    }
}

fn label(out: &mut String, name: &str) {
    if KEYWORDS.contains(&name) {
        out.push('%');
    }
    out.push_str(name);
}

fn payload(out: &mut String, name: &str, ty: &ValueType, value: &Value) -> Result<(), ValueError> {
    out.push_str(name);
    out.push('(');
    write(out, ty, value)?;
    out.push(')');
    Ok(())
}

/// Writes items between brackets, with commas.
fn sequence<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    mut each: impl FnMut(&mut String, T) -> Result<(), ValueError>,
) -> Result<(), ValueError> {
    out.push(open);
    for (i, value) in items.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        each(out, value)?;
    }
    out.push(close);
    Ok(())
}
