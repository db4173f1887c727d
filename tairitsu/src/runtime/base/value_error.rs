//! The error of a value without a type that is not of the type of its place.

use std::fmt;

/// A value that is not of the type that its place has.
///
/// ```
/// use tairitsu::{Value, ValueType};
///
/// let ty = ValueType::list(ValueType::String);
/// let error = ty.check(&Value::List(vec!["a".into(), 5u8.into()])).unwrap_err();
/// assert_eq!(error.to_string(), "[1]: expected string, found 5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueError {
    /// Where the value is, from the outermost value on: `people[3].name`. Empty for the outermost value.
    pub path: String,
    /// What the type asks for.
    pub expected: String,
    /// The value that was found. A long one is cut.
    pub found: String,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for ValueError {}

impl ValueError {
    pub(crate) fn new(expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self { path: String::new(), expected: expected.to_string(), found: found.to_string() }
    }

    /// The same error, one step further out. A step is `name`, `[3]` or `.name`.
    pub(crate) fn within(mut self, step: impl fmt::Display) -> Self {
        let mut path = step.to_string();
        if !self.path.is_empty() && !self.path.starts_with(['[', '.']) {
            path.push('.');
        }
        self.path.insert_str(0, &path);
        self
    }
}
