//! A function, with its parameters and its result.

use super::value::Value;
use super::value_type::{Size, ValueType, sequence};
use crate::runtime::base::value_error::ValueError;
use std::fmt;
use std::sync::Arc;

/// A function that an image exports or imports.
///
/// `Display` prints it as WIT does: `greet: func(name: string) -> string`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Function {
    /// The id of its interface, or nothing for a function outside any interface.
    pub interface: Arc<str>,
    /// The name in its interface. A function of a resource is `[method]counter.count`.
    pub name: Arc<str>,
    /// The doc comment, or nothing.
    pub docs: Arc<str>,
    /// The parameters, in their order.
    pub params: Vec<Param>,
    /// The type of the result, if there is one.
    pub result: Option<ValueType>,
    /// Whether WIT declares it `async`.
    pub is_async: bool,
    /// The whole name.
    full_name: Arc<str>,
    pub(crate) types: Vec<ValueType>,
    pub(super) size: Size,
    pub(super) offsets: Vec<usize>,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Param {
    /// The name.
    pub name: Arc<str>,
    /// The type.
    pub ty: ValueType,
}

impl Function {
    pub(super) fn new(
        interface: &Arc<str>,
        name: &str,
        docs: &str,
        params: Vec<Param>,
        result: Option<ValueType>,
        is_async: bool,
    ) -> Self {
        let full_name = if interface.is_empty() { name.into() } else { format!("{interface}#{name}").into() };
        let types: Vec<_> = params.iter().map(|param| param.ty.clone()).collect();
        let (size, offsets) = sequence(types.iter());
        let (interface, name, docs) = (interface.clone(), name.into(), docs.into());
        Self { interface, name, docs, params, result, is_async, full_name, types, size, offsets }
    }

    /// The whole name: `acme:hello/greeter@1.0.0#greet`, or the plain name of a function outside any interface.
    pub fn full_name(&self) -> &str {
        &self.full_name
    }

    /// Whether handles are among the parameters.
    pub(crate) fn has_handles(&self) -> bool {
        self.size.handles
    }

    /// Checks the arguments of a call.
    ///
    /// # Errors
    ///
    /// - If there are more or fewer arguments than parameters.
    /// - The first part of an argument that is not of its type. Its path begins with the parameter's name.
    pub fn check(&self, args: &[Value]) -> Result<(), ValueError> {
        if args.len() != self.params.len() {
            return Err(ValueError::new(Count(self.params.len()), args.len()));
        }
        let mut pairs = self.params.iter().zip(args);
        pairs.try_for_each(|(param, value)| param.ty.check(value).map_err(|error| error.within(&param.name)))
    }

    /// The parameter or the result that has no value without a type, and its type.
    pub(crate) fn other(&self) -> Option<ValueError> {
        let params = self.params.iter().map(|param| (&*param.name, &param.ty));
        let result = self.result.iter().map(|ty| ("the result", ty));
        params.chain(result).find_map(|(name, ty)| {
            let other = ty.other()?;
            Some(ValueError::new("a type that has values without types", other).within(name))
        })
    }
}

/// A number of arguments.
pub(super) struct Count(pub(super) usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("no argument"),
            1 => f.write_str("1 argument"),
            count => write!(f, "{count} arguments"),
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}func(", self.name, if self.is_async { "async " } else { "" })?;
        for (i, param) in self.params.iter().enumerate() {
            write!(f, "{}{}: {}", if i == 0 { "" } else { ", " }, param.name, param.ty)?;
        }
        match &self.result {
            Some(result) => write!(f, ") -> {result}"),
            None => f.write_str(")"),
        }
    }
}
