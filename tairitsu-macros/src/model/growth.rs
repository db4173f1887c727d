//! What came in a later version: `since`, `default`, `lossy` and `other`, and the words for them in the doc comments.
//!
//! The runtime reads these words in the doc comments of an image.

use crate::attr::{Args, Docs};
use crate::diag::Ctxt;
use crate::wit_name;
use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, UnOp};

/// What a field, case or flag says about its age.
#[derive(Default)]
pub(crate) struct Growth {
    pub(crate) since: Option<LitStr>,
    pub(crate) default: Option<FieldDefault>,
    pub(crate) other: Option<Ident>,
    lossy: bool,
}

/// The default of a field.
pub(crate) struct FieldDefault {
    /// As the user wrote it.
    pub(crate) expr: Expr,
    pub(crate) mark: Mark,
}

/// What is known of a default without its type.
pub(crate) enum Mark {
    Bool(bool),
    /// The sign, the absolute value, and the suffix.
    Int(bool, u128, String),
    /// The value and the suffix.
    Float(f64, String),
    Char(char),
    String(String),
    /// The name of a case in kebab case.
    Case(String),
    EmptyList,
}

/// The words that are no labels in WAVE, unless `%` stands before them.
const KEYWORDS: [&str; 8] = ["true", "false", "some", "none", "ok", "err", "inf", "nan"];

impl Growth {
    /// Reads the arguments. `attr` has reported those that are in a wrong place.
    pub(super) fn new(cx: &Ctxt, args: Args) -> Self {
        let Args { since, default, lossy, other, .. } = args;
        if since.is_none() {
            for key in [default.as_ref().map(|(key, _)| key), lossy.as_ref()].into_iter().flatten() {
                cx.error(
                    key,
                    format!("`{key}` is for sides that are older, and there is no `since` that says which these are"),
                    "add `since = \"1.1.0\"`, the version in which this came",
                );
            }
        }
        let default = default.filter(|_| since.is_some()).and_then(|(_, expr)| FieldDefault::new(cx, expr));
        Self { since, default, lossy: lossy.is_some(), other }
    }

    /// The doc comment, with what the runtime reads.
    pub(super) fn add_to(&self, docs: Docs) -> Docs {
        let mut lines = Vec::new();
        if let Some(since) = &self.since {
            let default = self.default.as_ref().map(|default| format!(" Default: `{}`.", default.mark.wave()));
            let lossy = if self.lossy { " Lossy." } else { "" };
            lines.push(format!("Since {}.{}{lossy}", since.value(), default.unwrap_or_default()));
        }
        if self.other.is_some() {
            lines.push("Any later case.".into());
        }
        docs.with(lines.join("\n"))
    }
}

impl FieldDefault {
    fn new(cx: &Ctxt, expr: Expr) -> Option<Self> {
        match Mark::new(&expr, false) {
            Some(Ok(mark)) => Some(Self { expr, mark }),
            Some(Err(why)) => {
                cx.error(&expr, format!("the default `{}` {why}", written(&expr)), "write a value of the field's type");
                None
            }
            None => {
                cx.error(
                    &expr,
                    format!("the default `{}` is no literal, no case without a value and not `[]`", written(&expr)),
                    "write one of these, or make the field an `Option`, whose default is `None`",
                );
                None
            }
        }
    }

    /// The default as the user wrote it.
    pub(crate) fn written(&self) -> String {
        written(&self.expr)
    }
}

/// An expression as a user writes it. Tokens are printed with spaces between them.
fn written(expr: &Expr) -> String {
    match expr {
        Expr::Group(group) => written(&group.expr),
        Expr::Lit(_) => expr.to_token_stream().to_string(),
        expr => expr.to_token_stream().to_string().replace(' ', ""),
    }
}

impl Mark {
    /// `None` if the expression can be no default. An error says why a literal is none.
    fn new(expr: &Expr, negative: bool) -> Option<Result<Self, String>> {
        Some(match expr {
            Expr::Group(group) => return Self::new(&group.expr, negative),
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) if !negative => return Self::new(expr, true),
            Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => match int.base10_parse::<u128>() {
                Ok(value) if ["f32", "f64"].contains(&int.suffix()) => {
                    let value = value as f64;
                    Ok(Mark::Float(if negative { -value } else { value }, int.suffix().into()))
                }
                Ok(value) => Ok(Mark::Int(negative && value != 0, value, int.suffix().into())),
                Err(_) => Err("is too large for a number of WIT".into()),
            },
            Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => match float.base10_parse::<f64>() {
                Ok(value) if value.is_finite() => {
                    Ok(Mark::Float(if negative { -value } else { value }, float.suffix().into()))
                }
                _ => Err("is too large for a number of WIT".into()),
            },
            _ if negative => return None,
            Expr::Lit(ExprLit { lit, .. }) => Ok(match lit {
                Lit::Bool(value) => Mark::Bool(value.value),
                Lit::Char(value) => Mark::Char(value.value()),
                Lit::Str(text) => Mark::String(text.value()),
                Lit::Byte(byte) => Mark::Int(false, byte.value().into(), "u8".into()),
                _ => return None,
            }),
            Expr::Path(path) if path.qself.is_none() => {
                let last = path.path.segments.last().filter(|last| last.arguments.is_empty())?;
                Ok(Mark::Case(wit_name::kebab(&last.ident.to_string())))
            }
            Expr::Array(array) if array.elems.is_empty() => Ok(Mark::EmptyList),
            _ => return None,
        })
    }

    /// The default in WAVE. A backtick is escaped, since backticks stand around the default.
    fn wave(&self) -> String {
        match self {
            Mark::Bool(value) => value.to_string(),
            Mark::Int(negative, value, _) => format!("{}{value}", if *negative { "-" } else { "" }),
            Mark::Float(value, _) => format!("{value:?}"),
            Mark::Char(value) => format!("'{}'", escaped(*value, '\'')),
            Mark::String(text) => format!("\"{}\"", text.chars().map(|char| escaped(char, '"')).collect::<String>()),
            Mark::Case(name) if KEYWORDS.contains(&name.as_str()) => format!("%{name}"),
            Mark::Case(name) => name.clone(),
            Mark::EmptyList => "[]".into(),
        }
    }
}

/// A character between these quotes, on one line.
fn escaped(value: char, quote: char) -> String {
    match value {
        '"' | '\'' if value != quote => value.into(),
        '`' | '\0' => format!("\\u{{{:x}}}", u32::from(value)),
        // Characters that cannot be seen have `\u{..}` in Rust and in WAVE.
        value => value.escape_debug().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Mark;
    use syn::parse_str;

    fn wave(default: &str) -> Option<Result<String, String>> {
        Some(Mark::new(&parse_str(default).unwrap(), false)?.map(|mark| mark.wave()))
    }

    #[test]
    fn defaults_are_written_as_wave() {
        for (rust, expected) in [
            ("true", "true"),
            ("0", "0"),
            ("-0", "0"),
            ("0x10", "16"),
            ("1_000", "1000"),
            ("5u8", "5"),
            ("-5", "-5"),
            ("b'a'", "97"),
            ("1.", "1.0"),
            ("1.0", "1.0"),
            ("-1.5", "-1.5"),
            ("5f32", "5.0"),
            ("1_0.5e3", "10500.0"),
            ("'x'", "'x'"),
            (r"'\''", r"'\''"),
            ("'\"'", "'\"'"),
            ("'`'", r"'\u{60}'"),
            ("\"none\"", "\"none\""),
            (r#""a\\ \" ' \n\t\r\0 `é\u{202e}""#, r#""a\\ \" ' \n\t\r\u{0} \u{60}é\u{202e}""#),
            (r###"r#"a"b\"#"###, r#""a\"b\\""#),
            ("Color::DarkRed", "dark-red"),
            ("r#type", "type"),
            ("Answer::None", "%none"),
            ("[]", "[]"),
        ] {
            assert_eq!(wave(rust), Some(Ok(expected.into())), "{rust}");
        }
    }

    #[test]
    fn other_expressions_are_no_defaults() {
        for bad in [
            "1 + 1",
            "--1",
            "-true",
            "-\"a\"",
            "(1)",
            "[1]",
            "Some(1)",
            "Shape::Circle(1.0)",
            "f()",
            "b\"a\"",
            "c\"a\"",
            "<A>::B",
        ] {
            assert!(wave(bad).is_none(), "{bad}");
        }
        for large in ["340282366920938463463374607431768211456", "1e400", "-1e400"] {
            assert!(matches!(wave(large), Some(Err(_))), "{large}");
        }
    }
}
