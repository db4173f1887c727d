//! The rules of WIT names, of package names, and of the way from a Rust identifier to a WIT name.

/// A Rust identifier in kebab case: `HTTPServer2` becomes `http-server2`, `handle_command` becomes `handle-command`. WIT has
/// no word that begins with a digit, so such a word joins the word before it.
pub(crate) fn kebab(ident: &str) -> String {
    let ident = ident.strip_prefix("r#").unwrap_or(ident);
    let chars: Vec<char> = ident.chars().collect();
    let mut out = String::with_capacity(ident.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        if c == '_' {
            continue;
        }
        let before = i.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(i + 1);
        let starts_word = match before {
            None => false,
            Some('_') => !c.is_ascii_digit(),
            Some(before) if c.is_uppercase() => {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            }
            Some(_) => false,
        };
        if starts_word && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Checks that a string is a WIT name: words joined by `-`. A word is a letter, and then letters of the same case and
/// digits. The error says why the string is none.
pub(crate) fn check(name: &str) -> Result<(), String> {
    for word in name.split('-') {
        let mut chars = word.chars();
        match chars.next() {
            None if name.is_empty() => return Err("it is empty".into()),
            None => return Err("`-` stands only between two words".into()),
            Some(c) if !c.is_ascii_alphabetic() => return Err(format!("the word `{word}` begins with `{c}`")),
            Some(first) => {
                if let Some(c) = word.chars().find(|c| !c.is_ascii_alphanumeric()) {
                    return Err(format!("it has `{c}` in it"));
                }
                if chars.any(|c| c.is_ascii_alphabetic() && c.is_ascii_uppercase() != first.is_ascii_uppercase()) {
                    return Err(format!("the word `{word}` mixes cases"));
                }
            }
        }
    }
    Ok(())
}

/// Checks that a string is a package name: `namespace:name`, or `namespace:name@version` with a semantic version. The error
/// says why the string is none.
pub(crate) fn check_package(package: &str) -> Result<(), String> {
    let (names, version) = match package.split_once('@') {
        Some((names, version)) => (names, Some(version)),
        None => (package, None),
    };
    let Some((namespace, name)) = names.split_once(':') else {
        return Err("it has no `:`".into());
    };
    for part in [namespace, name] {
        check(part).map_err(|why| format!("`{part}` is no WIT name: {why}"))?;
        if part.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(format!("`{part}` has an uppercase letter"));
        }
    }
    match version {
        Some(version) => match semver::Version::parse(version) {
            Ok(_) => Ok(()),
            Err(why) => Err(format!("`{version}` is no semantic version: {why}")),
        },
        None => Ok(()),
    }
}

/// Checks that a string is a semantic version without build metadata. The error says why the string is none.
pub(crate) fn check_version(version: &str) -> Result<(), String> {
    match semver::Version::parse(version) {
        Ok(version) if version.build.is_empty() => Ok(()),
        Ok(_) => Err("build metadata says nothing about age".into()),
        Err(why) => Err(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, check_package, kebab};

    #[test]
    fn kebab_case() {
        for (rust, wit) in [
            ("Greeter", "greeter"),
            ("handle_command", "handle-command"),
            ("EmptyName", "empty-name"),
            ("HTTPServer", "http-server"),
            ("parseURL", "parse-url"),
            ("Vec2D", "vec2-d"),
            ("point_2", "point2"),
            ("r#type", "type"),
            ("_private", "private"),
            ("SCREAMING_CASE", "screaming-case"),
            ("a", "a"),
        ] {
            assert_eq!(kebab(rust), wit, "{rust}");
            check(wit).unwrap();
        }
    }

    #[test]
    fn refuses_strings_that_are_no_name() {
        for bad in ["", "-", "a-", "2d", "a-2", "mixedCase", "a_b", "é"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        check("HTTP-server2").unwrap();
    }

    #[test]
    fn refuses_strings_that_are_no_package() {
        for good in [
            "acme:hello",
            "acme:hello@1.2.0",
            "a-b:c-d@0.0.1-rc.1+build.7",
            "acme:shop@1.0.0-0",
            "acme:shop@1.0.0-1.x",
            "acme:shop@1.0.0-0a",
            "acme:shop@1.0.0+01",
        ] {
            check_package(good).unwrap();
        }
        for bad in [
            "acme",
            "acme:",
            "acme:hello@",
            "acme:hello@1",
            "acme:hello@1.2",
            "Acme:hello",
            "acme:hello@01.0.0",
            "acme:hello@1.0.0.0",
            "acme:hello@ 1.0.0",
            "acme:hello@v1.0.0",
            "acme:hello@99999999999999999999.0.0",
            "a:b@1.0.0-",
            "a:b@1.0.0+",
            "a:b@1.0.0-a..b",
            "a:b@1.0.0-a_b",
            "a:b@1.0.0+1@2",
        ] {
            assert!(check_package(bad).is_err(), "{bad}");
        }
    }

    /// A number of a pre-release has no leading zero.
    #[test]
    fn a_pre_release_of_01_is_no_version() {
        for bad in ["acme:shop@1.0.0-01", "acme:shop@1.0.0-rc.01"] {
            let why = check_package(bad).unwrap_err();
            assert!(why.ends_with("invalid leading zero in pre-release identifier"), "{why}");
        }
    }
}
