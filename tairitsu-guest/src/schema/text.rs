//! The WIT text of an interface.

use super::{Field, Function, Interface, Type};
use std::fmt::{self, Display, Formatter, Write as _};

impl Interface {
    /// The interface as WIT text: a package with the one interface, types before functions.
    pub fn wit(&self) -> String {
        let mut out = String::new();
        // Writing to a `String` cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "package {};\n", self.package())?;
        write_docs(out, "", self.docs)?;
        writeln!(out, "interface {} {{", Name(self.name()))?;
        let mut first = true;
        for ty in self.named_types() {
            separate(out, &mut first)?;
            write_type(out, &ty)?;
        }
        for function in self.functions {
            separate(out, &mut first)?;
            write_docs(out, "  ", function.docs)?;
            writeln!(out, "  {}: {function};", Name(function.name))?;
        }
        writeln!(out, "}}")
    }

    /// The records, variants, enums and flags that the functions use, each after those it is made of.
    fn named_types(&self) -> Vec<Type> {
        let mut types = Vec::new();
        for function in self.functions {
            for param in function.params {
                collect(&param.ty, &mut types);
            }
            collect(&function.result, &mut types);
        }
        types
    }
}

fn collect(ty: &Type, types: &mut Vec<Type>) {
    match ty {
        Type::List(item) | Type::Option(item) => collect(item, types),
        Type::Result([ok, err]) => {
            collect(ok, types);
            collect(err, types);
        }
        Type::Tuple(items) => items.iter().for_each(|item| collect(item, types)),
        Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_) => {
            // The hash first: it spares the walk of a type already there.
            if types.iter().any(|known| known.hash() == ty.hash()) {
                return;
            }
            if let Type::Record(record) = ty {
                record.fields.iter().for_each(|field| collect(&field.ty, types));
            }
            if let Type::Variant(variant) = ty {
                variant.cases.iter().for_each(|case| collect(&case.ty, types));
            }
            types.push(*ty);
        }
        _ => {}
    }
}

fn separate(out: &mut String, first: &mut bool) -> fmt::Result {
    if !std::mem::take(first) {
        out.write_char('\n')?;
    }
    Ok(())
}

fn write_docs(out: &mut String, indent: &str, docs: &str) -> fmt::Result {
    for line in docs.lines() {
        writeln!(out, "{}", format!("{indent}/// {}", line.trim()).trim_end())?;
    }
    Ok(())
}

fn write_type(out: &mut String, ty: &Type) -> fmt::Result {
    let (keyword, name, docs, fields) = match ty {
        Type::Record(record) => ("record", record.name, record.docs, record.fields),
        Type::Variant(variant) => ("variant", variant.name, variant.docs, variant.cases),
        Type::Enum(cases) => ("enum", cases.name, cases.docs, cases.cases),
        Type::Flags(flags) => ("flags", flags.name, flags.docs, flags.flags),
        _ => return Ok(()),
    };
    write_docs(out, "  ", docs)?;
    writeln!(out, "  {keyword} {} {{", Name(name))?;
    for Field { name, docs, ty: field } in fields {
        write_docs(out, "    ", docs)?;
        match (ty, field) {
            (Type::Record(_), field) => writeln!(out, "    {}: {field},", Name(name))?,
            (_, Type::Unit) => writeln!(out, "    {},", Name(name))?,
            (_, payload) => writeln!(out, "    {}({payload}),", Name(name))?,
        }
    }
    writeln!(out, "  }}")
}

/// The type as a signature names it: `list<greeting>`.
impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Type::Unit => f.write_str("_"),
            Type::Bool => f.write_str("bool"),
            Type::S8 => f.write_str("s8"),
            Type::U8 => f.write_str("u8"),
            Type::S16 => f.write_str("s16"),
            Type::U16 => f.write_str("u16"),
            Type::S32 => f.write_str("s32"),
            Type::U32 => f.write_str("u32"),
            Type::S64 => f.write_str("s64"),
            Type::U64 => f.write_str("u64"),
            Type::F32 => f.write_str("f32"),
            Type::F64 => f.write_str("f64"),
            Type::Char => f.write_str("char"),
            Type::String => f.write_str("string"),
            Type::List(item) => write!(f, "list<{item}>"),
            Type::Option(some) => write!(f, "option<{some}>"),
            Type::Result([Type::Unit, Type::Unit]) => f.write_str("result"),
            Type::Result([ok, Type::Unit]) => write!(f, "result<{ok}>"),
            Type::Result([ok, err]) => write!(f, "result<{ok}, {err}>"),
            Type::Tuple(types) => {
                f.write_str("tuple<")?;
                for (i, ty) in types.iter().enumerate() {
                    write!(f, "{}{ty}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(">")
            }
            Type::Record(record) => Name(record.name).fmt(f),
            Type::Variant(variant) => Name(variant.name).fmt(f),
            Type::Enum(cases) => Name(cases.name).fmt(f),
            Type::Flags(flags) => Name(flags.name).fmt(f),
        }
    }
}

/// The function's type: `func(name: string) -> u32`.
impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("func(")?;
        for (i, param) in self.params.iter().enumerate() {
            write!(f, "{}{}: {}", if i == 0 { "" } else { ", " }, Name(param.name), param.ty)?;
        }
        f.write_str(")")?;
        match self.result {
            Type::Unit => Ok(()),
            result => write!(f, " -> {result}"),
        }
    }
}

/// A name, with the `%` that WIT wants before a keyword.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if is_keyword(self.0) {
            f.write_char('%')?;
        }
        f.write_str(self.0)
    }
}

/// Whether a name is a keyword of WIT's grammar, so that text must write it with a `%`.
///
/// Source: the `keyword` production of
/// <https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md>.
pub fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "as" | "async"
            | "bool"
            | "borrow"
            | "char"
            | "constructor"
            | "enum"
            | "error-context"
            | "export"
            | "f32"
            | "f64"
            | "flags"
            | "from"
            | "func"
            | "future"
            | "import"
            | "include"
            | "interface"
            | "list"
            | "map"
            | "option"
            | "own"
            | "package"
            | "record"
            | "resource"
            | "result"
            | "s16"
            | "s32"
            | "s64"
            | "s8"
            | "static"
            | "stream"
            | "string"
            | "tuple"
            | "type"
            | "u16"
            | "u32"
            | "u64"
            | "u8"
            | "use"
            | "variant"
            | "with"
            | "world"
    )
}
