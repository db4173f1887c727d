//! The types of Rust, as the schema describes them.

use super::function::{Function, Param};
use super::value_type::{Member, ResourceType, ValueType};
use std::sync::Arc;
use tairitsu_guest::abi::WitType;
use tairitsu_guest::schema::{Field, Interface, Resource, Type};

impl ValueType {
    /// The WIT type of a Rust type. `None` for `()`, which is no type in WIT.
    ///
    /// ```
    /// use tairitsu::ValueType;
    ///
    /// let ty = ValueType::of::<Option<Vec<u8>>>().unwrap();
    /// assert_eq!(ty.to_string(), "option<list<u8>>");
    /// ```
    pub fn of<T: ?Sized + WitType>() -> Option<Self> {
        value_type(&T::TYPE)
    }
}

pub(crate) fn value_type(ty: &Type) -> Option<ValueType> {
    let members =
        |fields: &[Field]| fields.iter().map(|f| Member::new(f.name, value_type(&f.ty), f.docs.trim())).collect();
    Some(match ty {
        Type::Unit => return None,
        Type::Bool => ValueType::Bool,
        Type::S8 => ValueType::S8,
        Type::U8 => ValueType::U8,
        Type::S16 => ValueType::S16,
        Type::U16 => ValueType::U16,
        Type::S32 => ValueType::S32,
        Type::U32 => ValueType::U32,
        Type::S64 => ValueType::S64,
        Type::U64 => ValueType::U64,
        Type::F32 => ValueType::F32,
        Type::F64 => ValueType::F64,
        Type::Char => ValueType::Char,
        Type::String => ValueType::String,
        Type::List(item) => ValueType::list(value_type(item)?),
        Type::Option(some) => ValueType::option(value_type(some)?),
        Type::Result([ok, err]) => ValueType::result(value_type(ok), value_type(err)),
        Type::Tuple(items) => ValueType::tuple(items.iter().filter_map(value_type).collect()),
        Type::Record(record) => ValueType::record(record.name, record.docs.trim(), members(record.fields)),
        Type::Variant(variant) => ValueType::variant(variant.name, variant.docs.trim(), members(variant.cases)),
        Type::Enum(cases) => ValueType::enumeration(cases.name, cases.docs.trim(), members(cases.cases)),
        Type::Flags(flags) => ValueType::flags(flags.name, flags.docs.trim(), members(flags.flags)),
        Type::Own(owned) => ValueType::Own(resource(owned)),
        Type::Borrow(lent) => ValueType::Borrow(resource(lent)),
        _ => ValueType::Other(ty.to_string().into()),
    })
}

/// The functions of an interface.
pub(super) fn functions(interface: &Interface) -> impl Iterator<Item = Function> {
    let id = interface.id.into();
    interface.functions.iter().map(move |function| {
        let params = function
            .params
            .iter()
            .filter_map(|param| Some(Param { name: param.name.into(), ty: value_type(&param.ty)? }));
        Function::new(&id, function.name, function.docs.trim(), params.collect(), value_type(&function.result), false)
    })
}

fn resource(resource: &Resource) -> Arc<ResourceType> {
    Arc::new(ResourceType { name: resource.name.into(), interface: resource.home.into() })
}
