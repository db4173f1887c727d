//! Holds an interface as Rust declares it against the same interface as a component has it.
//!
//! wasmtime checks types too, and its word is final; but it stops at the first difference and knows no
//! names. This check says everything at once, expected beside found.

use std::fmt;
use tairitsu_guest::schema::{Field, Function, Interface, Resource, Type};
use wit_parser::{Handle, Resolve, TypeDefKind, TypeOwner};

/// Every function that is missing or differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Functions that one side wants and the other does not have.
    pub missing: Vec<MissingImport>,
    /// Functions that both sides have, with different types.
    pub different: Vec<Difference>,
    /// Functions that the policy denies, `interface#function`.
    pub denied: Vec<String>,
}

/// A function that nobody provides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingImport {
    /// The interface's id; empty for a function that stands alone.
    pub interface: String,
    /// The function.
    pub function: String,
    /// Its type, as the side that wants it has it.
    pub expected: String,
}

/// A place where two types of one function differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The interface's id.
    pub interface: String,
    /// Where: the function, then the way into its type.
    pub path: String,
    /// The type there, as the side that wants the function has it.
    pub expected: String,
    /// The type there, as the other side has it.
    pub found: String,
}

impl Report {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.different.is_empty() && self.denied.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut line = |f: &mut fmt::Formatter<'_>| if std::mem::take(&mut first) { Ok(()) } else { f.write_str("\n") };
        for MissingImport { interface, function, expected } in &self.missing {
            line(f)?;
            let separator = if interface.is_empty() { "" } else { "#" };
            write!(f, "  `{interface}{separator}{function}`: expected `{expected}`, found nothing")?;
        }
        for Difference { interface, path, expected, found } in &self.different {
            line(f)?;
            write!(f, "  `{interface}` at `{path}`: expected `{expected}`, found `{found}`")?;
        }
        for function in &self.denied {
            line(f)?;
            write!(f, "  `{function}`: denied by the policy")?;
        }
        Ok(())
    }
}

/// Names in backquotes, or "nothing".
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "one that exports nothing".into(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// Whether a provider of interface `a` serves an import of `b`: the same interface, of versions that are
/// compatible by semver. This is wasmtime's rule for linking.
pub(super) fn same_track(a: &str, b: &str) -> bool {
    a == b || matches!((track(a), track(b)), (Some(a), Some(b)) if a == b)
}

/// An id cut down to the part of its version that compatible ones share; nothing for a version that is
/// compatible only with itself.
fn track(id: &str) -> Option<(&str, &str)> {
    let (name, version) = id.split_once('@')?;
    if version.contains(['-', '+']) {
        return None;
    }
    let mut dots = version.match_indices('.').map(|(at, _)| at);
    let (first, second) = (dots.next()?, dots.next()?);
    let track = match (&version[..first], &version[first + 1..second]) {
        ("0", "0") => version,
        ("0", _) => &version[..second],
        _ => &version[..first],
    };
    Some((name, track))
}

/// Which of two sides is the one that wants the functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// Rust calls the component.
    Rust,
    /// The component calls Rust.
    Component,
}

/// Compares every function that one side wants with the other side's.
pub(super) fn check(
    report: &mut Report,
    wants: Wants,
    interface: &Interface,
    resolve: &Resolve,
    component: &wit_parser::Interface,
) {
    match wants {
        Wants::Rust => {
            for function in interface.functions {
                match component.functions.get(function.name) {
                    Some(found) => Check { report, wants, interface, resolve }.function(function, found),
                    None if function.optional => {}
                    None => report.missing.push(MissingImport {
                        interface: interface.id.into(),
                        function: function.name.into(),
                        expected: function.to_string(),
                    }),
                }
            }
        }
        Wants::Component => {
            for (name, wanted) in &component.functions {
                match interface.functions.iter().find(|function| function.name == name) {
                    Some(function) => Check { report, wants, interface, resolve }.function(function, wanted),
                    None => report.missing.push(missing(interface.id, resolve, wanted)),
                }
            }
        }
    }
}

/// A function that a component imports and nobody provides.
pub(super) fn missing(interface: &str, resolve: &Resolve, function: &wit_parser::Function) -> MissingImport {
    MissingImport {
        interface: interface.into(),
        function: function.name.clone(),
        expected: function_text(resolve, function),
    }
}

struct Check<'a> {
    report: &'a mut Report,
    wants: Wants,
    interface: &'a Interface,
    resolve: &'a Resolve,
}

impl Check<'_> {
    fn function(&mut self, rust: &Function, component: &wit_parser::Function) {
        if rust.params.len() != component.params.len()
            || (rust.result == Type::Unit) != component.result.is_none()
            || component.kind.is_async()
        {
            return self.differ(rust.name, rust.to_string(), function_text(self.resolve, component));
        }
        for (param, found) in rust.params.iter().zip(&component.params) {
            self.ty(&format!("{}({})", rust.name, param.name), &param.ty, &found.ty);
        }
        if let Some(found) = &component.result {
            self.ty(&format!("{} ->", rust.name), &rust.result, found);
        }
    }

    fn ty(&mut self, path: &str, rust: &Type, component: &wit_parser::Type) {
        let kind = match component {
            wit_parser::Type::Id(id) => &self.resolve.types[*id].kind,
            primitive => {
                if rust.to_string() != primitive_text(primitive) || rust.name().is_some() {
                    self.differ(path, rust.to_string(), primitive_text(primitive).into());
                }
                return;
            }
        };
        match (rust, kind) {
            (_, TypeDefKind::Type(alias)) => self.ty(path, rust, alias),
            (Type::List(rust), TypeDefKind::List(found)) => self.ty(&format!("{path} item"), rust, found),
            (Type::Option(rust), TypeDefKind::Option(found)) => self.ty(&format!("{path} some"), rust, found),
            (Type::Result([ok, err]), TypeDefKind::Result(found)) => {
                self.payload(&format!("{path} ok"), ok, found.ok.as_ref());
                self.payload(&format!("{path} err"), err, found.err.as_ref());
            }
            (Type::Tuple(rust), TypeDefKind::Tuple(found)) if rust.len() == found.types.len() => {
                for (i, (rust, found)) in rust.iter().zip(&found.types).enumerate() {
                    self.ty(&format!("{path} {i}"), rust, found);
                }
            }
            (Type::Record(record), TypeDefKind::Record(found))
                if same_names(record.fields, found.fields.iter().map(|field| &field.name)) =>
            {
                for (rust, found) in record.fields.iter().zip(&found.fields) {
                    self.ty(&format!("{path} {}.{}", record.name, rust.name), &rust.ty, &found.ty);
                }
            }
            (Type::Variant(variant), TypeDefKind::Variant(found))
                if same_names(variant.cases, found.cases.iter().map(|case| &case.name)) =>
            {
                for (rust, found) in variant.cases.iter().zip(&found.cases) {
                    self.payload(&format!("{path} {}.{}", variant.name, rust.name), &rust.ty, found.ty.as_ref());
                }
            }
            (Type::Enum(cases), TypeDefKind::Enum(found))
                if same_names(cases.cases, found.cases.iter().map(|case| &case.name)) => {}
            (Type::Flags(flags), TypeDefKind::Flags(found))
                if same_names(flags.flags, found.flags.iter().map(|flag| &flag.name)) => {}
            (Type::Own(resource), TypeDefKind::Handle(Handle::Own(found)))
            | (Type::Borrow(resource), TypeDefKind::Handle(Handle::Borrow(found)))
                if is_resource(self.resolve, *found, resource) => {}
            _ => self.differ(path, definition(rust), found_definition(self.resolve, component)),
        }
    }

    fn payload(&mut self, path: &str, rust: &Type, component: Option<&wit_parser::Type>) {
        match (rust, component) {
            (Type::Unit, None) => {}
            (Type::Unit, Some(found)) => self.differ(path, "_".into(), type_text(self.resolve, found)),
            (rust, None) => self.differ(path, rust.to_string(), "_".into()),
            (rust, Some(found)) => self.ty(path, rust, found),
        }
    }

    fn differ(&mut self, path: &str, rust: String, component: String) {
        let (expected, found) = match self.wants {
            Wants::Rust => (rust, component),
            Wants::Component => (component, rust),
        };
        self.report.different.push(Difference {
            interface: self.interface.id.into(),
            path: path.into(),
            expected,
            found,
        });
    }
}

/// Whether a component's resource is that one: of the same name, in an interface of the same track.
fn is_resource(resolve: &Resolve, mut id: wit_parser::TypeId, resource: &Resource) -> bool {
    while let TypeDefKind::Type(wit_parser::Type::Id(alias)) = resolve.types[id].kind {
        id = alias;
    }
    let found = &resolve.types[id];
    let home = match found.owner {
        TypeOwner::Interface(home) => resolve.id_of(home),
        _ => None,
    };
    found.name.as_deref() == Some(resource.name) && home.is_some_and(|home| same_track(&home, resource.home))
}

fn same_names<'a>(fields: &[Field], found: impl ExactSizeIterator<Item = &'a String>) -> bool {
    fields.len() == found.len() && fields.iter().zip(found).all(|(field, found)| field.name == found)
}

/// A type with what it is made of: two records of one name differ in their fields.
fn definition(ty: &Type) -> String {
    match ty {
        Type::Record(record) => braced("record", record.name, record.fields.iter().map(|f| (f.name, f.ty.to_string()))),
        Type::Variant(variant) => {
            braced("variant", variant.name, variant.cases.iter().map(|c| (c.name, payload(&c.ty))))
        }
        Type::Enum(cases) => braced("enum", cases.name, cases.cases.iter().map(|c| (c.name, String::new()))),
        Type::Flags(flags) => braced("flags", flags.name, flags.flags.iter().map(|f| (f.name, String::new()))),
        ty => ty.to_string(),
    }
}

fn payload(ty: &Type) -> String {
    match ty {
        Type::Unit => String::new(),
        ty => ty.to_string(),
    }
}

fn found_definition(resolve: &Resolve, ty: &wit_parser::Type) -> String {
    let wit_parser::Type::Id(id) = ty else { return type_text(resolve, ty) };
    let def = &resolve.types[*id];
    let name = def.name.as_deref().unwrap_or("_");
    let text = |ty: &wit_parser::Type| type_text(resolve, ty);
    match &def.kind {
        TypeDefKind::Record(record) => braced("record", name, record.fields.iter().map(|f| (&*f.name, text(&f.ty)))),
        TypeDefKind::Variant(variant) => braced(
            "variant",
            name,
            variant.cases.iter().map(|c| (&*c.name, c.ty.as_ref().map(text).unwrap_or_default())),
        ),
        TypeDefKind::Enum(cases) => braced("enum", name, cases.cases.iter().map(|c| (&*c.name, String::new()))),
        TypeDefKind::Flags(flags) => braced("flags", name, flags.flags.iter().map(|f| (&*f.name, String::new()))),
        _ => type_text(resolve, ty),
    }
}

fn braced<'a>(keyword: &str, name: &str, fields: impl Iterator<Item = (&'a str, String)>) -> String {
    let is_record = keyword == "record";
    let fields: Vec<_> = fields
        .map(|(name, ty)| match (ty.is_empty(), is_record) {
            (true, _) => name.to_string(),
            (false, true) => format!("{name}: {ty}"),
            (false, false) => format!("{name}({ty})"),
        })
        .collect();
    format!("{keyword} {name} {{ {} }}", fields.join(", "))
}

/// A component's function as its WIT has it.
pub(super) fn function_text(resolve: &Resolve, function: &wit_parser::Function) -> String {
    let params: Vec<_> =
        function.params.iter().map(|param| format!("{}: {}", param.name, type_text(resolve, &param.ty))).collect();
    let result = function.result.as_ref().map(|ty| format!(" -> {}", type_text(resolve, ty))).unwrap_or_default();
    let keyword = if function.kind.is_async() { "async func" } else { "func" };
    format!("{keyword}({}){result}", params.join(", "))
}

/// A component's type as a signature names it.
fn type_text(resolve: &Resolve, ty: &wit_parser::Type) -> String {
    let wit_parser::Type::Id(id) = ty else { return primitive_text(ty).into() };
    let def = &resolve.types[*id];
    if let Some(name) = &def.name {
        return name.clone();
    }
    let text = |ty: &wit_parser::Type| type_text(resolve, ty);
    let optional = |ty: &Option<wit_parser::Type>| ty.as_ref().map_or_else(|| "_".to_string(), text);
    match &def.kind {
        TypeDefKind::List(item) => format!("list<{}>", text(item)),
        TypeDefKind::FixedLengthList(item, len) => format!("list<{}, {len}>", text(item)),
        TypeDefKind::Map(key, value) => format!("map<{}, {}>", text(key), text(value)),
        TypeDefKind::Option(some) => format!("option<{}>", text(some)),
        TypeDefKind::Tuple(tuple) => {
            format!("tuple<{}>", tuple.types.iter().map(text).collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Result(result) => match (&result.ok, &result.err) {
            (None, None) => "result".into(),
            (Some(ok), None) => format!("result<{}>", text(ok)),
            (ok, err) => format!("result<{}, {}>", optional(ok), optional(err)),
        },
        TypeDefKind::Future(ty) => ty.as_ref().map_or_else(|| "future".into(), |ty| format!("future<{}>", text(ty))),
        TypeDefKind::Stream(ty) => ty.as_ref().map_or_else(|| "stream".into(), |ty| format!("stream<{}>", text(ty))),
        TypeDefKind::Handle(Handle::Own(id)) => resolve.types[*id].name.clone().unwrap_or_else(|| "own".into()),
        TypeDefKind::Handle(Handle::Borrow(id)) => {
            format!("borrow<{}>", resolve.types[*id].name.as_deref().unwrap_or("_"))
        }
        TypeDefKind::Type(alias) => text(alias),
        kind => kind.as_str().into(),
    }
}

fn primitive_text(ty: &wit_parser::Type) -> &'static str {
    match ty {
        wit_parser::Type::Bool => "bool",
        wit_parser::Type::U8 => "u8",
        wit_parser::Type::U16 => "u16",
        wit_parser::Type::U32 => "u32",
        wit_parser::Type::U64 => "u64",
        wit_parser::Type::S8 => "s8",
        wit_parser::Type::S16 => "s16",
        wit_parser::Type::S32 => "s32",
        wit_parser::Type::S64 => "s64",
        wit_parser::Type::F32 => "f32",
        wit_parser::Type::F64 => "f64",
        wit_parser::Type::Char => "char",
        wit_parser::Type::String => "string",
        wit_parser::Type::ErrorContext => "error-context",
        wit_parser::Type::Id(_) => "_",
    }
}

#[cfg(test)]
mod tests {
    use super::same_track;

    #[test]
    fn versions_that_serve_each_other() {
        for (a, b, expected) in [
            ("a:b/c", "a:b/c", true),
            ("a:b/c@1.0.0", "a:b/c@1.2.3", true),
            ("a:b/c@0.1.0", "a:b/c@0.1.9", true),
            ("a:b/c@0.1.0", "a:b/c@0.2.0", false),
            ("a:b/c@0.0.1", "a:b/c@0.0.2", false),
            ("a:b/c@1.0.0", "a:b/c@2.0.0", false),
            ("a:b/c@1.0.0", "a:b/d@1.0.0", false),
            ("a:b/c@1.0.0", "a:b/c", false),
            ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0", false),
            ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0-rc.1", true),
        ] {
            assert_eq!(same_track(a, b), expected, "{a} {b}");
        }
    }
}
