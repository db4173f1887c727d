//! The fields of a record, or the parameters of a function, as a text has them: by name, in any order.

use super::super::check::{Cut, Expected};
use super::super::function::{Count, Param};
use super::super::nearest::nearest;
use super::super::value::Value;
use super::super::value_type::{Member, Members, ValueType};
use super::cursor::Cursor;
use crate::runtime::base::value_error::ValueError;
use std::collections::HashMap;
use std::fmt;

/// A field, a case or a parameter.
pub(super) trait Named {
    /// What it is called in errors.
    const WHAT: &str;

    fn name(&self) -> &str;
    fn ty(&self) -> Option<&ValueType>;
}

impl Named for Member {
    const WHAT: &str = "field";

    fn name(&self) -> &str {
        &self.name
    }

    fn ty(&self) -> Option<&ValueType> {
        self.ty.as_ref()
    }
}

impl Named for Param {
    const WHAT: &str = "parameter";

    fn name(&self) -> &str {
        &self.name
    }

    fn ty(&self) -> Option<&ValueType> {
        Some(&self.ty)
    }
}

/// A place for the value of each field.
pub(super) struct Slots<'m, M> {
    members: &'m [M],
    values: Vec<Option<Value>>,
    /// The field that comes next, if the text has the order of the type.
    next: usize,
    /// The index of each field. Made at the first field that is not in order.
    index: Option<HashMap<&'m str, usize>>,
}

impl<'m, M: Named> Slots<'m, M> {
    pub(super) fn new(members: &'m [M]) -> Self {
        Self { members, values: members.iter().map(|_| None).collect(), next: 0, index: None }
    }

    /// The index of a field, and its type.
    ///
    /// # Errors
    ///
    /// If there is no such field, or if it has its value already.
    pub(super) fn find(&mut self, name: &str) -> Result<(usize, &'m M), ValueError> {
        let members = self.members;
        let found = match members.get(self.next) {
            Some(next) if next.name() == name => Some(self.next),
            _ => {
                let index = || members.iter().enumerate().map(|(i, member)| (member.name(), i)).collect();
                self.index.get_or_insert_with(index).get(name).copied()
            }
        };
        let Some(found) = found else { return Err(unknown(M::WHAT, members, name)) };
        if self.values[found].is_some() {
            return Err(ValueError::new(format_args!("the {} `{}` once", M::WHAT, Cut(name)), "it twice"));
        }
        self.next = found + 1;
        Ok((found, &members[found]))
    }

    pub(super) fn put(&mut self, index: usize, value: Value) {
        self.values[index] = Some(value);
    }

    /// The values of all fields. One that is left out is `none`.
    ///
    /// # Errors
    ///
    /// If a field is left out that is no option, or too many are.
    pub(super) fn finish(self, cursor: &mut Cursor<'_>) -> Result<Vec<Value>, ValueError> {
        let fields = self.values.into_iter().zip(self.members);
        fields
            .map(|(value, member)| match (value, member.ty()) {
                (Some(value), _) => Ok(value),
                (None, Some(ValueType::Option(_))) => cursor.leave_out().map(|()| Value::Option(None)),
                (None, ty) => Err(missing(ty, M::WHAT).within(member.name())),
            })
            .collect()
    }
}

/// The case of a name.
pub(super) fn case<'m>(cases: &'m Members, name: &str) -> Result<&'m Member, ValueError> {
    cases.named(name).ok_or_else(|| unknown("case", cases, name))
}

/// The flags that are set.
pub(super) struct Set<'m> {
    flags: &'m Members,
    set: Vec<bool>,
}

impl<'m> Set<'m> {
    pub(super) fn new(flags: &'m Members) -> Self {
        Self { flags, set: vec![false; flags.len()] }
    }

    /// # Errors
    ///
    /// If there is no such flag, or if it is set already.
    pub(super) fn set(&mut self, name: &str) -> Result<(), ValueError> {
        let found = self.flags.position(name);
        let found = found.ok_or_else(|| unknown("flag", self.flags, name))?;
        match std::mem::replace(&mut self.set[found], true) {
            true => Err(ValueError::new(format_args!("the flag `{}` once", Cut(name)), "it twice")),
            false => Ok(()),
        }
    }

    pub(super) fn finish(self) -> Value {
        let flags = self.flags.iter().zip(self.set);
        Value::Flags(flags.filter(|(_, is_set)| *is_set).map(|(flag, _)| flag.name.clone()).collect())
    }
}

/// Arguments by position, with those that were left out at the end.
pub(super) fn complete(mut args: Vec<Value>, params: &[Param]) -> Result<Vec<Value>, ValueError> {
    let given = args.len();
    for param in &params[given..] {
        match param.ty {
            ValueType::Option(_) => args.push(Value::Option(None)),
            _ => return Err(ValueError::new(Count(params.len()), given)),
        }
    }
    Ok(args)
}

fn missing(ty: Option<&ValueType>, what: &str) -> ValueError {
    match ty {
        Some(ty) => ValueError::new(Expected(ty), format_args!("no such {what}")),
        None => ValueError::new(format_args!("a {what}"), "none"),
    }
}

/// The error of a name that no member has, with the most similar one.
#[cold]
pub(super) fn unknown<M: Named>(what: &str, members: &[M], name: &str) -> ValueError {
    let near = nearest(name, members.iter().map(M::name));
    let there = near.map(|near| format!(": there is `{}`", Cut(near))).unwrap_or_default();
    let found = format!("`{}`{there}", Cut(name));
    match members.is_empty() {
        true => ValueError::new(format_args!("no {what}"), found),
        false => ValueError::new(format_args!("a {what} of {}", Names(members)), found),
    }
}

/// The names of members: as many as fit into an error.
struct Names<'m, M>(&'m [M]);

impl<M: Named> fmt::Display for Names<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 10;
        for (i, member) in self.0.iter().take(MOST).enumerate() {
            write!(f, "{}`{}`", if i == 0 { "" } else { ", " }, Cut(member.name()))?;
        }
        match self.0.len().checked_sub(MOST) {
            Some(more @ 1..) => write!(f, " and {more} more"),
            _ => Ok(()),
        }
    }
}
