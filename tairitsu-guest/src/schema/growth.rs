//! What came in a later version of a contract.
//!
//! WIT says since when functions and types are there. It has no words for the age of fields, cases and flags, so these words
//! are in the doc comments, where the attributes write them. The checks here are those that need the types.

use super::encode::{fail, same};
use super::{Enum, Field, Flags, Function, Record, Type, Variant};

/// The default of a field, as far as the checks need it.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Literal {
    Bool,
    /// Its sign and absolute value, and the type behind it, as in `5u8`, or nothing.
    Int(bool, u128, &'static str),
    /// Its value, and the type behind it, or nothing.
    Float(f64, &'static str),
    Char,
    String,
    /// The WIT name of a case.
    Case(&'static str),
    EmptyList,
}

macro_rules! since {
    ($($ty:ident)*) => {
        $(
            impl $ty {
                /// The same item, which is there since a version.
                #[doc(hidden)]
                pub const fn __since(mut self, since: &'static str) -> Self {
                    self.since = since;
                    self
                }
            }
        )*
    };
}

since!(Function Record Variant Enum Flags);

impl Type {
    /// The version of the package in which a named type came. Empty if that is not known.
    pub(super) const fn since(&self) -> &'static str {
        match self {
            Type::Record(record) => record.since,
            Type::Variant(variant) => variant.since,
            Type::Enum(cases) => cases.since,
            Type::Flags(flags) => flags.since,
            _ => "",
        }
    }

    /// The fields or cases of a type that an attribute declares. A type that contains itself is a list of nodes.
    #[doc(hidden)]
    pub const fn __fields(self) -> &'static [Field] {
        match self.__declared() {
            Type::Record(record) => record.fields,
            Type::Variant(variant) => variant.cases,
            _ => &[],
        }
    }

    /// The type's own word in WIT: a keyword, or the name of a named type.
    const fn word(&self) -> &'static str {
        match self {
            Type::Unit => "_",
            Type::Bool => "bool",
            Type::S8 => "s8",
            Type::U8 => "u8",
            Type::S16 => "s16",
            Type::U16 => "u16",
            Type::S32 => "s32",
            Type::U32 => "u32",
            Type::S64 => "s64",
            Type::U64 => "u64",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::List(_) => "list",
            Type::Option(_) => "option",
            Type::Result(_) => "result",
            Type::Tuple(_) => "tuple",
            ty => match ty.name() {
                Some(name) => name,
                None => "",
            },
        }
    }
}

impl Field {
    /// Checks that a field which older sides lack, and which has no default, is an `Option`.
    #[doc(hidden)]
    #[track_caller]
    pub const fn __check_since(self) {
        let Field { name, ty, .. } = self;
        if !matches!(ty, Type::Option(_)) {
            fail(&[
                "an older side has no field `",
                name,
                "`, and the field has no default\nhelp: add `default = value` behind `since`, or make the field an `Option`",
            ]);
        }
    }

    /// Checks that the default of a field is of the field's type. `found` is the default as the user has written it.
    #[doc(hidden)]
    #[track_caller]
    pub const fn __check_default(self, literal: Literal, found: &str) {
        let Field { name, ty, .. } = self;
        if matches!(ty, Type::Option(_)) {
            fail(&[
                "the default of field `",
                name,
                "` is `None`, since the field is an `Option`\nhelp: remove `default`",
            ]);
        }
        let fits = match (&ty, literal) {
            (Type::Bool, Literal::Bool)
            | (Type::Char, Literal::Char)
            | (Type::String, Literal::String)
            | (Type::List(_), Literal::EmptyList) => true,
            (Type::F32, Literal::Float(value, suffix)) => is_suffix(suffix, "f32") && (value as f32).is_finite(),
            (Type::F64, Literal::Float(value, suffix)) => is_suffix(suffix, "f64") && value.is_finite(),
            (_, Literal::Int(negative, value, suffix)) => match limits(&ty) {
                Some((rust, below, above)) => is_suffix(suffix, rust) && value <= if negative { below } else { above },
                None => false,
            },
            (Type::Enum(cases), Literal::Case(case)) => {
                find_case(ty, name, cases.cases, case);
                true
            }
            (Type::Variant(variant), Literal::Case(case)) => {
                let case = find_case(ty, name, variant.cases, case);
                if !matches!(case.ty, Type::Unit) {
                    fail(&[
                        "the default of field `",
                        name,
                        "` is the case `",
                        case.name,
                        "`, and that case carries a value\nhelp: name a case without a value, or make the field an `Option`",
                    ]);
                }
                true
            }
            _ => false,
        };
        if !fits {
            let way_out = match (&ty, literal) {
                (ty, _) if !has_defaults(ty) => "such a field has no default: make it an `Option`",
                (Type::F32 | Type::F64, Literal::Int(..)) => "write the number with a fraction, as in `5.0`",
                (_, Literal::Case(_)) => "write a literal: a path names a case of an enum",
                _ => "write a value of that type",
            };
            fail(&[
                "the default of field `",
                name,
                "`: expected `",
                ty.word(),
                "`, found `",
                found,
                "`\nhelp: ",
                way_out,
            ]);
        }
    }

    /// Checks that the case can take cases that are not known: it carries nothing, or a string.
    #[doc(hidden)]
    #[track_caller]
    pub const fn __check_other(self) {
        let Field { name, ty, .. } = self;
        if !matches!(ty, Type::String) {
            fail(&[
                "case `",
                name,
                "` is marked `other`, and its value is the name of a case: expected `string`, found `",
                ty.word(),
                "`\nhelp: let the case carry nothing, or a `String`",
            ]);
        }
    }
}

/// The case of this name.
#[track_caller]
const fn find_case(ty: Type, field: &str, cases: &'static [Field], case: &str) -> Field {
    let mut i = 0;
    while i < cases.len() {
        if same(cases[i].name, case) {
            return cases[i];
        }
        i += 1;
    }
    fail(&[
        "the default of field `",
        field,
        "`: expected a case of `",
        ty.word(),
        "`, found `",
        case,
        "`\nhelp: end the path with the name of a case: that of `rename` if the case has one",
    ])
}

/// Whether a type has values that an attribute takes as a default.
const fn has_defaults(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Unit
            | Type::Result(_)
            | Type::Tuple(_)
            | Type::Record(_)
            | Type::Flags(_)
            | Type::Own(_)
            | Type::Borrow(_)
    )
}

const fn is_suffix(suffix: &str, rust: &str) -> bool {
    suffix.is_empty() || same(suffix, rust)
}

/// The type in Rust, and the largest absolute values of its negative and of its other numbers. `None` if it is no integer.
const fn limits(ty: &Type) -> Option<(&'static str, u128, u128)> {
    Some(match ty {
        Type::S8 => ("i8", 1 << 7, (1 << 7) - 1),
        Type::S16 => ("i16", 1 << 15, (1 << 15) - 1),
        Type::S32 => ("i32", 1 << 31, (1 << 31) - 1),
        Type::S64 => ("i64", 1 << 63, (1 << 63) - 1),
        Type::U8 => ("u8", 0, u8::MAX as u128),
        Type::U16 => ("u16", 0, u16::MAX as u128),
        Type::U32 => ("u32", 0, u32::MAX as u128),
        Type::U64 => ("u64", 0, u64::MAX as u128),
        _ => return None,
    })
}

/// Whether a version comes after another one, by the rules of semantic versions. Both are valid, and no build metadata counts.
pub(super) const fn is_newer(version: &str, than: &str) -> bool {
    compare(version, than) > 0
}

/// Less than zero, zero, or more than zero.
const fn compare(one: &str, other: &str) -> i8 {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let (mut i, mut j) = (0, 0);
    // The three numbers, and then the parts of the pre-release.
    let mut part = 0;
    loop {
        let (end, other_end) = (end_of_part(one, i, part), end_of_part(other, j, part));
        let order = compare_parts(one, i, end, other, j, other_end);
        if order != 0 {
            return order;
        }
        part += 1;
        match (has_more(one, end), has_more(other, other_end)) {
            (false, false) => return 0,
            // A pre-release comes before the release. A longer pre-release comes after a shorter one.
            (true, false) => return if part == 3 { -1 } else { 1 },
            (false, true) => return if part == 3 { 1 } else { -1 },
            (true, true) => (i, j) = (end + 1, other_end + 1),
        }
    }
}

/// Where a part ends: at a `.`, at the `-` behind the third number, or before the build metadata.
const fn end_of_part(version: &[u8], mut at: usize, part: usize) -> usize {
    while at < version.len() && !matches!(version[at], b'.' | b'+') && !(version[at] == b'-' && part == 2) {
        at += 1;
    }
    at
}

const fn has_more(version: &[u8], end: usize) -> bool {
    end < version.len() && version[end] != b'+'
}

/// Numbers are compared as numbers, and come before words. They have no leading zeros, so the longer one is larger.
const fn compare_parts(one: &[u8], i: usize, end: usize, other: &[u8], j: usize, other_end: usize) -> i8 {
    match (is_number(one, i, end), is_number(other, j, other_end)) {
        (true, false) => return -1,
        (false, true) => return 1,
        (true, true) if end - i != other_end - j => return if end - i < other_end - j { -1 } else { 1 },
        _ => {}
    }
    let mut at = 0;
    while i + at < end && j + at < other_end {
        let (a, b) = (one[i + at], other[j + at]);
        if a != b {
            return if a < b { -1 } else { 1 };
        }
        at += 1;
    }
    match (i + at < end, j + at < other_end) {
        (true, false) => 1,
        (false, true) => -1,
        _ => 0,
    }
}

const fn is_number(version: &[u8], mut at: usize, end: usize) -> bool {
    while at < end {
        if !version[at].is_ascii_digit() {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::compare;
    use semver::Version;

    #[test]
    fn versions_are_ordered_as_semver_orders_them() {
        let versions = [
            "0.0.0",
            "0.9.0",
            "0.10.0",
            "1.0.0-0",
            "1.0.0-1",
            "1.0.0-2.a",
            "1.0.0-10",
            "1.0.0-a",
            "1.0.0-a-b.1",
            "1.0.0-a.1",
            "1.0.0-a.b",
            "1.0.0-ab",
            "1.0.0",
            "1.0.1",
            "1.1.0-rc.1",
            "1.1.0",
            "2.0.0",
            "10.0.0",
        ];
        for one in versions {
            for other in versions {
                let expected = Version::parse(one).unwrap().cmp(&Version::parse(other).unwrap()) as i8;
                assert_eq!(compare(one, other), expected, "{one} {other}");
            }
        }
        assert_eq!(compare("1.0.0+a", "1.0.0"), 0);
        assert_eq!(compare("1.0.0-rc.1+a.b", "1.0.0-rc.1"), 0);
    }
}
