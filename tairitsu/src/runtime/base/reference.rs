//! Image names: `name[:tag][@digest]`, by the grammar of OCI references.

use crate::runtime::base::load_error::Error;
use std::fmt;
use std::str::FromStr;

/// The name of an image: `name`, `name:tag`, `name@sha256:digest` or `name:tag@sha256:digest`. It is parsed from text,
/// and its `Display` prints that text again.
///
/// Source: the grammar of <https://github.com/distribution/reference>. A name is path components joined by `/`; the
/// first component may be a host. A tag has up to 128 letters, digits, `_`, `.` and `-`.
///
/// This type accepts less than that grammar, in two ways:
///
/// - A host contains a `.` or a `:`, or is `localhost`. Any other first component is a path component.
/// - A digest is a SHA-256, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    name: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// The key under which an image is registered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Tagged {
    pub(crate) name: String,
    pub(crate) tag: String,
}

/// The SHA-256 of an image's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; 32]);

const MAX_NAME: usize = 255;
const MAX_TAG: usize = 128;

impl Reference {
    /// The name, with the host if there is one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tag, if there is one. If there is no tag, `latest` is used; but with a digest, any tag is accepted.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, if there is one: `sha256:` and 64 hexadecimal digits.
    pub fn digest(&self) -> Option<String> {
        self.digest.map(|digest| digest.to_string())
    }

    pub(crate) fn sha256(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The key under which an image with this name is registered.
    pub(crate) fn tagged(&self) -> Tagged {
        Tagged { name: self.name.clone(), tag: self.tag.clone().unwrap_or_else(|| "latest".into()) }
    }
}

impl FromStr for Reference {
    type Err = Error;

    /// Parses the name of an image.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidName`], with the rule that the text breaks.
    fn from_str(input: &str) -> Result<Self, Error> {
        let fail = |reason: String| Error::InvalidName { name: input.into(), reason };
        if input.is_empty() {
            return Err(fail("it is empty".into()));
        }
        let (rest, digest) = match input.split_once('@') {
            Some((rest, digest)) => (rest, Some(Digest::parse(digest).map_err(&fail)?)),
            None => (input, None),
        };
        // If a `/` follows the last `:`, that `:` begins the port of a host.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        if name.is_empty() {
            return Err(fail("the name is empty".into()));
        }
        if name.len() > MAX_NAME {
            return Err(fail(format!("the name has {} bytes, and {MAX_NAME} is the most", name.len())));
        }
        let mut components = name.split('/').peekable();
        let first = components.next().unwrap_or_default();
        let may_be_host = components.peek().is_some() && first.contains(['.', ':']);
        match check_component(first) {
            // Most hosts are valid path components too. A first component with a `_` is no host, but the grammar
            // accepts it as a path component.
            Ok(()) => {}
            Err(_) if may_be_host => check_host(first).map_err(&fail)?,
            Err(reason) => return Err(fail(reason)),
        }
        for component in components {
            check_component(component).map_err(&fail)?;
        }
        if let Some(tag) = tag {
            check_tag(tag).map_err(&fail)?;
        }
        Ok(Self { name: name.into(), tag: tag.map(Into::into), digest })
    }
}

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(bytes).into())
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Prints the digits without `sha256:`.
    pub(crate) fn hex(&self) -> impl fmt::Display {
        fmt::from_fn(move |f| self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}")))
    }

    /// Parses `sha256:` and 64 hexadecimal digits in lower case.
    fn parse(text: &str) -> Result<Self, String> {
        let Some(hex) = text.strip_prefix("sha256:") else {
            return Err(format!("`{text}` is no digest, `sha256:` and 64 digits"));
        };
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut digest = [0; 32];
        let mut digits = hex.bytes().map(digit);
        for byte in &mut digest {
            match (digits.next().flatten(), digits.next().flatten()) {
                (Some(high), Some(low)) => *byte = high << 4 | low,
                _ => return Err(format!("`{hex}` is not 64 of 0-9 and a-f")),
            }
        }
        if digits.next().is_some() { Err(format!("`{hex}` is not 64 of 0-9 and a-f")) } else { Ok(Self(digest)) }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

impl fmt::Display for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.tag)
    }
}

/// Checks for lowercase letters and digits, in runs that are joined by `.`, `_`, `__` or any number of `-`.
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

/// Checks for a domain name, or an IPv6 address in brackets; then an optional `:` and a port.
fn check_host(host: &str) -> Result<(), String> {
    let (domain, port) = match host.rsplit_once(':') {
        Some((domain, port)) if !port.ends_with(']') => (domain, Some(port)),
        _ => (host, None),
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
    // The grammar checks only the characters of an address, so this does too.
    let address = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']'));
    match address {
        Some("") => Err("`[]` is no address".into()),
        Some(address) => match address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
            true => Ok(()),
            false => Err(format!("`{address}` is no IPv6 address")),
        },
        None if domain.split('.').all(is_label) => Ok(()),
        None => Err(format!("`{domain}` is no domain name")),
    }
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
    use super::{Digest, Reference};

    #[test]
    fn names() {
        for (input, full) in [
            ("hello", "hello:latest"),
            ("hello:v1", "hello:v1"),
            ("acme/hello:1.2.3-rc_1", "acme/hello:1.2.3-rc_1"),
            ("a__b.c-d---e", "a__b.c-d---e:latest"),
            ("localhost/hello", "localhost/hello:latest"),
            ("a__b.c/hello", "a__b.c/hello:latest"),
            ("Registry.test/hello", "Registry.test/hello:latest"),
            ("registry.acme.test:5000/team/hello:v1", "registry.acme.test:5000/team/hello:v1"),
            ("[2001:db8::1]/hello", "[2001:db8::1]/hello:latest"),
            ("[2001:db8::1]:5000/hello:v1", "[2001:db8::1]:5000/hello:v1"),
        ] {
            assert_eq!(input.parse::<Reference>().unwrap().tagged().to_string(), full);
        }
    }

    #[test]
    fn digests() {
        // Source: the test vector for the empty message in FIPS 180-4.
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        for (input, tag) in [("a.test:5000/hello", None), ("hello:v1", Some("v1")), ("hello", None)] {
            let reference = format!("{input}@{empty}").parse::<Reference>().unwrap();
            assert_eq!((reference.tag(), reference.digest), (tag, Some(Digest::of(b""))));
        }
        for wrong in [&empty[..70], &format!("{empty}0"), &empty.to_uppercase(), &empty.replace('e', "g")] {
            assert!(format!("hello@{wrong}").parse::<Reference>().is_err(), "{wrong}");
        }
        assert!(format!("@{empty}").parse::<Reference>().is_err());
        assert!(format!("hello@{empty}@{empty}").parse::<Reference>().is_err());
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
            ("[]:1/a", "`[]` is no address"),
            ("[::g]/a", "`::g` is no IPv6 address"),
            ("[::1/a", "is no domain name"),
            ("[::1]:/a", "is no number"),
            ("a@sha256:00", "is not 64"),
            ("a@md5:00", "is no digest"),
            ("@sha256:00", "is not 64"),
        ] {
            let error = input.parse::<Reference>().unwrap_err().to_string();
            assert!(error.contains(reason), "{input}: {error}");
        }
        assert!("a".repeat(256).parse::<Reference>().is_err());
        assert!(format!("a:{}", "b".repeat(129)).parse::<Reference>().is_err());
    }
}
