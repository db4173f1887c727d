//! How a value goes from one age of a contract to the other.

use super::pairs::Side;
use crate::runtime::base::value_error::ValueError;
use crate::runtime::dynamic::check::{Cut, Found, item};
use crate::runtime::dynamic::value::{Fields, Value};
use semver::Version;
use std::sync::Arc;

/// How the values of a type go from one side to the other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plan {
    /// As they are.
    Same,
    List(Box<Plan>),
    Option(Box<Plan>),
    Result(Box<[Plan; 2]>),
    Tuple(Box<[Plan]>),
    Record(Box<RecordPlan>),
    /// A variant or an enum.
    Cases(Box<CasesPlan>),
    Flags(Box<[Newer]>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordPlan {
    /// The names of the fields, on each side.
    pub(super) host: Arc<[Arc<str>]>,
    pub(super) guest: Arc<[Arc<str>]>,
    /// In an order in which those of each side are in that side's order.
    pub(super) fields: Box<[Field]>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Both(Arc<str>, Plan),
    /// A field of one side, and the value that stands for it on the way from the other side.
    Only(Newer, Value),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CasesPlan {
    /// The cases of one side, ordered by name.
    pub(super) newer: Box<[Newer]>,
    /// The cases whose payloads are not the same on both sides, ordered by name.
    pub(super) payloads: Box<[(Arc<str>, Plan)]>,
    /// The case that stands for the cases that a side does not have, and whether it takes their names.
    pub(super) other: Option<(Arc<str>, bool)>,
}

/// A field, case or flag that one side has, and the other side does not have yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Newer {
    pub(super) name: Arc<str>,
    /// The side that has it.
    pub(super) side: Side,
    pub(super) since: Version,
    /// Whether it may be left out.
    pub(super) lossy: bool,
}

impl Plan {
    /// A plan of parts. `Same` if it is the plan of each.
    pub(super) fn of_parts(parts: Vec<Plan>, plan: impl FnOnce(Box<[Plan]>) -> Plan) -> Plan {
        if parts.iter().all(Plan::is_same) { Plan::Same } else { plan(parts.into()) }
    }

    pub(super) fn is_same(&self) -> bool {
        matches!(self, Plan::Same)
    }

    /// A value as the side `to` has it. The value was lifted by the type of the other side.
    ///
    /// # Errors
    ///
    /// - If `to` is older, and the value has a part that `to` does not know and that may not get lost.
    pub(super) fn convert(&self, to: Side, value: Value) -> Result<Value, ValueError> {
        Ok(match (self, value) {
            (Plan::List(plan), Value::List(mut items)) => {
                for (i, value) in items.iter_mut().enumerate() {
                    plan.replace(to, value).map_err(|error| error.within(item(i)))?;
                }
                Value::List(items)
            }
            (Plan::Option(plan), Value::Option(Some(mut value))) => {
                plan.replace(to, &mut value)?;
                Value::Option(Some(value))
            }
            (Plan::Result(plans), Value::Result(result)) => Value::Result(match result {
                Ok(value) => Ok(plans[0].payload(to, value).map_err(|error| error.within("ok"))?),
                Err(value) => Err(plans[1].payload(to, value).map_err(|error| error.within("err"))?),
            }),
            (Plan::Tuple(plans), Value::Tuple(mut items)) => {
                for (i, (plan, value)) in plans.iter().zip(&mut items).enumerate() {
                    plan.replace(to, value).map_err(|error| error.within(item(i)))?;
                }
                Value::Tuple(items)
            }
            (Plan::Record(plan), Value::Record(fields)) => Value::Record(plan.convert(to, fields)?),
            (Plan::Cases(plan), Value::Variant(case, value)) => match plan.unknown(to, &case)? {
                Some((other, named)) => {
                    Value::Variant(other.clone(), named.then(|| Box::new(Value::String(case.to_string()))))
                }
                None => {
                    let value = match plan.payloads.binary_search_by(|(name, _)| name.cmp(&case)) {
                        Ok(index) => plan.payloads[index].1.payload(to, value).map_err(|error| error.within(&case))?,
                        Err(_) => value,
                    };
                    Value::Variant(case, value)
                }
            },
            (Plan::Cases(plan), Value::Enum(case)) => match plan.unknown(to, &case)? {
                Some((other, _)) => Value::Enum(other.clone()),
                None => Value::Enum(case),
            },
            (Plan::Flags(newer), Value::Flags(mut names)) => {
                for flag in newer.iter().filter(|flag| flag.side != to) {
                    let len = names.len();
                    names.retain(|name| *name != flag.name);
                    if names.len() != len && !flag.lossy {
                        return Err(flag.refuse("older flags", format_args!("`{}`", Cut(&flag.name))));
                    }
                }
                Value::Flags(names)
            }
            (_, value) => value,
        })
    }

    /// [`Plan::convert`], in the value's place.
    pub(super) fn replace(&self, to: Side, value: &mut Value) -> Result<(), ValueError> {
        if !self.is_same() {
            *value = self.convert(to, std::mem::replace(value, Value::Bool(false)))?;
        }
        Ok(())
    }

    fn payload(&self, to: Side, value: Option<Box<Value>>) -> Result<Option<Box<Value>>, ValueError> {
        let Some(mut value) = value else { return Ok(None) };
        self.replace(to, &mut value)?;
        Ok(Some(value))
    }
}

impl RecordPlan {
    fn convert(&self, to: Side, fields: Fields) -> Result<Fields, ValueError> {
        let names = match to {
            Side::Host => &self.host,
            Side::Guest => &self.guest,
        };
        let mut given = fields.into_values().into_iter();
        let mut values = Vec::with_capacity(names.len());
        for field in &self.fields {
            match field {
                Field::Only(newer, default) if newer.side == to => values.push(default.clone()),
                Field::Only(newer, default) => {
                    let value = given.next();
                    if let Some(value) = value.filter(|value| value != default && !newer.lossy) {
                        let refused = newer.refuse(Found(default), Found(&value));
                        return Err(refused.within(&newer.name));
                    }
                }
                Field::Both(name, plan) => {
                    let Some(mut value) = given.next() else { continue };
                    plan.replace(to, &mut value).map_err(|error| error.within(name))?;
                    values.push(value);
                }
            }
        }
        Ok(Fields::new(names.clone(), values.into()))
    }
}

impl CasesPlan {
    /// The case that stands for this one on the side `to`. `None` if `to` has this one.
    fn unknown(&self, to: Side, case: &str) -> Result<Option<(&Arc<str>, bool)>, ValueError> {
        let Ok(index) = self.newer.binary_search_by(|newer| (*newer.name).cmp(case)) else { return Ok(None) };
        let newer = &self.newer[index];
        if newer.side == to {
            return Ok(None);
        }
        match &self.other {
            Some((other, named)) => Ok(Some((other, *named))),
            None => Err(newer.refuse("an older case", format_args!("`{}`", Cut(case)))),
        }
    }
}

impl Newer {
    /// The error of a value that the older side cannot be given.
    fn refuse(&self, expected: impl std::fmt::Display, found: impl std::fmt::Display) -> ValueError {
        let older = match self.side {
            Side::Host => "guest",
            Side::Guest => "host",
        };
        let expected = format!("{expected}, because the {older} is older than {}", self.since);
        ValueError::new(expected, found)
    }
}
