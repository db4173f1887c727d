//! WIT text of types and functions, for reports: for the Rust side, and for a component.

use tairitsu_guest::schema::Type;
use wit_parser::{Handle, Resolve, TypeDefKind};

/// A type with its contents, because two records with the same name can differ in their fields.
pub(super) fn definition(ty: &Type) -> String {
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

pub(super) fn found_definition(resolve: &Resolve, ty: &wit_parser::Type) -> String {
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

/// A component's function as WIT text.
pub(super) fn function_text(resolve: &Resolve, function: &wit_parser::Function) -> String {
    let params: Vec<_> =
        function.params.iter().map(|param| format!("{}: {}", param.name, type_text(resolve, &param.ty))).collect();
    let result = function.result.as_ref().map(|ty| format!(" -> {}", type_text(resolve, ty))).unwrap_or_default();
    let keyword = if function.kind.is_async() { "async func" } else { "func" };
    format!("{keyword}({}){result}", params.join(", "))
}

/// A component's type in the form that a signature uses.
pub(super) fn type_text(resolve: &Resolve, ty: &wit_parser::Type) -> String {
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

pub(super) fn primitive_text(ty: &wit_parser::Type) -> &'static str {
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
