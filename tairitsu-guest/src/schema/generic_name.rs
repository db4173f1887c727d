//! The WIT names of generic types: one for each instantiation.

use super::Type;

/// A name that const evaluation writes: `page-of-string` for `Page<String>`, `pair-of-u8-and-list-of-char` for
/// `Pair<u8, Vec<char>>`.
///
/// A type's word comes before the words of its arguments. The word determines how many arguments follow, so different
/// types have different names.
#[derive(Clone, Copy, Debug)]
pub struct GenericName {
    bytes: [u8; MAX],
    len: usize,
}

const MAX: usize = 256;

impl GenericName {
    /// The name of a generic type with these arguments.
    ///
    /// # Panics
    ///
    /// If the name has more than 256 bytes.
    pub const fn new(name: &str, arguments: &[Type]) -> Self {
        let mut out = Self { bytes: [0; MAX], len: 0 };
        out.push(name);
        out.push_all(arguments);
        out
    }

    /// The name as text.
    pub const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(name) => name,
            Err(_) => unreachable!(),
        }
    }

    const fn push(&mut self, part: &str) {
        let part = part.as_bytes();
        assert!(
            self.len + part.len() <= MAX,
            "the WIT name of a generic type has more than 256 bytes: declare a type that is not generic, with a name of its own"
        );
        let mut i = 0;
        while i < part.len() {
            self.bytes[self.len] = part[i];
            self.len += 1;
            i += 1;
        }
    }

    const fn push_number(&mut self, number: usize) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        const DIGITS: &str = "0123456789";
        self.push(DIGITS.split_at(number % 10).1.split_at(1).0);
    }

    const fn push_all(&mut self, types: &[Type]) {
        let mut i = 0;
        while i < types.len() {
            self.push(if i == 0 { "-of-" } else { "-and-" });
            self.push_type(&types[i]);
            i += 1;
        }
    }

    const fn push_type(&mut self, ty: &Type) {
        let (word, arguments): (_, &[Type]) = match ty {
            Type::Unit => ("unit", &[]),
            Type::Bool => ("bool", &[]),
            Type::S8 => ("s8", &[]),
            Type::U8 => ("u8", &[]),
            Type::S16 => ("s16", &[]),
            Type::U16 => ("u16", &[]),
            Type::S32 => ("s32", &[]),
            Type::U32 => ("u32", &[]),
            Type::S64 => ("s64", &[]),
            Type::U64 => ("u64", &[]),
            Type::F32 => ("f32", &[]),
            Type::F64 => ("f64", &[]),
            Type::Char => ("char", &[]),
            Type::String => ("string", &[]),
            Type::List(item) => ("list", std::slice::from_ref(*item)),
            Type::Option(some) => ("option", std::slice::from_ref(*some)),
            Type::Result(sides) => ("result", *sides),
            Type::Tuple(items) => {
                self.push("tuple");
                self.push_number(items.len());
                ("", *items)
            }
            Type::Record(record) => (record.name, &[]),
            Type::Variant(variant) => (variant.name, &[]),
            Type::Enum(cases) => (cases.name, &[]),
            Type::Flags(flags) => (flags.name, &[]),
            Type::Own(resource) | Type::Borrow(resource) => (resource.name, &[]),
        };
        self.push(word);
        self.push_all(arguments);
    }
}

#[cfg(test)]
mod tests {
    use super::{GenericName, Type};

    #[test]
    fn names() {
        let pair = Type::Tuple(&[Type::U8, Type::List(&Type::Char)]);
        for (arguments, name) in [
            (&[Type::String][..], "page-of-string"),
            (&[Type::Result(&[Type::Unit, Type::S64])], "page-of-result-of-unit-and-s64"),
            (&[pair, Type::F32], "page-of-tuple2-of-u8-and-list-of-char-and-f32"),
            (
                &[Type::Tuple(&[Type::Bool; 12])],
                "page-of-tuple12-of-bool-and-bool-and-bool-and-bool-and-bool-and-bool-and-bool-and-bool-and-bool-and-bool-and-bool-and-bool",
            ),
        ] {
            assert_eq!(GenericName::new("page", arguments).as_str(), name);
        }
    }
}
