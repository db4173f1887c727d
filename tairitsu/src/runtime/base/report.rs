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

/// A place where one side of a contract is older than the other, and what happens to values there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bridge {
    /// The place: the function, then the path into its type, to the field, the case or the flag.
    pub path: String,
    /// The version since which the newer side has it.
    pub since: String,
    /// Whether the host is the newer side. Otherwise it is the guest.
    pub host_is_newer: bool,
    /// What happens to values.
    pub how: How,
}

/// What happens to a value that goes to a side which does not know a part of it, or comes from there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// A field is its default on the way to the newer side, and is left out on the way to the older side.
    #[non_exhaustive]
    ByDefault {
        /// The default, as WAVE.
        value: String,
        /// Whether any value may be left out. Otherwise a value that is not the default is an error.
        lossy: bool,
    },
    /// A case becomes this other case on the way to the older side.
    Becomes(String),
    /// A flag is left out on the way to the older side.
    LeftOut,
    /// A case or a flag is an error on the way to the older side.
    Refused,
}

impl fmt::Display for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let older = if self.host_is_newer { "guest" } else { "host" };
        write!(f, "`{}`, which the {older} does not have because it is older than {}: ", self.path, self.since)?;
        match &self.how {
            How::ByDefault { value, lossy: false } => write!(f, "`{value}`, and any other value is an error"),
            How::ByDefault { value, lossy: true } => write!(f, "`{value}`, and any other value is left out"),
            How::Becomes(other) => write!(f, "`{other}` in its place"),
            How::LeftOut => f.write_str("it is left out"),
            How::Refused => f.write_str("it is an error"),
        }
    }
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
