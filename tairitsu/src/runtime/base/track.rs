//! Which versions of an interface are compatible.

use tairitsu_guest::schema::InterfaceId;

/// Whether a provider of interface `a` serves an import of `b`: the same interface, of versions that are
/// compatible by semver. This is wasmtime's rule for linking.
pub(crate) fn same_track(a: &str, b: &str) -> bool {
    // Names that are no ids of interfaces serve each other where they are equal.
    let compatible = || Some(InterfaceId::parse(a)?.is_compatible(&InterfaceId::parse(b)?));
    a == b || compatible().unwrap_or(false)
}

/// The name of an interface without its version.
pub(crate) fn without_version(id: &str) -> &str {
    InterfaceId::parse(id).map_or(id, |id| id.name_without_version())
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
