//! Reads WAVE, led by a type.
//!
//! Source of the grammar: <https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave>.

use super::super::check::{Expected, item};
use super::super::function::{Count, Param};
use super::super::value::{Fields, Value};
use super::super::value_type::{ListType, Member, Members, OptionType, RecordType, ResultType, ValueType};
use super::cursor::{Cursor, Float, float, integer, no_text};
use super::slots::{self, Named, Set, Slots, complete, unknown};
use super::wave_writer::KEYWORDS;
use crate::runtime::base::value_error::ValueError;
use std::str::FromStr;

pub(super) struct WaveReader<'t> {
    pub(super) cursor: Cursor<'t>,
}

/// A name in the text.
struct Label<'t> {
    name: &'t str,
    /// Whether `%` stands before it. If not, it may be a keyword.
    quoted: bool,
}

impl<'t> WaveReader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { cursor: Cursor::new(text, true) }
    }

    pub(super) fn value(&mut self, ty: &ValueType) -> Result<Value, ValueError> {
        self.cursor.space();
        Ok(match ty {
            ValueType::Bool => match self.keyword(&["true", "false"]) {
                Some(word) => Value::Bool(word == "true"),
                None => return Err(self.mismatch(ty)),
            },
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
            ValueType::String => Value::String(self.string(ty)?),
            ValueType::List(list) => self.list(ty, list)?,
            ValueType::Tuple(tuple) => {
                self.open("(", ty)?;
                Value::Tuple(self.elements(ty, &tuple.items)?)
            }
            ValueType::Option(option) => self.option(ty, option)?,
            ValueType::Result(result) => self.result(ty, result)?,
            ValueType::Record(record) => self.record(ty, record)?,
            ValueType::Variant(variant) => {
                let case = self.case(ty, &variant.cases)?;
                let value = self.payload(case.ty.as_ref()).map_err(|error| error.within(&case.name))?;
                Value::Variant(case.name.clone(), value)
            }
            ValueType::Enum(cases) => Value::Enum(self.case(ty, &cases.cases)?.name.clone()),
            ValueType::Flags(flags) => {
                self.open("{", ty)?;
                let mut set = Set::new(&flags.flags);
                let mut first = true;
                while self.cursor.more(&mut first, "}")? {
                    let Some(Label { name, .. }) = self.label() else {
                        return Err(self.cursor.unexpected("the name of a flag"));
                    };
                    set.set(name)?;
                }
                set.finish()
            }
            ValueType::Own(_) | ValueType::Borrow(_) | ValueType::Other(_) => return Err(no_text(ty)),
        })
    }

    /// Arguments up to the closing token, which is empty where the text ends.
    pub(super) fn args(&mut self, params: &[Param], close: &str) -> Result<Vec<Value>, ValueError> {
        let mut args = Vec::new();
        let mut first = true;
        while self.cursor.more(&mut first, close)? {
            let Some(param) = params.get(args.len()) else {
                return Err(ValueError::new(Count(params.len()), "more"));
            };
            args.push(self.value(&param.ty).map_err(|error| error.within(&param.name))?);
        }
        complete(args, params)
    }

    fn list(&mut self, ty: &ValueType, list: &ListType) -> Result<Value, ValueError> {
        self.open("[", ty)?;
        let mut first = true;
        if list.item == ValueType::U8 {
            let mut bytes = Vec::new();
            while self.cursor.more(&mut first, "]")? {
                bytes.push(self.integer(&list.item).map_err(|error| error.within(item(bytes.len())))?);
            }
            return Ok(Value::Bytes(bytes));
        }
        let mut items = Vec::new();
        while self.cursor.more(&mut first, "]")? {
            let value = self.value(&list.item).map_err(|error| error.within(item(items.len())))?;
            items.push(value);
        }
        Ok(Value::List(items))
    }

    /// The elements of a tuple whose `(` is taken.
    fn elements(&mut self, ty: &ValueType, types: &[ValueType]) -> Result<Vec<Value>, ValueError> {
        let mut items = Vec::new();
        let mut first = true;
        while self.cursor.more(&mut first, ")")? {
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

    fn record(&mut self, ty: &ValueType, record: &RecordType) -> Result<Value, ValueError> {
        self.open("{", ty)?;
        let mut slots = Slots::new(&record.fields);
        let mut first = true;
        self.cursor.space();
        if self.cursor.take(":") {
            self.cursor.space();
            self.cursor.expect("}")?;
        } else {
            while self.cursor.more(&mut first, "}")? {
                let Some(Label { name, .. }) = self.label() else {
                    return Err(self.cursor.unexpected("the name of a field"));
                };
                self.cursor.space();
                self.cursor.expect(":")?;
                let (index, field) = slots.find(name)?;
                let Some(ty) = field.ty() else { return Err(unknown("field", &record.fields, name)) };
                slots.put(index, self.value(ty).map_err(|error| error.within(&field.name))?);
            }
            if first {
                return Err(ValueError::new("a record, which is `{:}` if all fields are left out", "`{}`"));
            }
        }
        Ok(Value::Record(Fields::new(record.names.clone(), slots.finish(&mut self.cursor)?.into())))
    }

    fn option(&mut self, ty: &ValueType, option: &OptionType) -> Result<Value, ValueError> {
        match self.keyword(&["some", "none"]) {
            Some("none") => Ok(Value::Option(None)),
            Some(_) => Ok(Value::Option(self.payload(Some(&option.some))?)),
            None if is_flat(&option.some) => Ok(Value::some(self.value(&option.some)?)),
            None => Err(self.mismatch(ty)),
        }
    }

    fn result(&mut self, ty: &ValueType, result: &ResultType) -> Result<Value, ValueError> {
        match (self.keyword(&["ok", "err"]), &result.ok) {
            (Some("ok"), ok) => Ok(Value::Result(Ok(self.payload(ok.as_ref()).map_err(|error| error.within("ok"))?))),
            (Some(_), _) => {
                let value = self.payload(result.err.as_ref()).map_err(|error| error.within("err"))?;
                Ok(Value::Result(Err(value)))
            }
            (None, Some(ok)) if is_flat(ok) => Ok(Value::ok(self.value(ok)?)),
            (None, _) => Err(self.mismatch(ty)),
        }
    }

    /// What stands in parentheses after the name of a case.
    fn payload(&mut self, ty: Option<&ValueType>) -> Result<Option<Box<Value>>, ValueError> {
        let after = self.cursor.at();
        self.cursor.space();
        let Some(ty) = ty else {
            if self.cursor.take("(") {
                return Err(ValueError::new("no value", "one in parentheses"));
            }
            self.cursor.back(after);
            return Ok(None);
        };
        if !self.cursor.take("(") {
            return Err(ValueError::new(format_args!("{}, in parentheses", Expected(ty)), "no value"));
        }
        let value = self.value(ty)?;
        self.cursor.space();
        self.cursor.expect(")")?;
        Ok(Some(Box::new(value)))
    }

    /// A case, by its name.
    fn case<'m>(&mut self, ty: &ValueType, cases: &'m Members) -> Result<&'m Member, ValueError> {
        let start = self.cursor.at();
        let Some(Label { name, quoted }) = self.label() else { return Err(self.mismatch(ty)) };
        let found = slots::case(cases, name)?;
        if !quoted && KEYWORDS.contains(&name) {
            self.cursor.back(start);
            return Err(ValueError::new(
                format_args!("`%{name}`, since `{name}` is a keyword"),
                format_args!("`{name}`"),
            ));
        }
        Ok(found)
    }

    /// One of these keywords, if it is next.
    fn keyword(&mut self, words: &[&str]) -> Option<&'t str> {
        let start = self.cursor.at();
        match self.label() {
            Some(Label { name, quoted: false }) if words.contains(&name) => Some(name),
            _ => {
                self.cursor.back(start);
                None
            }
        }
    }

    /// A label, if one is next.
    fn label(&mut self) -> Option<Label<'t>> {
        let start = self.cursor.at();
        let quoted = self.cursor.take("%");
        if !self.cursor.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.cursor.back(start);
            return None;
        }
        Some(Label { name: self.cursor.scan(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), quoted })
    }

    fn open(&mut self, token: &str, ty: &ValueType) -> Result<(), ValueError> {
        match self.cursor.take(token) {
            true => Ok(()),
            false => Err(self.mismatch(ty)),
        }
    }

    fn integer<T: FromStr>(&mut self, ty: &ValueType) -> Result<T, ValueError> {
        self.cursor.space();
        let start = self.cursor.at();
        self.cursor.number().and_then(integer).ok_or_else(|| self.mismatch_at(start, ty))
    }

    fn float<T: FromStr + Float>(&mut self, ty: &ValueType) -> Result<T, ValueError> {
        let start = self.cursor.at();
        let value = match self.keyword(&["nan", "inf"]) {
            Some("nan") => Some(T::NAN),
            Some(_) => Some(T::INFINITY),
            None if self.cursor.take("-inf") => Some(T::NEG_INFINITY),
            None => self.cursor.number().and_then(float),
        };
        value.ok_or_else(|| self.mismatch_at(start, ty))
    }

    fn char(&mut self, ty: &ValueType) -> Result<char, ValueError> {
        if !self.cursor.take("'") {
            return Err(self.mismatch(ty));
        }
        let value = match self.cursor.peek() {
            Some(b'\\') => self.escape()?,
            None | Some(b'\'' | b'\n') => return Err(self.cursor.unexpected("a character")),
            Some(_) => self.cursor.next_char().unwrap_or_default(),
        };
        self.cursor.expect("'")?;
        Ok(value)
    }

    fn string(&mut self, ty: &ValueType) -> Result<String, ValueError> {
        if self.cursor.take("\"\"\"") {
            return self.lines();
        }
        if !self.cursor.take("\"") {
            return Err(self.mismatch(ty));
        }
        let mut text = String::new();
        loop {
            text += self.cursor.scan(|byte| !matches!(byte, b'"' | b'\\' | b'\n'));
            match self.cursor.peek() {
                Some(b'"') => {
                    self.cursor.bump(1);
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.cursor.unexpected("the rest of a string, and `\"`")),
            }
        }
    }

    /// A string of several lines, whose first quotes are taken. The spaces before the last quotes are those that begin each
    /// line.
    fn lines(&mut self) -> Result<String, ValueError> {
        let rest = self.cursor.rest();
        let Some(len) = rest.find("\"\"\"") else {
            self.cursor.bump(rest.len());
            return Err(self.cursor.unexpected("the rest of a string, and `\"\"\"`"));
        };
        let (inner, start) = (&rest[..len], self.cursor.at());
        let indent = inner.rfind('\n').map(|end| &inner[end + 1..]);
        let Some(indent) = indent.filter(|indent| indent.bytes().all(|byte| byte == b' ')) else {
            self.cursor.bump(len);
            return Err(self.cursor.unexpected("`\"\"\"` on a line of its own"));
        };
        self.cursor.take("\r");
        self.cursor.expect("\n")?;
        let end = start + len - indent.len();
        let mut text = String::new();
        let first = self.cursor.at();
        while self.cursor.at() < end {
            if self.cursor.at() > first {
                text.push('\n');
            }
            if !self.cursor.take(indent) {
                return Err(self.cursor.unexpected(format_args!("{} spaces", indent.len())));
            }
            loop {
                text += self.cursor.scan(|byte| !matches!(byte, b'\\' | b'\r' | b'\n'));
                match self.cursor.peek() {
                    Some(b'\\') => text.push(self.escape()?),
                    Some(b'\r') if !self.cursor.rest().starts_with("\r\n") => text += self.cursor.bump(1),
                    _ => break,
                }
            }
            self.cursor.take("\r");
            self.cursor.expect("\n")?;
        }
        self.cursor.bump(indent.len() + 3);
        Ok(text)
    }

    fn escape(&mut self) -> Result<char, ValueError> {
        let start = self.cursor.at();
        self.cursor.bump(1);
        let found = match self.cursor.next_char() {
            Some(same @ ('"' | '\'' | '\\')) => Some(same),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') if self.cursor.take("{") => {
                let digits = self.cursor.scan(|byte| byte.is_ascii_hexdigit());
                let number = (digits.len() <= 6).then(|| u32::from_str_radix(digits, 16).ok()).flatten();
                number.and_then(char::from_u32).filter(|_| self.cursor.take("}"))
            }
            _ => None,
        };
        found.ok_or_else(|| {
            self.cursor.back(start);
            self.cursor.unexpected("an escape of WAVE")
        })
    }

    #[cold]
    fn mismatch_at(&mut self, start: usize, ty: &ValueType) -> ValueError {
        self.cursor.back(start);
        self.mismatch(ty)
    }

    /// The error of a value that is another one than its type asks for.
    #[cold]
    fn mismatch(&mut self, ty: &ValueType) -> ValueError {
        let start = self.cursor.at();
        let expected = Expected(ty);
        let found = match self.cursor.peek() {
            Some(b'[') => "a list".into(),
            Some(b'(') => "a tuple".into(),
            Some(b'{') => "a record or flags".into(),
            Some(b'"') => match self.string(ty) {
                Ok(_) => self.cursor.since(start),
                Err(error) => return error,
            },
            Some(b'\'') => match self.char(ty) {
                Ok(_) => self.cursor.since(start),
                Err(error) => return error,
            },
            _ => match self.cursor.number().is_some() || self.cursor.take("-inf") || self.label().is_some() {
                true => self.cursor.since(start),
                false => return self.cursor.unexpected(expected),
            },
        };
        ValueError::new(expected, found)
    }
}

/// Whether `some` or `ok` may be left out before a value of this type.
fn is_flat(ty: &ValueType) -> bool {
    !matches!(ty, ValueType::Option(_) | ValueType::Result(_))
}
