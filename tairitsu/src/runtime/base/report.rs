//! What two sides of a contract lack or differ in, function by function.

use std::fmt;

/// Every function that is missing or differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Functions that one side wants and the other does not have.
    pub missing: Vec<MissingImport>,
    /// Functions that both sides have, with different types.
    pub different: Vec<Difference>,
    /// Functions that the policy denies, `interface#function`.
    pub denied: Vec<String>,
}

/// A function that nobody provides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingImport {
    /// The interface's id; empty for a function that stands alone.
    pub interface: String,
    /// The function.
    pub function: String,
    /// Its type, as the side that wants it has it.
    pub expected: String,
}

/// A place where two types of one function differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The interface's id.
    pub interface: String,
    /// Where: the function, then the way into its type.
    pub path: String,
    /// The type there, as the side that wants the function has it.
    pub expected: String,
    /// The type there, as the other side has it.
    pub found: String,
}

impl Report {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.different.is_empty() && self.denied.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut line = |f: &mut fmt::Formatter<'_>| if std::mem::take(&mut first) { Ok(()) } else { f.write_str("\n") };
        for MissingImport { interface, function, expected } in &self.missing {
            line(f)?;
            let separator = if interface.is_empty() { "" } else { "#" };
            write!(f, "  `{interface}{separator}{function}`: expected `{expected}`, found nothing")?;
        }
        for Difference { interface, path, expected, found } in &self.different {
            line(f)?;
            write!(f, "  `{interface}` at `{path}`: expected `{expected}`, found `{found}`")?;
        }
        for function in &self.denied {
            line(f)?;
            write!(f, "  `{function}`: denied by the policy")?;
        }
        Ok(())
    }
}

/// Names in backquotes, or "nothing".
pub(crate) fn list(names: &[String]) -> String {
    match names {
        [] => "one that exports nothing".into(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}
