//! The id of an interface, taken apart.

/// The id of an interface: `namespace:package/interface`, or `namespace:package/interface@version`.
///
/// ```
/// use tairitsu_guest::schema::InterfaceId;
///
/// let id = InterfaceId::parse("wasi:io/streams@0.2.6").unwrap();
/// assert_eq!((id.namespace, id.package, id.interface), ("wasi", "io", "streams"));
/// assert_eq!(id.version, Some("0.2.6"));
/// assert_eq!(id.name_without_version(), "wasi:io/streams");
/// assert_eq!(id.package_id(), "wasi:io@0.2.6");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InterfaceId<'a> {
    /// The text before the `:`.
    pub namespace: &'a str,
    /// The text between the `:` and the `/`.
    pub package: &'a str,
    /// The text between the `/` and the `@`: the interface's own name.
    pub interface: &'a str,
    /// The text behind the `@`, if the id has an `@`. The parser does not check that this is a semantic version.
    pub version: Option<&'a str>,
    name: &'a str,
}

impl<'a> InterfaceId<'a> {
    /// Takes an id apart.
    ///
    /// The id has exactly one `:`, then exactly one `/`, then at most one `@`, and none of its parts is empty. The
    /// parts may hold any other character. Every other text is `None`, for example the plain name of a function
    /// (`run`), a package (`wasi:io@0.2.6`), or a nested package (`a:b:c/d`).
    pub const fn parse(id: &'a str) -> Option<Self> {
        let bytes = id.as_bytes();
        // Where the separators are. Zero stands for "not found", since the namespace before them is not empty.
        let (mut colon, mut slash, mut at) = (0, 0, 0);
        let mut i = 0;
        while i < bytes.len() {
            match bytes[i] {
                b':' if i > 0 && colon == 0 => colon = i,
                b'/' if colon > 0 && i > colon + 1 && slash == 0 => slash = i,
                b'@' if slash > 0 && i > slash + 1 && at == 0 => at = i,
                b':' | b'/' | b'@' => return None,
                _ => {}
            }
            i += 1;
        }
        if slash == 0 {
            return None;
        }
        let (name, version) = if at > 0 {
            let (name, version) = id.split_at(at);
            (name, Some(version.split_at(1).1))
        } else {
            (id, None)
        };
        let (namespace, rest) = name.split_at(colon);
        let (package, interface) = rest.split_at(slash - colon);
        let id = Self { namespace, package: package.split_at(1).1, interface: interface.split_at(1).1, version, name };
        // No separator ends the last part, so the loop has not checked that it is there.
        let last = if let Some(version) = version { version } else { id.interface };
        if last.is_empty() { None } else { Some(id) }
    }

    /// The id without its version: `namespace:package/interface`.
    pub const fn name_without_version(&self) -> &'a str {
        self.name
    }

    /// The id of the package: `namespace:package`, or `namespace:package@version`.
    pub fn package_id(&self) -> String {
        let Self { namespace, package, version, .. } = self;
        match version {
            Some(version) => format!("{namespace}:{package}@{version}"),
            None => format!("{namespace}:{package}"),
        }
    }

    /// The part of the version that compatible versions share: `1` of `1.2.3`, `0.2` of `0.2.6`, `0.0.3` of `0.0.3`.
    ///
    /// `None` if the version is compatible with itself only. Such a version is absent, has a pre-release or build
    /// metadata, or has fewer than three numbers.
    pub fn track(&self) -> Option<&'a str> {
        let version = self.version?;
        if version.contains(['-', '+']) {
            return None;
        }
        let mut dots = version.match_indices('.').map(|(at, _)| at);
        let (first, second) = (dots.next()?, dots.next()?);
        Some(match (&version[..first], &version[first + 1..second]) {
            ("0", "0") => version,
            ("0", _) => &version[..second],
            _ => &version[..first],
        })
    }

    /// Whether an interface with this id can stand in for one with the `other` id: both are the same interface, and
    /// their versions are equal or on one [`track`](Self::track). This is wasmtime's rule for linking.
    pub fn is_compatible(&self, other: &InterfaceId<'_>) -> bool {
        self.name == other.name
            && (self.version == other.version || self.track().is_some_and(|track| other.track() == Some(track)))
    }
}

#[cfg(test)]
mod tests {
    use super::InterfaceId;

    #[test]
    fn takes_an_id_apart() {
        const ID: InterfaceId<'_> = InterfaceId::parse("acme:web-shop/goods@1.2.3-rc.1+build").unwrap();
        assert_eq!((ID.namespace, ID.package, ID.interface), ("acme", "web-shop", "goods"));
        assert_eq!(ID.version, Some("1.2.3-rc.1+build"));
        assert_eq!(ID.name_without_version(), "acme:web-shop/goods");
        assert_eq!(ID.package_id(), "acme:web-shop@1.2.3-rc.1+build");

        let id = InterfaceId::parse("a:b/c").unwrap();
        assert_eq!((id.namespace, id.package, id.interface, id.version), ("a", "b", "c", None));
        assert_eq!(id.name_without_version(), "a:b/c");
        assert_eq!(id.package_id(), "a:b");
    }

    #[test]
    fn refuses_what_is_no_id() {
        for text in [
            "",
            "run",
            "run@1.0.0",
            "a:b",
            "a:b@1.0.0",
            "a/b",
            "a/b:c",
            "a:b/c/d",
            "a:b:c/d",
            "a:b/c:d",
            "a@b:c/d",
            "a:b@c/d",
            "a:b/c@1@2",
            "a:b/c@1/2",
            "a:b/c@1:2",
            ":b/c",
            "a:/c",
            "a:b/",
            "a:b/@1",
            "a:b/c@",
            ":",
            "/",
            "@",
            ":/",
            ":/@",
            "a:/",
            ":b/",
            "::/",
        ] {
            assert_eq!(InterfaceId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn cuts_between_characters() {
        let id = InterfaceId::parse("对:立/ü@é").unwrap();
        assert_eq!((id.namespace, id.package, id.interface, id.version), ("对", "立", "ü", Some("é")));
    }

    #[test]
    fn tracks() {
        for (version, track) in [
            ("1.2.3", Some("1")),
            ("10.0.0", Some("10")),
            ("0.2.6", Some("0.2")),
            ("0.0.3", Some("0.0.3")),
            ("1.2", None),
            ("1", None),
            ("1.2.3-rc.1", None),
            ("1.2.3+build", None),
        ] {
            let id = format!("a:b/c@{version}");
            assert_eq!(InterfaceId::parse(&id).unwrap().track(), track, "{version}");
        }
        assert_eq!(InterfaceId::parse("a:b/c").unwrap().track(), None);
    }

    #[test]
    fn compatible_ids() {
        for (a, b, expected) in [
            ("a:b/c", "a:b/c", true),
            ("a:b/c", "a:b/c@1.0.0", false),
            ("a:b/c@1.0.0", "a:b/c@1.9.0", true),
            ("a:b/c@1.0.0", "a:b/c@2.0.0", false),
            ("a:b/c@1.0.0", "a:b/d@1.0.0", false),
            ("a:b/c@0.1.0", "a:b/c@0.1.9", true),
            ("a:b/c@0.1.0", "a:b/c@0.2.0", false),
            ("a:b/c@0.0.1", "a:b/c@0.0.1", true),
            ("a:b/c@0.0.1", "a:b/c@0.0.2", false),
            ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0-rc.1", true),
            ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0", false),
        ] {
            let (left, right) = (InterfaceId::parse(a).unwrap(), InterfaceId::parse(b).unwrap());
            assert_eq!(left.is_compatible(&right), expected, "{a} {b}");
            assert_eq!(right.is_compatible(&left), expected, "{b} {a}");
        }
    }
}
