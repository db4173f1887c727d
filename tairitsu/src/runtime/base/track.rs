//! Which versions of an interface are compatible.

/// Whether interface `a` can be linked to an import of `b`: the same interface, of versions that are compatible by
/// semver. This is wasmtime's rule for linking.
pub(crate) fn same_track(a: &str, b: &str) -> bool {
    a == b || matches!((track(a), track(b)), (Some(a), Some(b)) if a == b)
}

/// The name of the interface, and the part of its version that all compatible versions share. `None` for a version that
/// is compatible only with itself.
fn track(id: &str) -> Option<(&str, &str)> {
    let (name, version) = id.split_once('@')?;
    if version.contains(['-', '+']) {
        return None;
    }
    let mut dots = version.match_indices('.').map(|(at, _)| at);
    let (first, second) = (dots.next()?, dots.next()?);
    let track = match (&version[..first], &version[first + 1..second]) {
        ("0", "0") => version,
        ("0", _) => &version[..second],
        _ => &version[..first],
    };
    Some((name, track))
}

/// The name of an interface without its version.
pub(crate) fn without_version(id: &str) -> &str {
    id.split_once('@').map_or(id, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::same_track;

    #[test]
    fn versions_that_serve_each_other() {
        for (a, b, expected) in [
            ("a:b/c", "a:b/c", true),
            ("a:b/c@1.0.0", "a:b/c@1.2.3", true),
            ("a:b/c@0.1.0", "a:b/c@0.1.9", true),
            ("a:b/c@0.1.0", "a:b/c@0.2.0", false),
            ("a:b/c@0.0.1", "a:b/c@0.0.2", false),
            ("a:b/c@1.0.0", "a:b/c@2.0.0", false),
            ("a:b/c@1.0.0", "a:b/d@1.0.0", false),
            ("a:b/c@1.0.0", "a:b/c", false),
            ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0", false),
            ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0-rc.1", true),
        ] {
            assert_eq!(same_track(a, b), expected, "{a} {b}");
        }
    }
}
