//! What the doc comment of a field, a case or a flag says about its age. WIT has no word for it.

use semver::Version;

/// The line `Since 1.1.0.` of a doc comment.
///
/// After the version may follow `` Default: `5`. ``, a value as WAVE, and `Lossy.`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark<'d> {
    /// The first version that has it.
    pub(crate) since: Version,
    /// The value of a field that the other side does not have.
    pub(crate) default: Option<&'d str>,
    /// Whether another value than the default may get lost.
    pub(crate) lossy: bool,
}

/// The first mark in a doc comment.
pub(crate) fn mark(docs: &str) -> Option<Mark<'_>> {
    docs.lines().find_map(|line| {
        let line = line.trim_start().strip_prefix("Since ")?.trim_start();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let since = Version::parse(word.trim_end_matches(['.', ',', ';', ':'])).ok()?;
        let (default, rest) = match rest.trim_start().strip_prefix("Default: `").and_then(|rest| rest.split_once('`')) {
            Some((default, rest)) => (Some(default), rest.trim_start_matches('.')),
            None => (None, rest),
        };
        Some(Mark { since, default, lossy: rest.trim() == "Lossy." })
    })
}

/// Whether a doc comment says that the case stands for every case of a later version.
pub(crate) fn is_other(docs: &str) -> bool {
    docs.lines().any(|line| line.trim() == "Any later case.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_docs() {
        for (docs, expected) in [
            ("Since 1.1.0.", Some(("1.1.0", None, false))),
            ("Since 1.1.0", Some(("1.1.0", None, false))),
            ("The age.\n\nSince 1.1.0, for the young.\nSince 2.0.0", Some(("1.1.0", None, false))),
            ("  Since 1.1.0-rc.1: new", Some(("1.1.0-rc.1", None, false))),
            ("Since 1.1.0. Lossy.", Some(("1.1.0", None, true))),
            ("Since 1.1.0. Default: `5`.", Some(("1.1.0", Some("5"), false))),
            ("Since 1.1.0. Default: `5`. Lossy.", Some(("1.1.0", Some("5"), true))),
            ("Since 1.1.0. Default: `\"a. Lossy.\"`.", Some(("1.1.0", Some("\"a. Lossy.\""), false))),
            ("Since 1.1.0. Default: `5", Some(("1.1.0", None, false))),
            ("Since 1.1.0. Not Lossy.", Some(("1.1.0", None, false))),
            ("Since 1.1.", None),
            ("since 1.1.0", None),
            ("Since: 1.1.0", None),
            ("It is there since 1.1.0. Since 1.1.0.", None),
            ("Since", None),
            ("", None),
        ] {
            let found = mark(docs).map(|mark| (mark.since.to_string(), mark.default, mark.lossy));
            assert_eq!(found, expected.map(|(since, default, lossy)| (since.to_string(), default, lossy)), "{docs:?}");
        }
    }

    #[test]
    fn the_case_that_stands_for_later_ones() {
        assert!(is_other("Unknown.\n\nSince 1.1.0.\nAny later case."));
        assert!(!is_other("Any later case. Or none"));
        assert!(!is_other(""));
    }
}
