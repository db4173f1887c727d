//! The functions and types of an image, as its WIT declares them.

use super::function::{Function, Param};
use super::value_type::{Member, ResourceType, ValueType};
use crate::runtime::image::names::{definition_of, home_of};
use crate::runtime::image::wit_text::type_text;
use std::collections::HashMap;
use std::sync::Arc;
use wit_parser::{Docs, Handle, Resolve, Type, TypeDefKind, TypeId, WorldItem, WorldKey};

/// The functions of a world's imports or exports.
pub(super) fn functions<'w>(
    resolve: &Resolve,
    items: impl IntoIterator<Item = (&'w WorldKey, &'w WorldItem)>,
) -> Vec<Function> {
    let mut types = Types { resolve, known: HashMap::new() };
    let mut functions = Vec::new();
    for (key, item) in items {
        match item {
            WorldItem::Interface { id, .. } => {
                let interface: Arc<str> = resolve.name_world_key(key).into();
                let found = resolve.interfaces[*id].functions.values();
                functions.extend(found.map(|function| types.function(&interface, function)));
            }
            WorldItem::Function(function) => functions.push(types.function(&"".into(), function)),
            WorldItem::Type { .. } => {}
        }
    }
    functions
}

/// A type.
pub(crate) fn value_type(resolve: &Resolve, ty: &Type) -> ValueType {
    Types { resolve, known: HashMap::new() }.ty(ty)
}

/// A function of an interface.
pub(crate) fn function(resolve: &Resolve, interface: &str, function: &wit_parser::Function) -> Function {
    Types { resolve, known: HashMap::new() }.function(&interface.into(), function)
}

struct Types<'r> {
    resolve: &'r Resolve,
    /// The types that were made already. A type that is used twice is made once.
    known: HashMap<TypeId, ValueType>,
}

impl Types<'_> {
    fn function(&mut self, interface: &Arc<str>, function: &wit_parser::Function) -> Function {
        let params =
            function.params.iter().map(|param| Param { name: param.name.as_str().into(), ty: self.ty(&param.ty) });
        let params = params.collect();
        let result = function.result.as_ref().map(|ty| self.ty(ty));
        Function::new(interface, &function.name, docs(&function.docs), params, result, function.kind.is_async())
    }

    fn ty(&mut self, ty: &Type) -> ValueType {
        match ty {
            Type::Bool => ValueType::Bool,
            Type::U8 => ValueType::U8,
            Type::U16 => ValueType::U16,
            Type::U32 => ValueType::U32,
            Type::U64 => ValueType::U64,
            Type::S8 => ValueType::S8,
            Type::S16 => ValueType::S16,
            Type::S32 => ValueType::S32,
            Type::S64 => ValueType::S64,
            Type::F32 => ValueType::F32,
            Type::F64 => ValueType::F64,
            Type::Char => ValueType::Char,
            Type::String => ValueType::String,
            Type::ErrorContext => ValueType::Other("error-context".into()),
            Type::Id(id) => {
                if let Some(known) = self.known.get(id) {
                    return known.clone();
                }
                let made = self.defined(ty, *id);
                self.known.insert(*id, made.clone());
                made
            }
        }
    }

    fn defined(&mut self, ty: &Type, id: TypeId) -> ValueType {
        let resolve = self.resolve;
        let def = &resolve.types[id];
        let (name, about) = (def.name.as_deref().unwrap_or_default(), docs(&def.docs));
        match &def.kind {
            TypeDefKind::Type(alias) => self.ty(alias),
            TypeDefKind::List(item) => ValueType::list(self.ty(item)),
            TypeDefKind::Option(some) => ValueType::option(self.ty(some)),
            TypeDefKind::Result(result) => {
                let ok = result.ok.as_ref().map(|ty| self.ty(ty));
                let err = result.err.as_ref().map(|ty| self.ty(ty));
                ValueType::result(ok, err)
            }
            TypeDefKind::Tuple(tuple) => ValueType::tuple(tuple.types.iter().map(|ty| self.ty(ty)).collect()),
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields = fields.map(|field| Member::new(&*field.name, Some(self.ty(&field.ty)), docs(&field.docs)));
                ValueType::record(name, about, fields.collect())
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant
                    .cases
                    .iter()
                    .map(|case| Member::new(&*case.name, case.ty.as_ref().map(|ty| self.ty(ty)), docs(&case.docs)));
                ValueType::variant(name, about, cases.collect())
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter().map(|case| Member::new(&*case.name, None, docs(&case.docs)));
                ValueType::enumeration(name, about, cases.collect())
            }
            TypeDefKind::Flags(flags) => {
                let flags = flags.flags.iter().map(|flag| Member::new(&*flag.name, None, docs(&flag.docs)));
                ValueType::flags(name, about, flags.collect())
            }
            TypeDefKind::Handle(Handle::Own(resource)) => ValueType::Own(self.resource(*resource)),
            TypeDefKind::Handle(Handle::Borrow(resource)) => ValueType::Borrow(self.resource(*resource)),
            _ => ValueType::Other(type_text(resolve, ty).into()),
        }
    }

    fn resource(&self, id: TypeId) -> Arc<ResourceType> {
        let resolve = self.resolve;
        let name = resolve.types[definition_of(resolve, id)].name.as_deref().unwrap_or_default();
        Arc::new(ResourceType { name: name.into(), interface: home_of(resolve, id).unwrap_or_default().into() })
    }
}

fn docs(docs: &Docs) -> &str {
    docs.contents.as_deref().unwrap_or_default().trim()
}
