//! The differences of two contracts, and their verdict.

use std::cmp::Reverse;
use std::fmt;
use tairitsu_guest::schema::Role;

/// How much a contract has changed, in the terms of semver. A later verdict is greater than the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing has changed.
    Same,
    /// Nothing that crosses has changed: only doc comments, or the names of types.
    Patch,
    /// The contract has grown. Hosts and images of the old contract go on working.
    Minor,
    /// Hosts of the old contract stop working.
    Major,
}

/// What has happened at one place of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// The new contract has more: a world, an interface, a function, a resource, a type, or a part of a type.
    Added,
    /// The new contract has less.
    Removed,
    /// Both have it, and its type differs.
    Changed,
    /// Only the name of a type or of a parameter differs.
    Renamed,
    /// Only the doc comment differs, or `@since`, `@unstable` or `@deprecated`.
    Documented,
}

/// A place where two contracts differ.
///
/// `Display` writes one line: the verdict, what was expected, what was found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What this difference alone demands.
    pub verdict: Verdict,
    /// What has happened.
    pub kind: ChangeKind,
    /// Whether the place is in an export or in an import of a world. `None` in a package without a world.
    pub role: Option<Role>,
    /// The place: an interface's id, a function, then the way into its types. Such as
    /// `acme:hello/greeter@1.0.0#greet(people)[].name` or `acme:hello/greeter@1.0.0#greet ->.ok`. A type that no
    /// function uses stands behind its interface: `acme:hello/types person.age`.
    ///
    /// A difference inside a named type is listed once, at the first function that uses the type.
    pub path: String,
    /// What the old contract has there, as WIT. `None` if it has nothing there. For [`ChangeKind::Documented`], the doc
    /// comment, which may have several lines and any character.
    pub expected: Option<String>,
    /// What the new contract has there.
    pub found: Option<String>,
}

/// A package whose version has grown less than its changes demand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionTooLow {
    /// The package, without its version.
    pub package: String,
    /// The greatest verdict of the differences in the package.
    pub verdict: Verdict,
    /// The version in the old contract.
    pub old: String,
    /// The lowest version that the new contract may have.
    pub expected: String,
    /// The version that it has.
    pub found: String,
}

/// All differences of two contracts, and the verdict about them.
///
/// `Display` writes the verdict, then a line for each difference and for each version that is too low.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The greatest verdict of all differences.
    pub verdict: Verdict,
    /// The differences, those of the greatest verdict first. At most 1,000 of each verdict.
    pub differences: Vec<Change>,
    /// How many more there are.
    pub more: usize,
    /// The packages whose versions are too low for what has changed in them. At most 1,000.
    pub versions: Vec<VersionTooLow>,
}

/// The most entries of a list.
const LISTED: usize = 1_000;

impl Changes {
    pub(super) fn none() -> Self {
        Self { verdict: Verdict::Same, differences: Vec::new(), more: 0, versions: Vec::new() }
    }

    /// Adds a difference, unless the list is full for its verdict. `counts` has the number of differences of each verdict.
    pub(super) fn add(&mut self, counts: &mut [usize; 4], verdict: Verdict, change: impl FnOnce() -> Change) {
        self.verdict = self.verdict.max(verdict);
        let count = &mut counts[verdict as usize];
        *count += 1;
        match *count <= LISTED {
            true => self.differences.push(change()),
            false => self.more += 1,
        }
    }

    /// Puts the differences in order, and adds the versions that are too low.
    pub(super) fn finish(mut self, versions: impl Iterator<Item = VersionTooLow>) -> Self {
        self.differences.sort_by_key(|change| Reverse(change.verdict));
        self.versions = versions.take(LISTED).collect();
        self
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Same => "same",
            Verdict::Patch => "patch",
            Verdict::Minor => "minor",
            Verdict::Major => "major",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.verdict)?;
        match self.kind {
            // The text of a doc comment is long, and may have any character.
            ChangeKind::Documented => f.write_str("expected the same doc comment, found another")?,
            _ => write!(f, "expected {}, found {}", Quoted(&self.expected), Quoted(&self.found))?,
        }
        f.write_str(match self.role {
            Some(Role::Import) => " at import ",
            Some(Role::Export) => " at export ",
            None => " at ",
        })?;
        write!(f, "`{}`", self.path)
    }
}

/// A text in backquotes, or `nothing`.
struct Quoted<'a>(&'a Option<String>);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, "`{text}`"),
            None => f.write_str("nothing"),
        }
    }
}

impl fmt::Display for VersionTooLow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, verdict, old, expected, found } = self;
        write!(f, "version: expected `{package}@{expected}` or higher, found `{package}@{found}` after `{old}`: ")?;
        write!(f, "a change in it is {verdict}")
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        for change in &self.differences {
            write!(f, "\n  {change}")?;
        }
        if self.more > 0 {
            write!(f, "\n  and {} more", self.more)?;
        }
        for version in &self.versions {
            write!(f, "\n  {version}")?;
        }
        Ok(())
    }
}
