//! A place in a text, and what both notations have in common.

use super::super::check::Cut;
use super::super::value_type::ValueType;
use crate::runtime::base::value_error::ValueError;
use std::fmt;
use std::str::FromStr;

/// How many fields and parameters a text may leave out, besides ten for each of its bytes. Each of them takes memory
/// that the text does not have.
const LEFT_OUT: usize = 10_000;

/// A place in a text.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    /// Whether the text is WAVE, which has comments, and a comma after the last item.
    wave: bool,
    /// How many more fields and parameters may be left out.
    left_out: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, wave: bool) -> Self {
        Self { text, at: 0, wave, left_out: text.len().saturating_mul(10).saturating_add(LEFT_OUT) }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place from before.
    pub(super) fn back(&mut self, at: usize) {
        self.at = at;
    }

    /// Takes the next bytes, which end at the boundary of a character.
    pub(super) fn bump(&mut self, bytes: usize) -> &'t str {
        let taken = &self.rest()[..bytes];
        self.at += bytes;
        taken
    }

    /// Takes the next character.
    pub(super) fn next_char(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes a token, if the text goes on with it.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Takes a token.
    ///
    /// # Errors
    ///
    /// If the text goes on with something else.
    pub(super) fn expect(&mut self, token: &str) -> Result<(), ValueError> {
        match self.take(token) {
            true => Ok(()),
            false => Err(self.unexpected(format_args!("`{token}`"))),
        }
    }

    /// Takes the bytes that are wanted. A byte that is not ASCII is wanted with all others of its kind, or not at all.
    pub(super) fn scan(&mut self, wanted: impl Fn(u8) -> bool) -> &'t str {
        let rest = self.rest();
        let len = rest.bytes().position(|byte| !wanted(byte)).unwrap_or(rest.len());
        self.bump(len)
    }

    /// Skips white space, and in WAVE comments.
    pub(super) fn space(&mut self) {
        loop {
            self.scan(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            if !(self.wave && self.take("//")) {
                return;
            }
            self.scan(|byte| byte != b'\n');
        }
    }

    /// Takes a number, if there is one. Both notations have the same.
    pub(super) fn number(&mut self) -> Option<&'t str> {
        let start = self.at;
        let digits = |cursor: &mut Self| !cursor.scan(|byte| byte.is_ascii_digit()).is_empty();
        self.take("-");
        if !self.take("0") && !digits(self) {
            self.at = start;
            return None;
        }
        let whole = self.at;
        if self.take(".") && !digits(self) {
            self.at = whole;
        }
        let fraction = self.at;
        if (self.take("e") || self.take("E")) && {
            let _ = self.take("-") || self.take("+");
            !digits(self)
        } {
            self.at = fraction;
        }
        Some(&self.text[start..self.at])
    }

    /// Whether another item follows. If none does, the closing token is taken. `close` is empty where the text ends.
    pub(super) fn more(&mut self, first: &mut bool, close: &str) -> Result<bool, ValueError> {
        self.space();
        if self.closed(close) {
            return Ok(false);
        }
        if std::mem::replace(first, false) {
            return Ok(true);
        }
        if !self.take(",") {
            let or = if close.is_empty() { "`,` or the end".into() } else { format!("`,` or `{close}`") };
            return Err(self.unexpected(or));
        }
        self.space();
        Ok(!(self.wave && self.closed(close)))
    }

    fn closed(&mut self, close: &str) -> bool {
        if close.is_empty() { self.peek().is_none() } else { self.take(close) }
    }

    /// Takes the end of the text.
    pub(super) fn end(&mut self) -> Result<(), ValueError> {
        self.space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end of the text")),
        }
    }

    /// Counts a field or a parameter that the text leaves out.
    pub(super) fn leave_out(&mut self) -> Result<(), ValueError> {
        self.left_out = self.left_out.checked_sub(1).ok_or_else(|| {
            let most = self.text.len().saturating_mul(10).saturating_add(LEFT_OUT);
            ValueError::new(format_args!("at most {most} fields that are left out"), "more")
        })?;
        Ok(())
    }

    /// The error of a text that is not well-formed here.
    #[cold]
    pub(super) fn unexpected(&self, expected: impl fmt::Display) -> ValueError {
        let found = match self.rest().chars().next() {
            Some(found) => format!("`{}`", found.escape_debug()),
            None => "the end of the text".into(),
        };
        let before = &self.text[..self.at];
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        ValueError::new(expected, found).at(lines + 1, before[line..].chars().count() + 1)
    }

    /// The text from a place up to here, for an error.
    pub(super) fn since(&self, start: usize) -> String {
        Cut(&self.text[start..self.at]).to_string()
    }
}

/// An integer, written without a fraction and an exponent.
pub(super) fn integer<T: FromStr>(text: &str) -> Option<T> {
    let mut cursor = Cursor::new(text, false);
    (cursor.number() == Some(text)).then(|| text.parse().ok()).flatten()
}

/// A float that is written as a number. The largest ones that round to infinity are none.
pub(super) fn float<T: FromStr + Float>(text: &str) -> Option<T> {
    text.parse().ok().filter(|value: &T| value.is_finite())
}

pub(super) trait Float: Copy {
    const NAN: Self;
    const INFINITY: Self;
    const NEG_INFINITY: Self;

    fn is_finite(self) -> bool;
}

macro_rules! float {
    ($($ty:ident)*) => {$(
        impl Float for $ty {
            const NAN: Self = $ty::NAN;
            const INFINITY: Self = $ty::INFINITY;
            const NEG_INFINITY: Self = $ty::NEG_INFINITY;

            fn is_finite(self) -> bool {
                $ty::is_finite(self)
            }
        }
    )*};
}

float!(f32 f64);

/// The error of a value that has no text: a handle, or a type that has no values without types.
#[cold]
pub(super) fn no_text(ty: &ValueType) -> ValueError {
    let found = match ty {
        ValueType::Own(resource) | ValueType::Borrow(resource) => format!("a handle to `{}`", Cut(&resource.name)),
        ty => format!("`{}`", Cut(&ty.to_string())),
    };
    ValueError::new("a value that has a text", found)
}
