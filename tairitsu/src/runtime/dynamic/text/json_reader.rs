//! Reads JSON, led by a type.
//!
//! Source of the grammar: RFC 8259.

use super::super::check::{Cut, Expected, item};
use super::super::function::{Count, Param};
use super::super::value::{Fields, Value};
use super::super::value_type::{ResultType, ValueType, VariantType};
use super::cursor::{Cursor, Float, float, integer, no_text};
use super::slots::{Named, Set, Slots, case, complete, unknown};
use crate::runtime::base::value_error::ValueError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

pub(super) struct JsonReader<'t> {
    pub(super) cursor: Cursor<'t>,
}

impl<'t> JsonReader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { cursor: Cursor::new(text, false) }
    }

    pub(super) fn value(&mut self, ty: &ValueType) -> Result<Value, ValueError> {
        self.cursor.space();
        Ok(match ty {
            ValueType::Bool if self.cursor.take("true") => Value::Bool(true),
            ValueType::Bool if self.cursor.take("false") => Value::Bool(false),
            ValueType::S8 => Value::S8(self.integer(ty)?),
            ValueType::U8 => Value::U8(self.integer(ty)?),
            ValueType::S16 => Value::S16(self.integer(ty)?),
            ValueType::U16 => Value::U16(self.integer(ty)?),
            ValueType::S32 => Value::S32(self.integer(ty)?),
            ValueType::U32 => Value::U32(self.integer(ty)?),
            ValueType::S64 => Value::S64(self.integer(ty)?),
            ValueType::U64 => Value::U64(self.integer(ty)?),
            ValueType::F32 => Value::F32(self.float(ty)?),
            ValueType::F64 => Value::F64(self.float(ty)?),
            ValueType::Char => Value::Char(self.char(ty)?),
            ValueType::String => Value::String(self.text(ty)?.into_owned()),
            ValueType::List(list) if list.item == ValueType::U8 => Value::Bytes(self.bytes(ty)?),
            ValueType::List(list) => {
                self.open("[", ty)?;
                let mut items = Vec::new();
                let mut first = true;
                while self.cursor.more(&mut first, "]")? {
                    let value = self.value(&list.item).map_err(|error| error.within(item(items.len())))?;
                    items.push(value);
                }
                Value::List(items)
            }
            ValueType::Tuple(tuple) => {
                self.open("[", ty)?;
                Value::Tuple(self.elements(ty, &tuple.items)?)
            }
            ValueType::Option(_) if self.cursor.take("null") => Value::Option(None),
            ValueType::Option(option) if matches!(option.some, ValueType::Option(_)) => {
                let start = self.cursor.at();
                if &*self.tag(ty, "`some`")? != "some" {
                    return Err(self.mismatch_at(start, ty));
                }
                let value = self.value(&option.some)?;
                self.close()?;
                Value::some(value)
            }
            ValueType::Option(option) => Value::some(self.value(&option.some)?),
            ValueType::Result(result) => self.result(ty, result)?,
            ValueType::Variant(variant) => self.variant(ty, variant)?,
            ValueType::Enum(cases) => {
                let name = self.text(ty)?;
                Value::Enum(case(&cases.cases, &name)?.name.clone())
            }
            ValueType::Flags(flags) => {
                self.open("[", ty)?;
                let mut set = Set::new(&flags.flags);
                let (mut first, mut count) = (true, 0);
                while self.cursor.more(&mut first, "]")? {
                    let name = self.text(&ValueType::String);
                    name.and_then(|name| set.set(&name)).map_err(|error| error.within(item(count)))?;
                    count += 1;
                }
                set.finish()
            }
            ValueType::Record(record) => {
                self.open("{", ty)?;
                let values = self.fields(&record.fields)?;
                Value::Record(Fields::new(record.names.clone(), values.into()))
            }
            ValueType::Own(_) | ValueType::Borrow(_) | ValueType::Other(_) => return Err(no_text(ty)),
            ValueType::Bool => return Err(self.mismatch(Expected(ty))),
        })
    }

    /// The arguments of a call: an object, or an array.
    pub(super) fn args(&mut self, params: &[Param]) -> Result<Vec<Value>, ValueError> {
        self.cursor.space();
        if self.cursor.take("{") {
            return self.fields(params);
        }
        if !self.cursor.take("[") {
            return Err(self.mismatch("an object or an array of arguments"));
        }
        let mut args = Vec::new();
        let mut first = true;
        while self.cursor.more(&mut first, "]")? {
            let Some(param) = params.get(args.len()) else {
                return Err(ValueError::new(Count(params.len()), "more"));
            };
            args.push(self.value(&param.ty).map_err(|error| error.within(&param.name))?);
        }
        complete(args, params)
    }

    /// The fields of an object whose `{` is taken.
    fn fields<M: Named>(&mut self, members: &[M]) -> Result<Vec<Value>, ValueError> {
        let mut slots = Slots::new(members);
        let mut first = true;
        while self.cursor.more(&mut first, "}")? {
            let key = self.key(format_args!("the name of a {}", M::WHAT))?;
            let (index, member) = slots.find(&key)?;
            let Some(ty) = member.ty() else { return Err(unknown(M::WHAT, members, &key)) };
            slots.put(index, self.value(ty).map_err(|error| error.within(member.name()))?);
        }
        slots.finish(&mut self.cursor)
    }

    /// The elements of a tuple whose `[` is taken.
    fn elements(&mut self, ty: &ValueType, types: &[ValueType]) -> Result<Vec<Value>, ValueError> {
        let mut items = Vec::new();
        let mut first = true;
        while self.cursor.more(&mut first, "]")? {
            let Some(element) = types.get(items.len()) else {
                return Err(ValueError::new(Expected(ty), "more elements"));
            };
            let value = self.value(element).map_err(|error| error.within(item(items.len())))?;
            items.push(value);
        }
        match items.len() == types.len() {
            true => Ok(items),
            false => Err(ValueError::new(Expected(ty), format_args!("{} of {} elements", items.len(), types.len()))),
        }
    }

    fn integer<T: FromStr>(&mut self, ty: &ValueType) -> Result<T, ValueError> {
        let start = self.cursor.at();
        let text = match self.cursor.peek() {
            Some(b'"') => Some(self.string()?),
            _ => self.cursor.number().map(Cow::Borrowed),
        };
        text.and_then(|text| integer(&text)).ok_or_else(|| self.mismatch_at(start, ty))
    }

    fn float<T: FromStr + Float>(&mut self, ty: &ValueType) -> Result<T, ValueError> {
        let start = self.cursor.at();
        let value = match self.cursor.peek() {
            Some(b'"') => match &*self.string()? {
                "NaN" => Some(T::NAN),
                "inf" => Some(T::INFINITY),
                "-inf" => Some(T::NEG_INFINITY),
                _ => None,
            },
            _ => self.cursor.number().and_then(float),
        };
        value.ok_or_else(|| self.mismatch_at(start, ty))
    }

    fn char(&mut self, ty: &ValueType) -> Result<char, ValueError> {
        let start = self.cursor.at();
        let text = self.text(ty)?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(char), None) => Ok(char),
            _ => Err(self.mismatch_at(start, ty)),
        }
    }

    /// Bytes: base64, or an array of numbers.
    fn bytes(&mut self, ty: &ValueType) -> Result<Vec<u8>, ValueError> {
        if self.cursor.take("[") {
            let mut bytes = Vec::new();
            let mut first = true;
            while self.cursor.more(&mut first, "]")? {
                bytes.push(self.integer(&ValueType::U8).map_err(|error| error.within(item(bytes.len())))?);
            }
            return Ok(bytes);
        }
        let start = self.cursor.at();
        let text = self.text(ty)?;
        STANDARD.decode(&*text).map_err(|_| ValueError::new("list<u8> in base64", self.cursor.since(start)))
    }

    fn result(&mut self, ty: &ValueType, result: &ResultType) -> Result<Value, ValueError> {
        let start = self.cursor.at();
        let key = self.tag(ty, "`ok` or `err`")?;
        let side = match &*key {
            "ok" => &result.ok,
            "err" => &result.err,
            _ => return Err(self.mismatch_at(start, ty)),
        };
        let value = match side {
            Some(ty) => self.value(ty).map(|value| Some(Box::new(value))),
            None => {
                self.cursor.space();
                match self.cursor.take("null") {
                    true => Ok(None),
                    false => Err(self.mismatch("null")),
                }
            }
        };
        let value = value.map_err(|error| error.within(&key))?;
        self.close()?;
        Ok(Value::Result(if &*key == "ok" { Ok(value) } else { Err(value) }))
    }

    fn variant(&mut self, ty: &ValueType, variant: &VariantType) -> Result<Value, ValueError> {
        let alone = self.cursor.peek() == Some(b'"');
        let name = if alone { self.string()? } else { self.tag(ty, "the name of a case")? };
        let case = case(&variant.cases, &name)?;
        let value = match (&case.ty, alone) {
            (None, true) => None,
            (Some(ty), false) => {
                let value = self.value(ty).map_err(|error| error.within(&case.name))?;
                self.close()?;
                Some(Box::new(value))
            }
            (Some(ty), true) => return Err(ValueError::new(Expected(ty), "no value").within(&case.name)),
            (None, false) => {
                let expected = format!("no value, which is the string \"{}\"", Cut(&case.name));
                self.cursor.space();
                return Err(self.mismatch(expected).within(&case.name));
            }
        };
        Ok(Value::Variant(case.name.clone(), value))
    }

    /// Takes `[` or `{`.
    fn open(&mut self, token: &str, ty: &ValueType) -> Result<(), ValueError> {
        match self.cursor.take(token) {
            true => Ok(()),
            false => Err(self.mismatch(Expected(ty))),
        }
    }

    /// The only key of an object, up to its value.
    fn tag(&mut self, ty: &ValueType, what: &str) -> Result<Cow<'t, str>, ValueError> {
        self.open("{", ty)?;
        self.cursor.space();
        self.key(what)
    }

    /// The end of an object with one key.
    fn close(&mut self) -> Result<(), ValueError> {
        self.cursor.space();
        self.cursor.expect("}")
    }

    /// A key, and the colon after it.
    fn key(&mut self, what: impl fmt::Display) -> Result<Cow<'t, str>, ValueError> {
        if self.cursor.peek() != Some(b'"') {
            return Err(self.cursor.unexpected(format_args!("{what}, in quotes")));
        }
        let key = self.string()?;
        self.cursor.space();
        self.cursor.expect(":")?;
        Ok(key)
    }

    /// A string, where the type asks for one.
    fn text(&mut self, ty: &ValueType) -> Result<Cow<'t, str>, ValueError> {
        self.cursor.space();
        match self.cursor.peek() {
            Some(b'"') => self.string(),
            _ => Err(self.mismatch(Expected(ty))),
        }
    }

    /// A string, whose first quote is next.
    fn string(&mut self) -> Result<Cow<'t, str>, ValueError> {
        let plain = |byte| byte != b'"' && byte != b'\\' && byte >= b' ';
        self.cursor.bump(1);
        let start = self.cursor.scan(plain);
        if self.cursor.take("\"") {
            return Ok(Cow::Borrowed(start));
        }
        let mut text = String::from(start);
        loop {
            match self.cursor.peek() {
                Some(b'"') => {
                    self.cursor.bump(1);
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.cursor.unexpected("the rest of a string, and `\"`")),
            }
            text += self.cursor.scan(plain);
        }
    }

    fn escape(&mut self) -> Result<char, ValueError> {
        let start = self.cursor.at();
        self.cursor.bump(1);
        let found = match self.cursor.next_char() {
            Some(same @ ('"' | '\\' | '/')) => Some(same),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.unit().and_then(|unit| match unit {
                // The first half of a character. The second half follows.
                0xd800..=0xdbff => {
                    let second = self.cursor.take("\\u").then(|| self.unit()).flatten();
                    let second = second.filter(|unit| matches!(unit, 0xdc00..=0xdfff))?;
                    char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (second - 0xdc00))
                }
                unit => char::from_u32(unit),
            }),
            _ => None,
        };
        found.ok_or_else(|| {
            self.cursor.back(start);
            self.cursor.unexpected("an escape of JSON")
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits =
            self.cursor.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.cursor.bump(4);
        u32::from_str_radix(digits, 16).ok()
    }

    #[cold]
    fn mismatch_at(&mut self, start: usize, ty: &ValueType) -> ValueError {
        self.cursor.back(start);
        self.mismatch(Expected(ty))
    }

    /// The error of a value that is another one than its type asks for.
    #[cold]
    fn mismatch(&mut self, expected: impl fmt::Display) -> ValueError {
        let start = self.cursor.at();
        let found = match self.cursor.peek() {
            Some(b'[') => "an array".into(),
            Some(b'{') => "an object".into(),
            Some(b'"') => match self.string() {
                Ok(_) => self.cursor.since(start),
                Err(error) => return error,
            },
            _ if ["null", "true", "false"].into_iter().any(|word| self.cursor.take(word)) => self.cursor.since(start),
            _ => match self.cursor.number() {
                Some(_) => self.cursor.since(start),
                None => return self.cursor.unexpected(expected),
            },
        };
        ValueError::new(expected, found)
    }
}
