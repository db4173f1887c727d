//! Versions: how much a version has to grow.

use super::changes::Verdict;
use semver::{Prerelease, Version};

/// The lowest version that may follow `old` after changes of the verdict. `None` if `new` is high enough.
pub(super) fn lowest(old: &Version, new: &Version, verdict: Verdict) -> Option<Version> {
    if verdict == Verdict::Same {
        return None;
    }
    // A version before a release promises nothing, except to be another version than the one before it.
    if !old.pre.is_empty() {
        return (new <= old).then(|| Version::new(old.major, old.minor, old.patch));
    }
    let Version { major, minor, patch, .. } = *old;
    let (breaking, growing) = match (major, minor) {
        (0, 0) => ((0, 0, patch.saturating_add(1)), (0, 0, patch.saturating_add(1))),
        (0, _) => ((0, minor.saturating_add(1), 0), (0, minor, patch.saturating_add(1))),
        _ => ((major.saturating_add(1), 0, 0), (major, minor.saturating_add(1), 0)),
    };
    let (major, minor, patch) = match verdict {
        Verdict::Major => breaking,
        Verdict::Minor => growing,
        Verdict::Patch | Verdict::Same => (major, minor, patch.saturating_add(1)),
    };
    let lowest = Version::new(major, minor, patch);
    let release = Version { pre: Prerelease::EMPTY, ..new.clone() };
    (release < lowest).then_some(lowest)
}

#[cfg(test)]
mod tests {
    use super::lowest;
    use crate::runtime::image::contracts::changes::Verdict;
    use semver::Version;

    #[test]
    fn how_much_a_version_grows() {
        for (old, new, verdict, expected) in [
            ("1.2.3", "1.2.3", Verdict::Same, None),
            ("1.2.3", "1.2.3", Verdict::Patch, Some("1.2.4")),
            ("1.2.3", "1.2.4", Verdict::Patch, None),
            ("1.2.3", "1.2.4-rc.1", Verdict::Patch, None),
            ("1.2.3", "1.2.4", Verdict::Minor, Some("1.3.0")),
            ("1.2.3", "1.3.0", Verdict::Minor, None),
            ("1.2.3", "1.9.0", Verdict::Major, Some("2.0.0")),
            ("1.2.3", "2.0.0-rc.1", Verdict::Major, None),
            ("1.2.3", "1.0.0", Verdict::Patch, Some("1.2.4")),
            ("0.2.3", "0.2.4", Verdict::Minor, None),
            ("0.2.3", "0.2.3", Verdict::Minor, Some("0.2.4")),
            ("0.2.3", "0.2.4", Verdict::Major, Some("0.3.0")),
            ("0.2.3", "1.0.0", Verdict::Major, None),
            ("0.0.3", "0.0.3", Verdict::Minor, Some("0.0.4")),
            ("0.0.3", "0.0.4", Verdict::Major, None),
            ("1.0.0-rc.1", "1.0.0-rc.1", Verdict::Patch, Some("1.0.0")),
            ("1.0.0-rc.1", "1.0.0-rc.2", Verdict::Major, None),
            ("18446744073709551615.0.0", "18446744073709551615.0.0", Verdict::Major, None),
        ] {
            let [old, new] = [old, new].map(|version| Version::parse(version).unwrap());
            let lowest = lowest(&old, &new, verdict).map(|version| version.to_string());
            assert_eq!(lowest.as_deref(), expected, "{old} {new} {verdict}");
        }
    }
}
