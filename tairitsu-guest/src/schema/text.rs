//! The WIT text of an interface.

use super::{Field, Function, Interface, InterfaceId, Param, Resource, Type};
use std::fmt::{self, Display, Formatter, Write as _};

impl Interface {
    /// The interface as WIT text: its package, with the interfaces of which it uses types before it, and those of other
    /// packages after it. In an interface, types stand before functions.
    pub fn wit(&self) -> String {
        let mut out = String::new();
        // Writing to a `String` cannot fail.
        let _ = self.write_package(&mut out);
        out
    }

    fn write_package(&self, out: &mut String) -> fmt::Result {
        let mut used = Vec::new();
        self.all_used(&mut used);
        let package = self.package();
        writeln!(out, "package {package};\n")?;
        for interface in used.iter().filter(|used| used.package() == package) {
            interface.write(out, "")?;
            out.push('\n');
        }
        self.write(out, "")?;
        let mut packages = vec![package];
        for interface in &used {
            let package = interface.package();
            if packages.contains(&package) {
                continue;
            }
            writeln!(out, "\npackage {package} {{")?;
            let mut first = true;
            for interface in used.iter().filter(|used| used.package() == package) {
                separate(out, &mut first)?;
                interface.write(out, "  ")?;
            }
            writeln!(out, "}}")?;
            packages.push(package);
        }
        Ok(())
    }

    /// The interfaces of which types are used, here or in one of them, each once and after those that it uses.
    fn all_used(&self, used: &mut Vec<&'static Interface>) {
        for interface in self.uses {
            if !used.iter().any(|known| known.id == interface.id) {
                interface.all_used(used);
                used.push(interface);
            }
        }
    }

    fn write(&self, out: &mut String, indent: &str) -> fmt::Result {
        write_docs(out, indent, self.docs)?;
        writeln!(out, "{indent}interface {} {{", Name(self.name()))?;
        let mut first = true;
        let (package, types) = (self.package(), self.named_types());
        let is_used = |ty: &Type| !ty.home().is_empty() && ty.home() != self.id;
        // In the order in which they are needed, which is that of the section.
        let used: Vec<_> = types.iter().filter(|ty| is_used(ty)).collect();
        for used in used.chunk_by(|a, b| a.home() == b.home()) {
            first = false;
            let home = used[0].home();
            let names = used.iter().filter_map(|ty| ty.name()).map(|name| Name(name).to_string());
            let names = names.collect::<Vec<_>>().join(", ");
            let path = match InterfaceId::parse(home) {
                Some(id) if id.package_id() == package => Name(id.interface).to_string(),
                _ => home.to_string(),
            };
            writeln!(out, "{indent}  use {path}.{{{names}}};")?;
        }
        for ty in types.iter().filter(|ty| !is_used(ty)) {
            separate(out, &mut first)?;
            write_type(out, indent, ty)?;
        }
        if let Some(resource) = self.resource {
            separate(out, &mut first)?;
            self.write_resource(out, indent, resource)?;
        } else {
            for function in self.functions {
                separate(out, &mut first)?;
                write_docs(out, &format!("{indent}  "), function.docs)?;
                writeln!(out, "{indent}  {}: {function};", Name(function.name))?;
            }
        }
        writeln!(out, "{indent}}}")
    }

    fn write_resource(&self, out: &mut String, indent: &str, resource: &Resource) -> fmt::Result {
        write_docs(out, &format!("{indent}  "), resource.docs)?;
        writeln!(out, "{indent}  resource {} {{", Name(resource.name))?;
        let mut first = true;
        for function in self.functions {
            separate(out, &mut first)?;
            write_docs(out, &format!("{indent}    "), function.docs)?;
            match function.name.rsplit_once('.') {
                None => writeln!(out, "{indent}    constructor({});", Params(function.params))?,
                Some((kind, name)) if kind.starts_with("[static]") => {
                    writeln!(out, "{indent}    {}: static {function};", Name(name))?;
                }
                Some((_, name)) => {
                    let rest = function.params.get(1..).unwrap_or_default();
                    write!(out, "{indent}    {}: func({})", Name(name), Params(rest))?;
                    writeln!(out, "{};", ResultOf(function))?;
                }
            }
        }
        writeln!(out, "{indent}  }}")
    }

    /// The records, variants, enums and flags that the interface declares or uses, each after those it is made of.
    fn named_types(&self) -> Vec<Type> {
        let mut types = Vec::new();
        self.types.iter().for_each(|ty| collect(self, ty, &mut types));
        for function in self.functions {
            for param in function.params {
                collect(self, &param.ty, &mut types);
            }
            collect(self, &function.result, &mut types);
        }
        types
    }
}

fn collect(interface: &Interface, ty: &Type, types: &mut Vec<Type>) {
    match ty {
        Type::List(item) | Type::Option(item) => collect(interface, item, types),
        Type::Result([ok, err]) => {
            collect(interface, ok, types);
            collect(interface, err, types);
        }
        Type::Tuple(items) => items.iter().for_each(|item| collect(interface, item, types)),
        // What declares it is written with its functions.
        Type::Own(resource) | Type::Borrow(resource) if resource.home == interface.id => {}
        Type::Borrow(resource) => collect(interface, &Type::Own(resource), types),
        Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_) | Type::Own(_) => {
            // The hash first: it spares the walk of a type already there.
            if types.iter().any(|known| known.hash() == ty.hash()) {
                return;
            }
            // What a type of another interface is made of is that interface's to declare.
            if ty.home().is_empty() || ty.home() == interface.id {
                if let Type::Record(record) = ty {
                    record.fields.iter().for_each(|field| collect(interface, &field.ty, types));
                }
                if let Type::Variant(variant) = ty {
                    variant.cases.iter().for_each(|case| collect(interface, &case.ty, types));
                }
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

fn write_type(out: &mut String, indent: &str, ty: &Type) -> fmt::Result {
    let (keyword, name, docs, fields) = match ty {
        Type::Record(record) => ("record", record.name, record.docs, record.fields),
        Type::Variant(variant) => ("variant", variant.name, variant.docs, variant.cases),
        Type::Enum(cases) => ("enum", cases.name, cases.docs, cases.cases),
        Type::Flags(flags) => ("flags", flags.name, flags.docs, flags.flags),
        _ => return Ok(()),
    };
    write_docs(out, &format!("{indent}  "), docs)?;
    writeln!(out, "{indent}  {keyword} {} {{", Name(name))?;
    for Field { name, docs, ty: field } in fields {
        write_docs(out, &format!("{indent}    "), docs)?;
        write!(out, "{indent}    {}", Name(name))?;
        match (ty, field) {
            (Type::Record(_), field) => writeln!(out, ": {field},")?,
            (_, Type::Unit) => writeln!(out, ",")?,
            (_, payload) => writeln!(out, "({payload}),")?,
        }
    }
    writeln!(out, "{indent}  }}")
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
            Type::Own(resource) => Name(resource.name).fmt(f),
            Type::Borrow(resource) => write!(f, "borrow<{}>", Name(resource.name)),
        }
    }
}

/// The function's type: `func(name: string) -> u32`.
impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "func({}){}", Params(self.params), ResultOf(self))
    }
}

struct Params(&'static [Param]);

impl Display for Params {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, param) in self.0.iter().enumerate() {
            write!(f, "{}{}: {}", if i == 0 { "" } else { ", " }, Name(param.name), param.ty)?;
        }
        Ok(())
    }
}

struct ResultOf<'a>(&'a Function);

impl Display for ResultOf<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.result {
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
