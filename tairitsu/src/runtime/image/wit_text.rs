//! WIT text of types and functions, for reports: for the Rust side, and for a component.

use std::fmt::{self, Write};
use tairitsu_guest::schema::Type;
use wit_parser::{Handle, Resolve, TypeDefKind};

/// The most bytes of a component's type in a report. The text of a type may be much longer than the component.
const LONGEST: usize = 2_000;

/// A text that ends at [`LONGEST`].
#[derive(Default)]
struct Text(String);

impl Text {
    /// Writes a text. A long one is cut, and ends in two dots.
    fn of(write: impl FnOnce(&mut Text) -> fmt::Result) -> String {
        let mut text = Text::default();
        match write(&mut text) {
            Ok(()) => text.0,
            Err(fmt::Error) => text.0 + "..",
        }
    }
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = LONGEST - self.0.len();
        if part.len() <= room {
            self.0.push_str(part);
            return Ok(());
        }
        self.0.push_str(&part[..part.floor_char_boundary(room)]);
        Err(fmt::Error)
    }
}

/// A type with its contents, because two records with the same name can differ in their fields.
pub(crate) fn definition(ty: &Type) -> String {
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

/// A component's type with its contents.
pub(crate) fn found_definition(resolve: &Resolve, ty: &wit_parser::Type) -> String {
    Text::of(|out| write_definition(out, resolve, ty))
}

/// A component's function as WIT text.
pub(crate) fn function_text(resolve: &Resolve, function: &wit_parser::Function) -> String {
    Text::of(|out| {
        out.write_str(if function.kind.is_async() { "async func(" } else { "func(" })?;
        for (i, param) in function.params.iter().enumerate() {
            write!(out, "{}{}: ", if i == 0 { "" } else { ", " }, param.name)?;
            write_type(out, resolve, &param.ty)?;
        }
        out.write_char(')')?;
        let Some(result) = &function.result else { return Ok(()) };
        out.write_str(" -> ")?;
        write_type(out, resolve, result)
    })
}

/// A component's type in the form that a signature uses.
pub(crate) fn type_text(resolve: &Resolve, ty: &wit_parser::Type) -> String {
    Text::of(|out| write_type(out, resolve, ty))
}

fn write_definition(out: &mut Text, resolve: &Resolve, ty: &wit_parser::Type) -> fmt::Result {
    let wit_parser::Type::Id(id) = ty else { return write_type(out, resolve, ty) };
    let def = &resolve.types[*id];
    let name = def.name.as_deref().unwrap_or("_");
    let mut parts = |keyword: &str, parts: &mut dyn Iterator<Item = (&String, Option<&wit_parser::Type>)>| {
        write!(out, "{keyword} {name} {{ ")?;
        for (i, (part, ty)) in parts.enumerate() {
            write!(out, "{}{part}", if i == 0 { "" } else { ", " })?;
            match (ty, keyword) {
                (None, _) => {}
                (Some(ty), "record") => {
                    out.write_str(": ")?;
                    write_type(out, resolve, ty)?;
                }
                (Some(ty), _) => {
                    out.write_char('(')?;
                    write_type(out, resolve, ty)?;
                    out.write_char(')')?;
                }
            }
        }
        out.write_str(" }")
    };
    match &def.kind {
        TypeDefKind::Record(record) => parts("record", &mut record.fields.iter().map(|f| (&f.name, Some(&f.ty)))),
        TypeDefKind::Variant(variant) => parts("variant", &mut variant.cases.iter().map(|c| (&c.name, c.ty.as_ref()))),
        TypeDefKind::Enum(cases) => parts("enum", &mut cases.cases.iter().map(|c| (&c.name, None))),
        TypeDefKind::Flags(flags) => parts("flags", &mut flags.flags.iter().map(|f| (&f.name, None))),
        TypeDefKind::Resource => out.write_str(name),
        // The name says less than the type that it stands for.
        kind => write_kind(out, resolve, kind),
    }
}

fn write_type(out: &mut Text, resolve: &Resolve, ty: &wit_parser::Type) -> fmt::Result {
    let wit_parser::Type::Id(id) = ty else { return out.write_str(primitive_text(ty)) };
    let def = &resolve.types[*id];
    if let Some(name) = &def.name {
        return out.write_str(name);
    }
    write_kind(out, resolve, &def.kind)
}

fn write_kind(out: &mut Text, resolve: &Resolve, kind: &TypeDefKind) -> fmt::Result {
    let mut of = |keyword: &str, types: &[Option<&wit_parser::Type>]| {
        write!(out, "{keyword}<")?;
        for (i, ty) in types.iter().enumerate() {
            out.write_str(if i == 0 { "" } else { ", " })?;
            match ty {
                Some(ty) => write_type(out, resolve, ty)?,
                None => out.write_char('_')?,
            }
        }
        out.write_char('>')
    };
    match kind {
        TypeDefKind::List(item) => of("list", &[Some(item)]),
        TypeDefKind::FixedLengthList(item, len) => {
            out.write_str("list<")?;
            write_type(out, resolve, item)?;
            write!(out, ", {len}>")
        }
        TypeDefKind::Map(key, value) => of("map", &[Some(key), Some(value)]),
        TypeDefKind::Option(some) => of("option", &[Some(some)]),
        TypeDefKind::Tuple(tuple) => of("tuple", &tuple.types.iter().map(Some).collect::<Vec<_>>()),
        TypeDefKind::Result(result) => match (&result.ok, &result.err) {
            (None, None) => out.write_str("result"),
            (Some(ok), None) => of("result", &[Some(ok)]),
            (ok, err) => of("result", &[ok.as_ref(), err.as_ref()]),
        },
        TypeDefKind::Future(None) => out.write_str("future"),
        TypeDefKind::Future(ty) => of("future", &[ty.as_ref()]),
        TypeDefKind::Stream(None) => out.write_str("stream"),
        TypeDefKind::Stream(ty) => of("stream", &[ty.as_ref()]),
        TypeDefKind::Handle(Handle::Own(id)) => out.write_str(resolve.types[*id].name.as_deref().unwrap_or("own")),
        TypeDefKind::Handle(Handle::Borrow(id)) => {
            write!(out, "borrow<{}>", resolve.types[*id].name.as_deref().unwrap_or("_"))
        }
        TypeDefKind::Type(alias) => write_type(out, resolve, alias),
        kind => out.write_str(kind.as_str()),
    }
}

pub(crate) fn primitive_text(ty: &wit_parser::Type) -> &'static str {
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
