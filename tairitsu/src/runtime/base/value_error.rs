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
    /// Where in the text, if the value was read from a text that is not well-formed.
    pub position: Option<Position>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)?;
        match self.position {
            Some(Position { line, column }) => write!(f, " at line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ValueError {}

impl ValueError {
    pub(crate) fn new(expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self { path: String::new(), expected: expected.to_string(), found: found.to_string(), position: None }
    }

    /// The same error, with its place in a text.
    pub(crate) fn at(self, line: usize, column: usize) -> Self {
        Self { position: Some(Position { line, column }), ..self }
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
