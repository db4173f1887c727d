//! The const model of an interface: what the macros emit and the compiler composes.
//!
//! A macro sees tokens, never types, so it emits constants that name
//! `<T as WitType>::TYPE`, and rustc resolves aliases, generics and other crates' types.
//! All of it is plain data in `&'static` memory. Every derived fact (a layout, a flattening, the binary
//! section) is a `const fn` over this data.

mod encode;
mod flatten;
mod id;
mod name;
mod text;

pub use encode::{Role, encode, measure};
pub use flatten::{Core, Flat, MAX_FLAT_PARAMS, Signature};
pub use id::InterfaceId;
pub use name::Name;
pub use text::is_keyword;

/// A type that crosses the component boundary, as WIT says it.
///
/// Compound types are `&'static`, so a `Type` is `Copy` and two words wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// No value: what a function without a result returns, and the payload of `result<_, e>`.
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
    /// `borrow<r>`: a handle that has a resource for as long as the call takes; of a parameter only
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
    /// The id of the interface that declares it. Where there is none, each interface that uses it does.
    pub home: &'static str,
    /// The fields, in declaration order.
    pub fields: &'static [Field],
    facts: Facts,
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The type.
    pub ty: Type,
}

/// A variant: a named list of cases, of which one holds at a time.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variant {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it. Where there is none, each interface that uses it does.
    pub home: &'static str,
    /// The cases, in the order of their discriminants. A case without a payload is [`Type::Unit`].
    pub cases: &'static [Field],
    facts: Facts,
}

/// An enum: a variant of which no case has a payload.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enum {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it. Where there is none, each interface that uses it does.
    pub home: &'static str,
    /// The cases, in the order of their discriminants; every type is [`Type::Unit`].
    pub cases: &'static [Field],
    facts: Facts,
}

/// A set of flags, each of them there or not. WIT has 32 at most.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flags {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it. Where there is none, each interface that uses it does.
    pub home: &'static str,
    /// The flags, from the lowest bit up; every type is [`Type::Unit`].
    pub flags: &'static [Field],
    facts: Facts,
}

/// A resource: what handles refer to. Its functions are those of the interface that declares it.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The id of the interface that declares it.
    pub home: &'static str,
    /// Whose it is: the guest's, which exports it, or the host's, which a guest imports.
    pub role: Role,
}

/// What is computed once where a named type is declared, so that no walk repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    hash: u64,
    /// A string or a list is somewhere in it.
    pointer: bool,
    /// A handle is somewhere in it.
    handle: bool,
    layout: Layout,
    flat: Flat,
}

/// Size and alignment in a component's linear memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes, padding at the end included.
    pub size: usize,
    /// Bytes; 1, 2, 4 or 8.
    pub align: usize,
}

/// An interface: a named set of types and functions, exported by one side and imported by the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Interface {
    /// The whole name, `namespace:package/interface@version`.
    pub id: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The interfaces of which it uses types, without those that they use themselves.
    pub uses: &'static [&'static Interface],
    /// The types that it declares beside those that its functions mention.
    pub types: &'static [Type],
    /// The resource that it declares, whose functions its functions are.
    pub resource: Option<&'static Resource>,
    /// The functions, in declaration order.
    pub functions: &'static [Function],
}

/// A function of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The parameters, in order.
    pub params: &'static [Param],
    /// The result; [`Type::Unit`] where there is none.
    pub result: Type,
    /// Whether the caller has a default body for it, so that a guest may lack it.
    pub optional: bool,
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The type.
    pub ty: Type,
}

impl Record {
    /// Declares a record and computes its layout, flattening and hash.
    pub const fn new(name: &'static str, docs: &'static str, home: &'static str, fields: &'static [Field]) -> Self {
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
    /// Declares a variant and computes its layout, flattening and hash.
    pub const fn new(name: &'static str, docs: &'static str, home: &'static str, cases: &'static [Field]) -> Self {
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
        Self { name, docs, home, cases, facts }
    }
}

impl Enum {
    /// Declares an enum and computes its layout and hash.
    pub const fn new(name: &'static str, docs: &'static str, home: &'static str, cases: &'static [Field]) -> Self {
        let facts = Facts {
            hash: hash_fields(0x6d, name, home, cases),
            pointer: false,
            handle: false,
            layout: variant_layout(cases.len(), Layout { size: 0, align: 1 }),
            flat: Flat::one(Core::I32),
        };
        Self { name, docs, home, cases, facts }
    }
}

impl Flags {
    /// Declares a set of flags and computes its layout and hash.
    pub const fn new(name: &'static str, docs: &'static str, home: &'static str, flags: &'static [Field]) -> Self {
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
        Self { name, docs, home, flags, facts }
    }
}

impl Layout {
    /// The layout of `self` followed by `next`, without padding at the end.
    const fn then(self, next: Layout) -> Layout {
        Layout { size: align_to(self.size, next.align) + next.size, align: max(self.align, next.align) }
    }

    /// The layout that holds either of two.
    const fn or(self, other: Layout) -> Layout {
        Layout { size: max(self.size, other.size), align: max(self.align, other.align) }
    }

    const fn padded(self) -> Layout {
        Layout { size: align_to(self.size, self.align), align: self.align }
    }
}

impl Type {
    /// Size and alignment in linear memory (the canonical ABI's "alignment" and "element size").
    pub const fn layout(&self) -> Layout {
        let size = match self {
            Type::Unit => return Layout { size: 0, align: 1 },
            Type::Bool | Type::S8 | Type::U8 => 1,
            Type::S16 | Type::U16 => 2,
            Type::S32 | Type::U32 | Type::F32 | Type::Char | Type::Own(_) | Type::Borrow(_) => 4,
            Type::S64 | Type::U64 | Type::F64 => 8,
            Type::String | Type::List(_) => return Layout { size: 8, align: 4 },
            Type::Option(some) => return variant_layout(2, some.layout()),
            Type::Result([ok, err]) => return variant_layout(2, ok.layout().or(err.layout())),
            Type::Tuple(types) => {
                let mut layout = Layout { size: 0, align: 1 };
                let mut i = 0;
                while i < types.len() {
                    layout = layout.then(types[i].layout());
                    i += 1;
                }
                return layout.padded();
            }
            Type::Record(record) => return record.facts.layout,
            Type::Variant(variant) => return variant.facts.layout,
            Type::Enum(cases) => return cases.facts.layout,
            Type::Flags(flags) => return flags.facts.layout,
        };
        Layout { size, align: size }
    }

    /// Whether a value has parts elsewhere in memory: whether there is a string or a list in it.
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

    /// Whether a handle is somewhere in a value.
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

    /// The type of a parameter that is a reference to a value of this type: that of the value, but for a resource, which is
    /// lent. This fails the compilation for what has a resource in it, since a reference cannot give it away.
    #[track_caller]
    pub const fn lent(self) -> Type {
        match self {
            Type::Own(resource) => Type::Borrow(resource),
            ty if ty.has_handle() => panic!(
                "a reference to a value with a resource in it neither gives the resource away nor lends it: take the value, \
                 or a reference to the resource itself"
            ),
            ty => ty,
        }
    }

    /// Where a variant's payload starts, in bytes from the variant's own address: after the
    /// discriminant, aligned for the largest payload.
    pub const fn payload_offset(&self) -> usize {
        match self {
            Type::Option(some) => align_to(1, some.layout().align),
            Type::Result([ok, err]) => align_to(1, ok.layout().or(err.layout()).align),
            // The whole is aligned for the discriminant and for the payloads alike.
            Type::Variant(variant) => {
                let mut align = 1;
                let mut i = 0;
                while i < variant.cases.len() {
                    align = max(align, variant.cases[i].ty.layout().align);
                    i += 1;
                }
                align_to(discriminant_size(variant.cases.len()), align)
            }
            _ => 0,
        }
    }

    /// A number that is equal for types of equal structure and names, and for no others in practice.
    pub(crate) const fn hash(&self) -> u64 {
        let hash = Hash::new();
        match self {
            Type::List(item) => hash.u64(0x70).u64(item.hash()).0,
            Type::Option(some) => hash.u64(0x6b).u64(some.hash()).0,
            Type::Result([ok, err]) => hash.u64(0x6a).u64(ok.hash()).u64(err.hash()).0,
            Type::Tuple(types) => {
                let mut hash = hash.u64(0x6f);
                let mut i = 0;
                while i < types.len() {
                    hash = hash.u64(types[i].hash());
                    i += 1;
                }
                hash.0
            }
            Type::Record(record) => record.facts.hash,
            Type::Variant(variant) => variant.facts.hash,
            Type::Enum(cases) => cases.facts.hash,
            Type::Flags(flags) => flags.facts.hash,
            Type::Own(resource) => hash.u64(0x69).u64(resource.hash()).0,
            Type::Borrow(resource) => hash.u64(0x68).u64(resource.hash()).0,
            Type::Unit => hash.0,
            primitive => hash.u64(encode::primitive(primitive) as u64).0,
        }
    }

    /// The WIT name of a record, variant, enum, set of flags, or of the resource that a handle is for.
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

    /// The id of the interface that declares a named type; empty where each that uses it does.
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

impl Resource {
    const fn hash(&self) -> u64 {
        Hash::new().u64(0x3f).str(self.home).str(self.name).0
    }
}

impl Interface {
    /// The interface itself. A descriptor has a function of that name too, so that either can be named as what is used.
    pub const fn interface(&'static self) -> &'static Interface {
        self
    }

    /// The interface's own name: the text between the `/` and the `@` of its id. The whole id if that is malformed.
    pub fn name(&self) -> &'static str {
        InterfaceId::parse(self.id).map_or(self.id, |id| id.interface)
    }

    /// The id of the package, `namespace:package@version`. Empty if the interface's id is malformed.
    pub fn package(&self) -> String {
        InterfaceId::parse(self.id).map_or_else(String::new, |id| id.package_id())
    }
}

/// The size in bytes of the discriminant of a variant with that many cases.
pub const fn discriminant_size(cases: usize) -> usize {
    if cases <= 1 << 8 {
        1
    } else if cases <= 1 << 16 {
        2
    } else {
        4
    }
}

/// Rounds an offset up to a multiple of `align`, which is a power of two.
pub const fn align_to(offset: usize, align: usize) -> usize {
    (offset + align - 1) & !(align - 1)
}

const fn variant_layout(cases: usize, payload: Layout) -> Layout {
    let discriminant = discriminant_size(cases);
    Layout { size: discriminant, align: discriminant }.then(payload).padded()
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

const fn hash_fields(kind: u8, name: &str, home: &str, fields: &[Field]) -> u64 {
    let mut hash = Hash::new().u64(kind as u64).str(home).str(name);
    let mut i = 0;
    while i < fields.len() {
        hash = hash.str(fields[i].name).u64(fields[i].ty.hash());
        i += 1;
    }
    hash.0
}

/// A hash that is short in a `const fn`: a multiplication for every eight bytes, by the golden ratio's bits, which spreads
/// them upwards, and a shift that brings them down again.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const fn new() -> Self {
        // Nothing hashes to 0, which stands for a free place in a table.
        Self(0xcbf2_9ce4_8422_2325)
    }

    const fn u64(self, value: u64) -> Self {
        let product = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(product ^ (product >> 32))
    }

    /// The length goes in too, so that `("ab", "c")` and `("a", "bc")` differ.
    const fn str(self, s: &str) -> Self {
        let mut rest = s.as_bytes();
        let mut hash = self.u64(rest.len() as u64);
        while let Some((chunk, after)) = rest.split_first_chunk() {
            hash = hash.u64(u64::from_le_bytes(*chunk));
            rest = after;
        }
        let mut last = 0;
        while let Some((byte, after)) = rest.split_first() {
            last = last << 8 | *byte as u64;
            rest = after;
        }
        hash.u64(last)
    }
}
