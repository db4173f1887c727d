//! Which imports a container may have.

use crate::runtime::base::load_error::Error;
use semver::{BuildMetadata, Prerelease, Version, VersionReq};
use std::fmt;
use tairitsu_guest::schema::InterfaceId;
use wildmatch::WildMatchPattern;

/// Which imports a container may have, down to single functions.
///
/// A container reaches only its providers, and WASI with nothing granted ([`Wasi`]). A policy takes away from these.
/// For example, a provider has five functions, and the image may call only three of them. Or the image must run without
/// the clock.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// use tairitsu::Policy;
///
// Everything that is provided, except sockets and every function that deletes.
/// let policy = Policy::allow_all().deny("wasi:sockets/*")?.deny("acme:*/*#delete-*")?;
///
// These two, and nothing else.
/// let policy = Policy::deny_all().allow("acme:hello/journal@^1.2#record")?.allow("wasi:cli/stderr")?;
/// # Ok(())
/// # }
/// ```
///
/// # Rules
///
/// A rule has these parts:
///
/// 1. `namespace:package/interface`, or `*` for everything. In each name, `*` stands for any number of characters.
/// 2. Optional: `@` and a range of versions in Cargo's syntax. Without a range, the rule covers every version, and
///    interfaces without a version.
/// 3. Optional: `#` and the name of a function, in which `*` has the same meaning.
///
/// If any rule denies a function, the function is denied. The order of the rules does not matter.
///
/// A guest may import another version than the provided version, if the two versions are compatible. A rule that denies
/// applies if it covers either version. A rule that allows applies only if it covers both.
///
/// [`Wasi`]: crate::Wasi
#[derive(Clone, Debug, Default)]
#[must_use = "it has no effect until it is given to a builder"]
pub struct Policy {
    /// Denies everything that no rule allows.
    closed: bool,
    allowed: Vec<Rule>,
    denied: Vec<Rule>,
    on_denied: OnDenied,
}

/// How to treat an image that imports a function that its policy denies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnDenied {
    /// The image is refused. [`Error::Imports`] lists every denied function.
    #[default]
    Refuse,
    /// The image runs. A call of a denied function ends in [`CallError::Denied`](crate::CallError::Denied).
    Trap,
}

impl Policy {
    /// Allows everything that is provided, except what is denied.
    pub fn allow_all() -> Self {
        Self::default()
    }

    /// Denies everything, except what is allowed.
    pub fn deny_all() -> Self {
        Self { closed: true, ..Self::default() }
    }

    /// Allows everything that the rule covers. The rule matters only in a policy of [`Policy::deny_all`].
    ///
    /// # Errors
    ///
    /// - [`Error::Rule`] if the text is not a valid rule.
    pub fn allow(mut self, rule: &str) -> Result<Self, Error> {
        self.allowed.push(Rule::parse(rule)?);
        Ok(self)
    }

    /// Denies everything that the rule covers, even if another rule allows it.
    ///
    /// # Errors
    ///
    /// - [`Error::Rule`] if the text is not a valid rule.
    pub fn deny(mut self, rule: &str) -> Result<Self, Error> {
        self.denied.push(Rule::parse(rule)?);
        Ok(self)
    }

    /// Sets how to treat an image that imports a denied function. The default is to refuse the image.
    pub fn on_denied(mut self, on_denied: OnDenied) -> Self {
        self.on_denied = on_denied;
        self
    }

    pub(crate) fn refuses(&self) -> bool {
        self.on_denied == OnDenied::Refuse
    }

    /// Whether a function is denied. The guest imports the function's interface as `imported`, and gets `provided`.
    pub(crate) fn denies(&self, imported: &str, provided: &str, function: &str) -> bool {
        let (imported, provided) = (Id::parse(imported), Id::parse(provided));
        if self.denied.iter().any(|rule| rule.denies(&imported, function) || rule.denies(&provided, function)) {
            return true;
        }
        let allows = |id: &Id<'_>| self.allowed.iter().any(|rule| rule.allows(id, function));
        self.closed && !(allows(&imported) && allows(&provided))
    }
}

/// A parsed rule.
#[derive(Clone)]
struct Rule {
    text: String,
    /// `namespace:package/interface`; nothing for everything.
    name: Option<[Glob; 3]>,
    versions: Option<VersionReq>,
    function: Option<Glob>,
}

impl Rule {
    fn parse(text: &str) -> Result<Self, Error> {
        let fail = |reason: String| Error::Rule { rule: text.into(), reason };
        let (rest, function) = match text.split_once('#') {
            Some((_, "")) => return Err(fail("no function follows the `#`".into())),
            Some((rest, function)) => (rest, Some(glob(function))),
            None => (text, None),
        };
        let (name, versions) = match rest.split_once('@') {
            Some((name, range)) => {
                let range = VersionReq::parse(range).map_err(|error| fail(format!("`{range}`: {error}")))?;
                (name, Some(range))
            }
            None => (rest, None),
        };
        let name = if name == "*" {
            None
        } else {
            let parts = name.split_once(':').and_then(|(namespace, rest)| {
                let (package, interface) = rest.split_once('/')?;
                Some([namespace, package, interface])
            });
            let parts = parts.ok_or_else(|| fail("there is no `:` and `/` in the name".into()))?;
            for part in parts {
                let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '*');
                if part.is_empty() {
                    return Err(fail("a part of the name is empty".into()));
                }
                if let Some(c) = part.chars().find(|c| !is_name(*c)) {
                    return Err(fail(format!("`{c}` is in no name")));
                }
            }
            Some(parts.map(glob))
        };
        Ok(Self { text: text.into(), name, versions, function })
    }

    /// Whether a rule that denies covers the function. A pre-release version also counts as its release: `1.1.0-rc.1`
    /// counts as `1.1.0` too.
    fn denies(&self, id: &Id<'_>, function: &str) -> bool {
        self.names(id, function)
            && self.versions.as_ref().is_none_or(|versions| {
                id.version.as_ref().is_some_and(|version| {
                    let release = Version { pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY, ..version.clone() };
                    versions.matches(version) || versions.matches(&release)
                })
            })
    }

    /// Whether a rule that allows covers the function.
    fn allows(&self, id: &Id<'_>, function: &str) -> bool {
        self.names(id, function)
            && self
                .versions
                .as_ref()
                .is_none_or(|versions| id.version.as_ref().is_some_and(|version| versions.matches(version)))
    }

    fn names(&self, id: &Id<'_>, function: &str) -> bool {
        let interface = match (&self.name, id.parts) {
            (None, _) => true,
            (Some(patterns), Some(parts)) => patterns.iter().zip(parts).all(|(pattern, part)| pattern.matches(part)),
            (Some(_), None) => false,
        };
        interface && self.function.as_ref().is_none_or(|pattern| pattern.matches(function))
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// The parsed id of an interface.
struct Id<'a> {
    parts: Option<[&'a str; 3]>,
    version: Option<Version>,
}

impl<'a> Id<'a> {
    fn parse(id: &'a str) -> Self {
        let Some(id) = InterfaceId::parse(id) else { return Self { parts: None, version: None } };
        let version = id.version.and_then(|version| Version::parse(version).ok());
        Self { parts: Some([id.namespace, id.package, id.interface]), version }
    }
}

/// A pattern in which `*` stands for any number of characters. No other character is special: a name has no `\0`.
type Glob = WildMatchPattern<'*', '\0'>;

/// A pattern for names in any case: names that differ only in case are one name.
fn glob(pattern: &str) -> Glob {
    Glob::new_case_insensitive(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denies(policy: &Policy, imported: &str, function: &str) -> bool {
        policy.denies(imported, imported, function)
    }

    #[test]
    fn rules_and_what_they_are_for() {
        for (rule, id, function, expected) in [
            ("*", "a:b/c@1.0.0", "f", true),
            ("*", "log", "log", true),
            ("a:b/c", "a:b/c", "f", true),
            ("a:b/c", "a:b/c@1.0.0", "f", true),
            ("a:b/c", "a:b/d", "f", false),
            ("a:b/c", "c", "f", false),
            ("A:b/C", "a:B/c", "f", true),
            ("a:*/*", "a:b/c@0.1.0", "f", true),
            ("a:*/*", "ab:b/c@0.1.0", "f", false),
            ("a*:b/*-x-*", "abc:b/one-x-two", "f", true),
            ("a*:b/*-x-*", "abc:b/one-x", "f", false),
            ("a:b/c#f", "a:b/c", "f", true),
            ("a:b/c#f", "a:b/c", "g", false),
            ("a:b/c#F", "a:b/c", "f", true),
            ("a:b/c#get-*", "a:b/c", "get-it", true),
            ("a:b/c#[method]file.*", "a:b/c", "[method]file.write", true),
            ("a:b/c@1", "a:b/c@1.9.0", "f", true),
            ("a:b/c@1", "a:b/c@2.0.0", "f", false),
            ("a:b/c@1", "a:b/c", "f", false),
            ("a:b/c@>=1.2, <1.4#f", "a:b/c@1.3.0", "f", true),
            ("a:b/c@>=1.2, <1.4#f", "a:b/c@1.4.0", "f", false),
            ("a:b/c@1", "a:b/c@1.1.0-rc.1", "f", true),
            ("a:b/c@1", "a:b/c@1.1.0+build", "f", true),
        ] {
            let policy = Policy::allow_all().deny(rule).unwrap();
            assert_eq!(denies(&policy, id, function), expected, "{rule} {id} {function}");
        }
    }

    #[test]
    fn denying_wins_in_any_order() {
        for policy in [
            Policy::deny_all().allow("a:b/*").unwrap().deny("a:b/c#f").unwrap(),
            Policy::deny_all().deny("a:b/c#f").unwrap().allow("a:b/*").unwrap(),
            Policy::allow_all().deny("a:b/c#f").unwrap().allow("*").unwrap(),
        ] {
            assert!(denies(&policy, "a:b/c", "f"));
            assert!(!denies(&policy, "a:b/c", "g"));
        }
        assert!(denies(&Policy::deny_all(), "a:b/c", "f"));
        assert!(!denies(&Policy::allow_all(), "a:b/c", "f"));
    }

    /// A rule that denies needs to cover one of the two versions; a rule that allows needs to cover both.
    #[test]
    fn of_two_versions() {
        let denied = |policy: &Policy, imported, provided| policy.denies(imported, provided, "f");
        let deny = Policy::allow_all().deny("a:b/c@=1.2.0").unwrap();
        assert!(denied(&deny, "a:b/c@1.0.0", "a:b/c@1.2.0"));
        assert!(denied(&deny, "a:b/c@1.2.0", "a:b/c@1.0.0"));
        assert!(!denied(&deny, "a:b/c@1.0.0", "a:b/c@1.1.0"));
        let allow = Policy::deny_all().allow("a:b/c@^1.2").unwrap();
        assert!(!denied(&allow, "a:b/c@1.2.0", "a:b/c@1.3.0"));
        assert!(denied(&allow, "a:b/c@1.0.0", "a:b/c@1.3.0"));
        assert!(denied(&allow, "a:b/c@1.3.0", "a:b/c@1.0.0"));
    }

    #[test]
    fn what_is_no_rule() {
        for (rule, reason) in [
            ("", "no `:`"),
            ("a", "no `:`"),
            ("a:b", "no `:`"),
            ("a:b/", "is empty"),
            (":b/c", "is empty"),
            ("a:b/c d", "` ` is in no name"),
            ("a:b/c@", "``"),
            ("a:b/c@x.y", "`x.y`"),
            ("a:b/c#", "no function"),
        ] {
            let error = Policy::allow_all().deny(rule).unwrap_err().to_string();
            assert!(error.contains(reason), "{rule}: {error}");
        }
    }
}
