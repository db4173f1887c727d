//! Values without types.

use super::value_type::VALUE;
use crate::runtime::values::guest_handle::Handle;
use std::fmt;
use std::sync::Arc;

/// A value of any WIT type, without a Rust type.
///
/// A value does not know its type. Where it is used, it is compared with the type of that place. So a record may have
/// its fields in any order, and a literal such as `Value::U32(5)` is not a `u8`.
///
/// ```
/// use tairitsu::Value;
///
/// let person = Value::record([("name", Value::from("Ada")), ("age", Value::from(36u32))]);
/// let Value::Record(fields) = &person else { unreachable!() };
/// assert_eq!(fields.get("age"), Some(&Value::U32(36)));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `bool`
    Bool(bool),
    /// `s8`
    S8(i8),
    /// `u8`
    U8(u8),
    /// `s16`
    S16(i16),
    /// `u16`
    U16(u16),
    /// `s32`
    S32(i32),
    /// `u32`
    U32(u32),
    /// `s64`
    S64(i64),
    /// `u64`
    U64(u64),
    /// `f32`
    F32(f32),
    /// `f64`
    F64(f64),
    /// `char`
    Char(char),
    /// `string`
    String(String),
    /// `list<u8>`. A call returns such a list as bytes, and takes it as bytes or as a list.
    Bytes(Vec<u8>),
    /// `list<t>`
    List(Vec<Value>),
    /// `tuple<..>`
    Tuple(Vec<Value>),
    /// `option<t>`
    Option(Option<Box<Value>>),
    /// `result<t, e>`. A side without a type carries no value.
    Result(Result<Option<Box<Value>>, Option<Box<Value>>>),
    /// A record
    Record(Fields),
    /// A case of a variant, with the value that it carries
    Variant(Arc<str>, Option<Box<Value>>),
    /// A case of an enum
    Enum(Arc<str>),
    /// The names of the flags that are set
    Flags(Vec<Arc<str>>),
    /// `own<r>` or `borrow<r>`
    Handle(Handle),
}

const _: () = assert!(size_of::<Value>() <= VALUE, "the host pays for more than it counts");

impl Value {
    /// A record of these fields, in any order.
    pub fn record<N: Into<Arc<str>>>(fields: impl IntoIterator<Item = (N, Value)>) -> Self {
        Value::Record(fields.into_iter().collect())
    }

    /// A case of a variant that carries no value.
    pub fn case(name: impl Into<Arc<str>>) -> Self {
        Value::Variant(name.into(), None)
    }

    /// A case of a variant that carries a value.
    pub fn case_of(name: impl Into<Arc<str>>, payload: impl Into<Value>) -> Self {
        Value::Variant(name.into(), Some(Box::new(payload.into())))
    }

    /// A case of an enum.
    pub fn enumerated(name: impl Into<Arc<str>>) -> Self {
        Value::Enum(name.into())
    }

    /// The flags of these names.
    pub fn flags<N: Into<Arc<str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Value::Flags(names.into_iter().map(Into::into).collect())
    }

    /// `some` of a value.
    pub fn some(value: impl Into<Value>) -> Self {
        Value::Option(Some(Box::new(value.into())))
    }

    /// `none`.
    pub fn none() -> Self {
        Value::Option(None)
    }

    /// `ok` of a value.
    pub fn ok(value: impl Into<Value>) -> Self {
        Value::Result(Ok(Some(Box::new(value.into()))))
    }

    /// `err` of a value.
    pub fn err(value: impl Into<Value>) -> Self {
        Value::Result(Err(Some(Box::new(value.into()))))
    }
}

/// The fields of a record, each with its name.
#[derive(Clone)]
pub struct Fields {
    /// Shared by the records that were lifted together.
    names: Arc<[Arc<str>]>,
    /// As many as there are names.
    values: Box<[Value]>,
}

impl Fields {
    pub(crate) fn new(names: Arc<[Arc<str>]>, values: Box<[Value]>) -> Self {
        debug_assert_eq!(names.len(), values.len());
        Self { names, values }
    }

    /// The value of a field. The first one, if several have the name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let index = self.names.iter().position(|found| &**found == name)?;
        self.values.get(index)
    }

    /// The fields, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.names.iter().map(|name| &**name).zip(&self.values)
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn names(&self) -> &Arc<[Arc<str>]> {
        &self.names
    }

    pub(crate) fn into_values(self) -> Vec<Value> {
        self.values.into_vec()
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// Two records are equal if they have the same fields, in any order.
impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        if self.names == other.names {
            return self.values == other.values;
        }
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl<N: Into<Arc<str>>> FromIterator<(N, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(fields: I) -> Self {
        let (names, values): (Vec<Arc<str>>, Vec<Value>) =
            fields.into_iter().map(|(name, value)| (name.into(), value)).unzip();
        Self { names: names.into(), values: values.into() }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

macro_rules! from {
    ($($ty:ty as $case:ident;)*) => {$(
        impl From<$ty> for Value {
            fn from(value: $ty) -> Self {
                Value::$case(value)
            }
        }
    )*};
}

from! {
    bool as Bool;
    i8 as S8;
    u8 as U8;
    i16 as S16;
    u16 as U16;
    i32 as S32;
    u32 as U32;
    i64 as S64;
    u64 as U64;
    f32 as F32;
    f64 as F64;
    char as Char;
    String as String;
    Vec<u8> as Bytes;
    Vec<Value> as List;
    Handle as Handle;
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::String(value.into())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Value::Bytes(value.into())
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        Value::Option(value.map(|value| Box::new(value.into())))
    }
}
