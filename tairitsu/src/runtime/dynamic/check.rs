//! Whether a value is of a type. If it is not, the error says where and what.

use super::value::{Fields, Value};
use super::value_type::{Member, RecordType, ValueType};
use crate::runtime::base::value_error::ValueError;
use std::fmt::{self, Write};
use std::sync::Arc;

/// The step to an item of a list or an element of a tuple.
pub(crate) fn item(index: usize) -> String {
    format!("[{index}]")
}

/// The most bytes of a value in an error.
const LONGEST: usize = 60;

impl ValueType {
    /// Checks that a value is of this type.
    ///
    /// # Errors
    ///
    /// The first part of the value that is not, with its path.
    pub fn check(&self, value: &Value) -> Result<(), ValueError> {
        let wrong = || Err(ValueError::new(Expected(self), Found(value)));
        match (self, value) {
            (ValueType::Bool, Value::Bool(_))
            | (ValueType::S8, Value::S8(_))
            | (ValueType::U8, Value::U8(_))
            | (ValueType::S16, Value::S16(_))
            | (ValueType::U16, Value::U16(_))
            | (ValueType::S32, Value::S32(_))
            | (ValueType::U32, Value::U32(_))
            | (ValueType::S64, Value::S64(_))
            | (ValueType::U64, Value::U64(_))
            | (ValueType::F32, Value::F32(_))
            | (ValueType::F64, Value::F64(_))
            | (ValueType::Char, Value::Char(_))
            | (ValueType::String, Value::String(_))
            | (ValueType::Own(_) | ValueType::Borrow(_), Value::Handle(_)) => Ok(()),
            (ValueType::List(list), Value::Bytes(_)) if list.item == ValueType::U8 => Ok(()),
            (ValueType::List(list), Value::List(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(i, value)| list.item.check(value).map_err(|error| error.within(item(i)))),
            (ValueType::Option(_), Value::Option(None)) => Ok(()),
            (ValueType::Option(option), Value::Option(Some(value))) => option.some.check(value),
            (ValueType::Result(result), Value::Result(Ok(value))) => {
                payload(result.ok.as_ref(), value.as_deref()).map_err(|error| error.within("ok"))
            }
            (ValueType::Result(result), Value::Result(Err(value))) => {
                payload(result.err.as_ref(), value.as_deref()).map_err(|error| error.within("err"))
            }
            (ValueType::Tuple(tuple), Value::Tuple(items)) => {
                if tuple.items.len() != items.len() {
                    return wrong();
                }
                let mut pairs = tuple.items.iter().zip(items).enumerate();
                pairs.try_for_each(|(i, (ty, value))| ty.check(value).map_err(|error| error.within(item(i))))
            }
            (ValueType::Record(record), Value::Record(fields)) => check_record(record, fields),
            (ValueType::Variant(variant), Value::Variant(name, value)) => {
                let case = variant.cases.named(name).ok_or_else(|| no_member("case", &variant.cases, name))?;
                payload(case.ty.as_ref(), value.as_deref()).map_err(|error| error.within(name))
            }
            (ValueType::Enum(cases), Value::Enum(name)) => match cases.cases.named(name) {
                Some(_) => Ok(()),
                None => Err(no_member("case", &cases.cases, name)),
            },
            (ValueType::Flags(flags), Value::Flags(names)) => {
                names.iter().enumerate().try_for_each(|(i, name)| match flags.flags.named(name) {
                    Some(_) if names[..i].contains(name) => {
                        Err(ValueError::new(format_args!("the flag `{name}` once"), "it twice"))
                    }
                    Some(_) => Ok(()),
                    None => Err(no_member("flag", &flags.flags, name)),
                })
            }
            _ => wrong(),
        }
    }
}

fn payload(ty: Option<&ValueType>, value: Option<&Value>) -> Result<(), ValueError> {
    match (ty, value) {
        (None, None) => Ok(()),
        (Some(ty), Some(value)) => ty.check(value),
        (Some(ty), None) => Err(ValueError::new(Expected(ty), "no value")),
        (None, Some(value)) => Err(ValueError::new("no value", Found(value))),
    }
}

fn check_record(record: &RecordType, fields: &Fields) -> Result<(), ValueError> {
    let in_field = |field: &Member, value: &Value| match &field.ty {
        Some(ty) => ty.check(value).map_err(|error| error.within(&field.name)),
        None => Ok(()),
    };
    if Arc::ptr_eq(fields.names(), &record.names) || *fields.names() == record.names {
        return record.fields.iter().zip(fields.values()).try_for_each(|(field, value)| in_field(field, value));
    }
    for (i, name) in fields.names().iter().enumerate() {
        if record.fields.named(name).is_none() {
            return Err(no_member("field", &record.fields, name));
        }
        if fields.names()[..i].contains(name) {
            return Err(ValueError::new(format_args!("the field `{name}` once"), "it twice"));
        }
    }
    record.fields.iter().try_for_each(|field| match fields.get(&field.name) {
        Some(value) => in_field(field, value),
        None => Err(missing(field)),
    })
}

/// The error of a record without a field.
pub(super) fn missing(field: &Member) -> ValueError {
    match &field.ty {
        Some(ty) => ValueError::new(Expected(ty), "no such field").within(&field.name),
        None => ValueError::new("a field", "no such field").within(&field.name),
    }
}

/// The error of a name that no member has.
pub(super) fn no_member(what: &str, members: &[Member], name: &str) -> ValueError {
    ValueError::new(format_args!("a {what} of {}", Names(members)), format_args!("`{}`", Cut(name)))
}

/// The names of members: as many as fit into an error.
pub(super) struct Names<'m>(pub(super) &'m [Member]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 10;
        for (i, member) in self.0.iter().take(MOST).enumerate() {
            write!(f, "{}`{}`", if i == 0 { "" } else { ", " }, Cut(&member.name))?;
        }
        match self.0.len().checked_sub(MOST) {
            Some(more @ 1..) => write!(f, " and {more} more"),
            _ => Ok(()),
        }
    }
}

/// A type in an error. A type without a name is shown with its members.
pub(crate) struct Expected<'t>(pub(crate) &'t ValueType);

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Limited::default();
        let cut = write!(text, "{}", self.0).is_err();
        write!(f, "{}{}", text.0, if cut { ".." } else { "" })
    }
}

/// A text that is cut after [`LONGEST`] bytes.
pub(crate) struct Cut<'t>(pub(crate) &'t str);

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() <= LONGEST {
            true => f.write_str(self.0),
            false => write!(f, "{}..", &self.0[..self.0.floor_char_boundary(LONGEST)]),
        }
    }
}

/// A value in an error. A long one is cut.
pub(crate) struct Found<'v>(pub(crate) &'v Value);

/// A text that takes no more than [`LONGEST`] bytes.
#[derive(Default)]
struct Limited(String);

impl Write for Limited {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = LONGEST - self.0.len();
        if part.len() <= room {
            self.0.push_str(part);
            return Ok(());
        }
        self.0.push_str(&part[..part.floor_char_boundary(room)]);
        Err(fmt::Error)
    }
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Limited::default();
        let cut = describe(&mut text, self.0).is_err();
        write!(f, "{}{}", text.0, if cut { ".." } else { "" })
    }
}

/// Describes a value: a number by itself, a text in quotes, and a compound value by its kind.
fn describe(out: &mut Limited, value: &Value) -> fmt::Result {
    match value {
        Value::Bool(value) => write!(out, "{value}"),
        Value::S8(value) => write!(out, "{value}"),
        Value::U8(value) => write!(out, "{value}"),
        Value::S16(value) => write!(out, "{value}"),
        Value::U16(value) => write!(out, "{value}"),
        Value::S32(value) => write!(out, "{value}"),
        Value::U32(value) => write!(out, "{value}"),
        Value::S64(value) => write!(out, "{value}"),
        Value::U64(value) => write!(out, "{value}"),
        Value::F32(value) => write!(out, "{value:?}"),
        Value::F64(value) => write!(out, "{value:?}"),
        Value::Char(value) => write!(out, "{value:?}"),
        Value::String(value) => write!(out, "{value:?}"),
        Value::Bytes(bytes) => write!(out, "{} bytes", bytes.len()),
        Value::List(items) => write!(out, "a list of {}", items.len()),
        Value::Tuple(items) => write!(out, "a tuple of {}", items.len()),
        Value::Option(None) => out.write_str("none"),
        Value::Option(Some(_)) => out.write_str("some"),
        Value::Result(Ok(_)) => out.write_str("ok"),
        Value::Result(Err(_)) => out.write_str("err"),
        Value::Record(_) => out.write_str("a record"),
        Value::Variant(name, _) => write!(out, "the case `{name}`"),
        Value::Enum(name) => write!(out, "the case `{name}` of an enum"),
        Value::Flags(_) => out.write_str("flags"),
        Value::Handle(_) => out.write_str("a handle"),
    }
}
