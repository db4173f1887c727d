//! The WIT text of an interface.

use super::{Field, Function, Interface, InterfaceId, Param, Resource, Type};
use std::fmt::{self, Display, Formatter, Write as _};

impl Interface {
    /// The interface as WIT text: its package, and every interface whose types it uses.
    ///
    /// Used interfaces of the same package come before the interface, and those of other packages after it. In an
    /// interface, types come before functions.
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
        writeln!(out, "package {};\n", PackageId(&package))?;
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
            writeln!(out, "\npackage {} {{", PackageId(&package))?;
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

    /// Adds the interfaces whose types this one uses, directly or not. Each is added once, after those that it uses.
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
        writeln!(out, "{indent}interface {} {{", Escaped(self.name()))?;
        let mut first = true;
        let (package, types) = (self.package(), self.named_types());
        let is_used = |ty: &Type| !ty.home().is_empty() && ty.home() != self.id;
        // In the order of first use, which is the order in the section.
        let used: Vec<_> = types.iter().filter(|ty| is_used(ty)).collect();
        for used in used.chunk_by(|a, b| a.home() == b.home()) {
            first = false;
            let home = used[0].home();
            let names = used.iter().filter_map(|ty| ty.name()).map(|name| Escaped(name).to_string());
            let names = names.collect::<Vec<_>>().join(", ");
            let path = match InterfaceId::parse(home) {
                Some(id) if id.package_id() == package => Escaped(id.interface).to_string(),
                Some(id) => {
                    let (package, name) = (id.package_id(), Escaped(id.interface));
                    let (package, version) = package.split_once('@').unwrap_or((&package, ""));
                    let at = if version.is_empty() { "" } else { "@" };
                    format!("{}/{name}{at}{version}", PackageId(package))
                }
                None => home.to_string(),
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
                write_since(out, &format!("{indent}  "), function.since)?;
                writeln!(out, "{indent}  {}: {function};", Escaped(function.name))?;
            }
        }
        writeln!(out, "{indent}}}")
    }

    fn write_resource(&self, out: &mut String, indent: &str, resource: &Resource) -> fmt::Result {
        write_docs(out, &format!("{indent}  "), resource.docs)?;
        writeln!(out, "{indent}  resource {} {{", Escaped(resource.name))?;
        let mut first = true;
        for function in self.functions {
            separate(out, &mut first)?;
            write_docs(out, &format!("{indent}    "), function.docs)?;
            write_since(out, &format!("{indent}    "), function.since)?;
            match function.name.rsplit_once('.') {
                None => writeln!(out, "{indent}    constructor({});", Params(function.params))?,
                Some((kind, name)) if kind.starts_with("[static]") => {
                    writeln!(out, "{indent}    {}: static {function};", Escaped(name))?;
                }
                Some((_, name)) => {
                    let rest = function.params.get(1..).unwrap_or_default();
                    write!(out, "{indent}    {}: func({})", Escaped(name), Params(rest))?;
                    writeln!(out, "{};", ResultOf(function))?;
                }
            }
        }
        writeln!(out, "{indent}  }}")
    }

    /// The named types that the interface declares or uses. Each comes after the types that it is made of.
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
        // `write_resource` declares it.
        Type::Own(resource) | Type::Borrow(resource) if resource.home == interface.id => {}
        Type::Borrow(resource) => collect(interface, &Type::Own(resource), types),
        Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_) | Type::Own(_) => {
            // Comparing hashes spares a walk through a type that is already in the list.
            if types.iter().any(|known| known.hash() == ty.hash()) {
                return;
            }
            // A type of another interface is declared there, with the types that it is made of.
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

fn write_since(out: &mut String, indent: &str, since: &str) -> fmt::Result {
    if !since.is_empty() {
        writeln!(out, "{indent}@since(version = {since})")?;
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
    write_since(out, &format!("{indent}  "), ty.since())?;
    writeln!(out, "{indent}  {keyword} {} {{", Escaped(name))?;
    for Field { name, docs, ty: field } in fields {
        write_docs(out, &format!("{indent}    "), docs)?;
        write!(out, "{indent}    {}", Escaped(name))?;
        match (ty, field) {
            (Type::Record(_), field) => writeln!(out, ": {field},")?,
            (_, Type::Unit) => writeln!(out, ",")?,
            (_, payload) => writeln!(out, "({payload}),")?,
        }
    }
    writeln!(out, "{indent}  }}")
}

/// The type as WIT writes it in a signature: `list<greeting>`.
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
            Type::Record(record) => Escaped(record.name).fmt(f),
            Type::Variant(variant) => Escaped(variant.name).fmt(f),
            Type::Enum(cases) => Escaped(cases.name).fmt(f),
            Type::Flags(flags) => Escaped(flags.name).fmt(f),
            Type::Own(resource) => Escaped(resource.name).fmt(f),
            Type::Borrow(resource) => write!(f, "borrow<{}>", Escaped(resource.name)),
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
            write!(f, "{}{}: {}", if i == 0 { "" } else { ", " }, Escaped(param.name), param.ty)?;
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

/// A name, with the `%` that WIT requires before a keyword.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if is_keyword(self.0) {
            f.write_char('%')?;
        }
        f.write_str(self.0)
    }
}

/// The id of a package, with the `%` before its keywords: `%use:%import@1.0.0`.
struct PackageId<'a>(&'a str);

impl Display for PackageId<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, version) = self.0.split_once('@').unwrap_or((self.0, ""));
        let (namespace, name) = names.split_once(':').unwrap_or((names, ""));
        write!(f, "{}:{}", Escaped(namespace), Escaped(name))?;
        if !version.is_empty() {
            write!(f, "@{version}")?;
        }
        Ok(())
    }
}

/// Whether a name is a keyword of WIT's grammar. WIT text has a `%` before such a name.
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
