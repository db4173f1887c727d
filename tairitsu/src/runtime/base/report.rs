//! The functions in which two sides of a contract differ.

use std::fmt;

/// Every function that is missing, differs or is denied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Functions that one side needs and the other side lacks.
    pub missing: Vec<MissingImport>,
    /// Functions that both sides have, with different types.
    pub different: Vec<Difference>,
    /// Functions that the policy denies, `interface#function`.
    pub denied: Vec<String>,
    /// How many more there are. An image may import any number of functions, and a report lists 1,000 at most.
    pub more: usize,
}

/// The most entries of a report.
const LISTED: usize = 1_000;

/// A function that has no provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingImport {
    /// The interface's id, on the side that needs the function. Empty for a function that belongs to no interface.
    pub interface: String,
    /// The interface's id on the other side, in a version that is compatible. `None` if the other side has no such interface.
    pub found_in: Option<String>,
    /// The function.
    pub function: String,
    /// The function's type, as the side that needs the function declares it.
    pub expected: String,
}

/// A place where two types of one function differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The interface's id, on the side that needs the function.
    pub interface: String,
    /// The interface's id on the other side, in a version that is compatible.
    pub found_in: String,
    /// Where the types differ: the function, then the path into its type.
    pub path: String,
    /// The type at this place, as the side that needs the function declares it.
    pub expected: String,
    /// The type at this place, as the other side declares it.
    pub found: String,
}

impl Report {
    /// Adds an entry to the list that `to` chooses, unless the report is full.
    pub(crate) fn add<T>(&mut self, to: impl FnOnce(&mut Self) -> &mut Vec<T>, entry: impl FnOnce() -> T) {
        match self.missing.len() + self.different.len() + self.denied.len() < LISTED {
            true => to(self).push(entry()),
            false => self.more += 1,
        }
    }

    /// Whether nothing is missing, different or denied.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.different.is_empty() && self.denied.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut line = |f: &mut fmt::Formatter<'_>| if std::mem::take(&mut first) { Ok(()) } else { f.write_str("\n") };
        // The other side's id is shown where it is another version.
        let found_in = |f: &mut fmt::Formatter<'_>, interface: &str, other: &str| match other == interface {
            true => Ok(()),
            false => write!(f, " in `{other}`"),
        };
        for MissingImport { interface, function, expected, found_in: other } in &self.missing {
            line(f)?;
            let separator = if interface.is_empty() { "" } else { "#" };
            write!(f, "  `{interface}{separator}{function}`: expected `{expected}`, found nothing")?;
            found_in(f, interface, other.as_ref().unwrap_or(interface))?;
        }
        for Difference { interface, path, expected, found, found_in: other } in &self.different {
            line(f)?;
            write!(f, "  `{interface}` at `{path}`: expected `{expected}`, found `{found}`")?;
            found_in(f, interface, other)?;
        }
        for function in &self.denied {
            line(f)?;
            write!(f, "  `{function}`: denied by the policy")?;
        }
        if self.more > 0 {
            line(f)?;
            write!(f, "  and {} more", self.more)?;
        }
        Ok(())
    }
}

/// What the author of a guest without exports has most often forgotten.
pub(crate) const FORGOTTEN: &str = "put `#[tairitsu::guest]` on the impl too, and not on the trait only";

/// Lists names in backquotes, for an error. With no names, says that the image exports nothing.
pub(crate) fn list(names: &[String]) -> String {
    match names {
        [] => format!("one that exports nothing: {FORGOTTEN}"),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}
