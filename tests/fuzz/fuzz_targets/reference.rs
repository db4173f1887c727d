//! The parser of image names, compared with the grammar as a regular expression.
//!
//! Source: the grammar in the documentation of <https://github.com/distribution/reference>. Two rules here are
//! narrower. The rule for a host is the rule of the function there that splits familiar names. The digest is a
//! SHA-256.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use regex::Regex;
use std::sync::LazyLock;
use tairitsu::{Error, Reference};

static GRAMMAR: LazyLock<Regex> = LazyLock::new(|| {
    let label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    let host = format!(r"(?:{label}(?:\.{label})*|\[[a-fA-F0-9:]+\])");
    // A first part without a dot or a colon is a path component, and no host.
    let domain = format!(r"(?:localhost|{label}(?:\.{label})+|\[[a-fA-F0-9]*:[a-fA-F0-9:]*\]|{host}:[0-9]+)");
    let component = "[a-z0-9]+(?:(?:[_.]|__|-+)[a-z0-9]+)*";
    let name = format!("(?:{domain}/)?{component}(?:/{component})*");
    let tag = r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}";
    Regex::new(&format!(r"\A({name})(?::({tag}))?(?:@(sha256:[0-9a-f]{{64}}))?\z")).unwrap()
});

fuzz_target!(|text: &str| -> Corpus {
    let expected = GRAMMAR.captures(text).filter(|parts| parts[1].len() <= 255);
    match (text.parse::<Reference>(), expected) {
        (Ok(reference), Some(parts)) => {
            assert_eq!(reference.name(), &parts[1]);
            assert_eq!(reference.tag(), parts.get(2).map(|tag| tag.as_str()));
            assert_eq!(reference.digest().as_deref(), parts.get(3).map(|digest| digest.as_str()));
            assert_eq!(reference.to_string(), text);
        }
        (Err(Error::InvalidName { name, reason, .. }), None) => {
            assert_eq!(name, text);
            assert!(!reason.is_empty());
        }
        (found, expected) => panic!("{text:?}: found {found:?}, the grammar says {expected:?}"),
    }
    Corpus::Keep
});
