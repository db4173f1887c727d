//! The types of a running component. They have no names of types and no docs.

use super::value_type::{Member, ResourceType, ValueType};
use std::collections::HashMap;
use std::sync::Arc;
use wasmtime::component::__internal::{ComponentTypes, InterfaceType};

/// The type of a value, as the component declares it.
pub(super) fn value_type(ty: &InterfaceType, all: &ComponentTypes) -> ValueType {
    Types { all, made: 0, known: HashMap::new() }.of(ty)
}

/// After so many types, a type that is used twice is made once. A guest may declare a type that is small, and that is a million
/// types if each use is written out.
const FEW: usize = 64;

struct Types<'t> {
    all: &'t ComponentTypes,
    /// How many types were made.
    made: usize,
    /// The types that were made after the first few.
    known: HashMap<InterfaceType, ValueType>,
}

impl Types<'_> {
    fn of(&mut self, ty: &InterfaceType) -> ValueType {
        self.made += 1;
        if self.made <= FEW {
            return self.make(ty);
        }
        if let Some(known) = self.known.get(ty) {
            return known.clone();
        }
        let made = self.make(ty);
        self.known.insert(*ty, made.clone());
        made
    }

    fn payload(&mut self, ty: &Option<InterfaceType>) -> Option<ValueType> {
        ty.as_ref().map(|ty| self.of(ty))
    }

    fn make(&mut self, ty: &InterfaceType) -> ValueType {
        let all = self.all;
        let resource = || Arc::new(ResourceType { name: "".into(), interface: "".into() });
        match ty {
            InterfaceType::Bool => ValueType::Bool,
            InterfaceType::S8 => ValueType::S8,
            InterfaceType::U8 => ValueType::U8,
            InterfaceType::S16 => ValueType::S16,
            InterfaceType::U16 => ValueType::U16,
            InterfaceType::S32 => ValueType::S32,
            InterfaceType::U32 => ValueType::U32,
            InterfaceType::S64 => ValueType::S64,
            InterfaceType::U64 => ValueType::U64,
            InterfaceType::Float32 => ValueType::F32,
            InterfaceType::Float64 => ValueType::F64,
            InterfaceType::Char => ValueType::Char,
            InterfaceType::String => ValueType::String,
            InterfaceType::List(list) => ValueType::list(self.of(&all[*list].element)),
            InterfaceType::Option(option) => ValueType::option(self.of(&all[*option].ty)),
            InterfaceType::Result(result) => {
                let result = &all[*result];
                ValueType::result(self.payload(&result.ok), self.payload(&result.err))
            }
            InterfaceType::Tuple(tuple) => ValueType::tuple(all[*tuple].types.iter().map(|ty| self.of(ty)).collect()),
            InterfaceType::Record(record) => {
                let fields = all[*record].fields.iter();
                let fields = fields.map(|field| Member::new(field.name.as_str(), Some(self.of(&field.ty)), ""));
                ValueType::record("", "", fields.collect())
            }
            InterfaceType::Variant(variant) => {
                let cases = all[*variant].cases.iter();
                let cases = cases.map(|(name, ty)| Member::new(name.as_str(), self.payload(ty), ""));
                ValueType::variant("", "", cases.collect())
            }
            InterfaceType::Enum(cases) => {
                let cases = all[*cases].names.iter().map(|name| Member::new(name.as_str(), None, ""));
                ValueType::enumeration("", "", cases.collect())
            }
            InterfaceType::Flags(flags) => {
                let flags = all[*flags].names.iter().map(|name| Member::new(name.as_str(), None, ""));
                ValueType::flags("", "", flags.collect())
            }
            InterfaceType::Own(_) => ValueType::Own(resource()),
            InterfaceType::Borrow(_) => ValueType::Borrow(resource()),
            _ => ValueType::Other("_".into()),
        }
    }
}

/// The type of a part of a type: the item of a list, the value of an option, or the element of this index.
pub(super) fn part(ty: &InterfaceType, index: usize, all: &ComponentTypes) -> Option<InterfaceType> {
    match ty {
        InterfaceType::List(list) => Some(all[*list].element),
        InterfaceType::Option(option) => Some(all[*option].ty),
        InterfaceType::Result(result) => {
            let result = &all[*result];
            if index == 0 { result.ok } else { result.err }
        }
        InterfaceType::Tuple(tuple) => all[*tuple].types.get(index).copied(),
        InterfaceType::Record(record) => all[*record].fields.get(index).map(|field| field.ty),
        InterfaceType::Variant(variant) => *all[*variant].cases.values().nth(index)?,
        _ => None,
    }
}
