//! The types of the model.

use super::hash::hash_fields;
use super::layout::{Layout, variant_layout};
use super::{Core, Flat, Role};

/// A type that crosses the component boundary, as WIT describes it.
///
/// Compound types are `&'static`, so a `Type` is `Copy` and two words wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// No value: the result of a function without one, and the payload of `result<_, e>`
    Unit,
    /// `bool`
    Bool,
    /// `s8`
    S8,
    /// `u8`
    U8,
    /// `s16`
    S16,
    /// `u16`
    U16,
    /// `s32`
    S32,
    /// `u32`
    U32,
    /// `s64`
    S64,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `char`: a Unicode scalar value
    Char,
    /// `string`
    String,
    /// `list<t>`
    List(&'static Type),
    /// `option<t>`
    Option(&'static Type),
    /// `result<ok, err>`; [`Type::Unit`] stands for `_`
    Result(&'static [Type; 2]),
    /// `tuple<..>`, one element or more
    Tuple(&'static [Type]),
    /// A named record
    Record(&'static Record),
    /// A named variant
    Variant(&'static Variant),
    /// A named enum
    Enum(&'static Enum),
    /// A named set of flags
    Flags(&'static Flags),
    /// `own<r>`: a handle that owns a resource
    Own(&'static Resource),
    /// `borrow<r>`: a handle that lends a resource for the duration of a call. Only parameters have this type.
    Borrow(&'static Resource),
}

/// A record: a named list of named fields, in order.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it. Empty if each interface that uses it declares it anew.
    pub home: &'static str,
    /// The fields, in declaration order.
    pub fields: &'static [Field],
    /// The version of the package in which the type came, or nothing.
    pub since: &'static str,
    pub(super) facts: Facts,
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The type.
    pub ty: Type,
}

/// A variant: a named list of cases. A value is one of the cases.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variant {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it. Empty if each interface that uses it declares it anew.
    pub home: &'static str,
    /// The cases, in the order of their discriminants. A case without a payload is [`Type::Unit`].
    pub cases: &'static [Field],
    /// The version of the package in which the type came, or nothing.
    pub since: &'static str,
    pub(super) facts: Facts,
}

/// An enum: a variant whose cases have no payloads.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enum {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it. Empty if each interface that uses it declares it anew.
    pub home: &'static str,
    /// The cases, in the order of their discriminants; every type is [`Type::Unit`].
    pub cases: &'static [Field],
    /// The version of the package in which the type came, or nothing.
    pub since: &'static str,
    pub(super) facts: Facts,
}

/// A set of flags, each of which is set or not. WIT allows 32 at most.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flags {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it. Empty if each interface that uses it declares it anew.
    pub home: &'static str,
    /// The flags, from the lowest bit up; every type is [`Type::Unit`].
    pub flags: &'static [Field],
    /// The version of the package in which the type came, or nothing.
    pub since: &'static str,
    pub(super) facts: Facts,
}

/// A resource: a value that stays on one side, while the other side has handles to it. Its functions are those of the
/// interface that declares it.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resource {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it.
    pub home: &'static str,
    /// Which side has the values: the guest, which exports the resource, or the host, from which a guest imports it.
    pub role: Role,
}

/// Facts about a named type. They are computed once, where the type is declared, so that no walk repeats them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) hash: u64,
    /// Whether the type has a string or a list in it.
    pointer: bool,
    /// Whether the type has a handle in it.
    handle: bool,
    pub(super) layout: Layout,
    pub(super) flat: Flat,
}

impl Field {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, docs: &'static str, ty: Type) -> Self {
        Self { name, docs, ty }
    }
}

impl Record {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, docs: &'static str, home: &'static str, fields: &'static [Field]) -> Self {
        let mut layout = Layout { size: 0, align: 1 };
        let mut flat = Flat::EMPTY;
        let (mut pointer, mut handle) = (false, false);
        let mut i = 0;
        while i < fields.len() {
            pointer |= fields[i].ty.has_pointer();
            handle |= fields[i].ty.has_handle();
            layout = layout.then(fields[i].ty.layout());
            flat = flat.then(&fields[i].ty.flat());
            i += 1;
        }
        Self {
            name,
            docs,
            home,
            fields,
            since: "",
            facts: Facts {
                hash: hash_fields(0x72, name, home, fields),
                pointer,
                handle,
                layout: layout.padded(),
                flat,
            },
        }
    }
}

impl Variant {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, docs: &'static str, home: &'static str, cases: &'static [Field]) -> Self {
        let mut payload = Layout { size: 0, align: 1 };
        let mut joined = Flat::EMPTY;
        let (mut pointer, mut handle) = (false, false);
        let mut i = 0;
        while i < cases.len() {
            pointer |= cases[i].ty.has_pointer();
            handle |= cases[i].ty.has_handle();
            payload = payload.or(cases[i].ty.layout());
            joined = joined.or(&cases[i].ty.flat());
            i += 1;
        }
        let facts = Facts {
            hash: hash_fields(0x71, name, home, cases),
            pointer,
            handle,
            layout: variant_layout(cases.len(), payload),
            flat: Flat::one(Core::I32).then(&joined),
        };
        Self { name, docs, home, cases, since: "", facts }
    }
}

impl Enum {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, docs: &'static str, home: &'static str, cases: &'static [Field]) -> Self {
        let facts = Facts {
            hash: hash_fields(0x6d, name, home, cases),
            pointer: false,
            handle: false,
            layout: variant_layout(cases.len(), Layout { size: 0, align: 1 }),
            flat: Flat::one(Core::I32),
        };
        Self { name, docs, home, cases, since: "", facts }
    }
}

impl Flags {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, docs: &'static str, home: &'static str, flags: &'static [Field]) -> Self {
        let size = match flags.len() {
            0..=8 => 1,
            9..=16 => 2,
            _ => 4,
        };
        let facts = Facts {
            hash: hash_fields(0x6e, name, home, flags),
            pointer: false,
            handle: false,
            layout: Layout { size, align: size },
            flat: Flat::one(Core::I32),
        };
        Self { name, docs, home, flags, since: "", facts }
    }
}

impl Resource {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, docs: &'static str, home: &'static str, role: Role) -> Self {
        Self { name, docs, home, role }
    }
}

impl Type {
    /// Whether a value has parts elsewhere in memory, which is so if a string or a list is in it.
    pub const fn has_pointer(&self) -> bool {
        match self {
            Type::String | Type::List(_) => true,
            Type::Option(some) => some.has_pointer(),
            Type::Result([ok, err]) => ok.has_pointer() || err.has_pointer(),
            Type::Tuple(types) => {
                let mut i = 0;
                while i < types.len() {
                    if types[i].has_pointer() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            Type::Record(record) => record.facts.pointer,
            Type::Variant(variant) => variant.facts.pointer,
            _ => false,
        }
    }

    /// Whether a value has a handle in it.
    pub const fn has_handle(&self) -> bool {
        match self {
            Type::Own(_) | Type::Borrow(_) => true,
            Type::List(some) | Type::Option(some) => some.has_handle(),
            Type::Result([ok, err]) => ok.has_handle() || err.has_handle(),
            Type::Tuple(types) => {
                let mut i = 0;
                while i < types.len() {
                    if types[i].has_handle() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            Type::Record(record) => record.facts.handle,
            Type::Variant(variant) => variant.facts.handle,
            _ => false,
        }
    }

    /// Whether a value has a handle in it that owns its resource.
    const fn has_own(&self) -> bool {
        match self {
            Type::Borrow(_) => false,
            Type::List(some) | Type::Option(some) => some.has_own(),
            Type::Result([ok, err]) => ok.has_own() || err.has_own(),
            Type::Tuple(types) => {
                let mut i = 0;
                while i < types.len() {
                    if types[i].has_own() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            // A named type lends nothing.
            ty => ty.has_handle(),
        }
    }

    /// Whether a later version may add to the type: a record, a variant, an enum or flags are in it.
    pub const fn can_grow(&self) -> bool {
        match self {
            Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_) => true,
            Type::List(some) | Type::Option(some) => some.can_grow(),
            Type::Result([ok, err]) => ok.can_grow() || err.can_grow(),
            Type::Tuple(types) => {
                let mut i = 0;
                while i < types.len() {
                    if types[i].can_grow() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            _ => false,
        }
    }

    /// The type of a parameter that is declared as a reference to this type. It is the same type, except that a resource
    /// is lent.
    ///
    /// # Panics
    ///
    /// If the type is not a resource and owns one inside, since a reference cannot give the resource away. In a constant,
    /// the panic is a compile-time error.
    #[track_caller]
    pub const fn lent(self) -> Type {
        match self {
            Type::Own(resource) => Type::Borrow(resource),
            ty if ty.has_own() => panic!(
                "a reference to a value with a resource in it neither gives the resource away nor lends it: take the value, \
                 or a reference to the resource itself"
            ),
            ty => ty,
        }
    }

    /// The named type that a definition in Rust declares. It is the type itself, or the node of a type that contains itself.
    #[doc(hidden)]
    pub const fn __declared(self) -> Type {
        match self {
            Type::List(node) => *node,
            ty => ty,
        }
    }

    /// The type of what another Rust type crosses as.
    ///
    /// # Panics
    ///
    /// If it is a resource. A reference to the other type would lend the resource, and a converted value is no handle that
    /// could be lent.
    #[doc(hidden)]
    #[track_caller]
    pub const fn __adapted(self) -> Type {
        if let Type::Own(_) | Type::Borrow(_) = self {
            panic!(
                "no type can cross as a resource: use a struct with the `Own` in it and no name, as in `struct Session(Own<dyn Connection>)`"
            );
        }
        self
    }

    /// The WIT name of a record, variant, enum or set of flags, or of the resource that a handle refers to.
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            Type::Record(record) => Some(record.name),
            Type::Variant(variant) => Some(variant.name),
            Type::Enum(cases) => Some(cases.name),
            Type::Flags(flags) => Some(flags.name),
            Type::Own(resource) | Type::Borrow(resource) => Some(resource.name),
            _ => None,
        }
    }

    /// The id of the interface that declares a named type. Empty if each interface that uses the type declares it anew.
    pub const fn home(&self) -> &'static str {
        match self {
            Type::Record(record) => record.home,
            Type::Variant(variant) => variant.home,
            Type::Enum(cases) => cases.home,
            Type::Flags(flags) => flags.home,
            Type::Own(resource) | Type::Borrow(resource) => resource.home,
            _ => "",
        }
    }
}
