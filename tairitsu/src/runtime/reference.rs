//! Image names: `name[:tag]`, by the grammar of OCI references.

use super::Error;
use std::fmt;

/// A name and a tag.
///
/// Source: the grammar of <https://github.com/distribution/reference>: a name is path components
/// joined by `/`, the first of which may be a host; a tag is up to 128 of letters, digits, `_`, `.` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Reference {
    name: String,
    tag: String,
}

const MAX_NAME: usize = 255;
const MAX_TAG: usize = 128;

impl Reference {
    /// Parses `name` or `name:tag`; the tag is `latest` where there is none.
    pub(super) fn parse(input: &str) -> Result<Self, Error> {
        let fail = |reason: String| Error::InvalidName { name: input.into(), reason };
        if input.is_empty() {
            return Err(fail("it is empty".into()));
        }
        if input.contains('@') {
            return Err(fail("a digest names no image here, `name:tag` does".into()));
        }
        // A `:` before the last `/` belongs to a host's port.
        let (name, tag) = match input.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (input, "latest"),
        };
        if name.is_empty() {
            return Err(fail("the name is empty".into()));
        }
        if name.len() > MAX_NAME {
            return Err(fail(format!("the name has {} bytes, and {MAX_NAME} is the most", name.len())));
        }
        let mut components = name.split('/').peekable();
        let first = components.next().unwrap_or_default();
        let is_host = components.peek().is_some() && (first.contains(['.', ':']) || first == "localhost");
        if is_host {
            check_host(first).map_err(&fail)?;
        } else {
            check_component(first).map_err(&fail)?;
        }
        for component in components {
            check_component(component).map_err(&fail)?;
        }
        check_tag(tag).map_err(&fail)?;
        Ok(Self { name: name.into(), tag: tag.into() })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.tag)
    }
}

/// Lowercase letters and digits, in runs joined by `.`, `_`, `__` or any number of `-`.
fn check_component(component: &str) -> Result<(), String> {
    if component.is_empty() {
        return Err("a part of the name is empty".into());
    }
    if let Some(c) = component.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-')) {
        return Err(format!("`{c}` in `{component}` is none of a-z, 0-9, `.`, `_` and `-`"));
    }
    let is_run = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !component.starts_with(is_run) || !component.ends_with(is_run) {
        return Err(format!("`{component}` does not begin and end with a letter or digit"));
    }
    for separator in component.split(is_run).filter(|separator| !separator.is_empty()) {
        if !matches!(separator, "." | "_" | "__") && separator.bytes().any(|b| b != b'-') {
            return Err(format!("`{separator}` in `{component}` is none of `.`, `_`, `__` and dashes"));
        }
    }
    Ok(())
}

/// A domain name, and a port after a `:`.
fn check_host(host: &str) -> Result<(), String> {
    let (domain, port) = match host.split_once(':') {
        Some((domain, port)) => (domain, Some(port)),
        None => (host, None),
    };
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit())) {
        return Err(format!("the port of `{host}` is no number"));
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if domain.split('.').all(is_label) { Ok(()) } else { Err(format!("`{domain}` is no domain name")) }
}

fn check_tag(tag: &str) -> Result<(), String> {
    if tag.is_empty() {
        return Err("the tag is empty".into());
    }
    if tag.len() > MAX_TAG {
        return Err(format!("the tag has {} bytes, and {MAX_TAG} is the most", tag.len()));
    }
    if tag.starts_with(['.', '-']) {
        return Err(format!("the tag `{tag}` begins with `.` or `-`"));
    }
    match tag.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))) {
        Some(c) => Err(format!("`{c}` in the tag `{tag}` is none of letters, digits, `_`, `.` and `-`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn names() {
        for (input, full) in [
            ("hello", "hello:latest"),
            ("hello:v1", "hello:v1"),
            ("acme/hello:1.2.3-rc_1", "acme/hello:1.2.3-rc_1"),
            ("a__b.c-d---e", "a__b.c-d---e:latest"),
            ("localhost/hello", "localhost/hello:latest"),
            ("registry.acme.test:5000/team/hello:v1", "registry.acme.test:5000/team/hello:v1"),
        ] {
            assert_eq!(Reference::parse(input).unwrap().to_string(), full);
        }
    }

    #[test]
    fn what_is_no_name() {
        for (input, reason) in [
            ("", "it is empty"),
            (":v1", "the name is empty"),
            ("hello:", "the tag is empty"),
            ("Hello", "`H` in `Hello`"),
            ("hello world", "` ` in `hello world`"),
            ("a//b", "a part of the name is empty"),
            ("-a", "does not begin"),
            ("a___b", "`___` in `a___b`"),
            ("a._b", "`._` in `a._b`"),
            ("a:b:c", "`:` in `a:b`"),
            ("a:.b", "begins with `.`"),
            ("a:b c", "` ` in the tag"),
            ("acme.test:port/a", "is no number"),
            ("-.b/a", "is no domain name"),
            ("a@sha256:00", "a digest"),
        ] {
            let error = Reference::parse(input).unwrap_err().to_string();
            assert!(error.contains(reason), "{input}: {error}");
        }
        assert!(Reference::parse(&"a".repeat(256)).is_err());
        assert!(Reference::parse(&format!("a:{}", "b".repeat(129))).is_err());
    }
}
