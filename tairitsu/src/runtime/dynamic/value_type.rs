//! The types of values, with their layouts in the canonical ABI.

pub use crate::runtime::values::resource_type::ResourceType;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use tairitsu_guest::schema::{Layout, align_to, discriminant_size};

/// The type of a [`Value`](super::value::Value), as WIT has it. Cheap to clone.
///
/// `Display` prints the type as a signature does: `list<option<person>>`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueType {
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
    /// `char`
    Char,
    /// `string`
    String,
    /// `list<t>`
    List(Arc<ListType>),
    /// `option<t>`
    Option(Arc<OptionType>),
    /// `result<t, e>`
    Result(Arc<ResultType>),
    /// `tuple<..>`
    Tuple(Arc<TupleType>),
    /// A record
    Record(Arc<RecordType>),
    /// A variant
    Variant(Arc<VariantType>),
    /// An enum
    Enum(Arc<EnumType>),
    /// A set of flags
    Flags(Arc<FlagsType>),
    /// `own<r>`
    Own(Arc<ResourceType>),
    /// `borrow<r>`
    Borrow(Arc<ResourceType>),
    /// A type that has no [`Value`](super::value::Value): a stream, a future, a map, a list of fixed length. The text is its WIT.
    Other(Arc<str>),
}

/// The size of a value in the canonical ABI, and what is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub(super) layout: Layout,
    /// How many core values; 17 stands for more than 16.
    pub(super) flat: usize,
    /// Whether handles are in it.
    pub(super) handles: bool,
    /// Whether a type is in it that has no values.
    pub(super) other: bool,
    /// The bytes of its [`Value`](super::value::Value) on the host, without those of strings and of items of lists.
    pub(super) host: usize,
}

/// The most bytes of one [`Value`](super::value::Value) itself.
pub(super) const VALUE: usize = 40;

/// The most core values that one value becomes. More go through memory.
pub(super) const MAX_FLAT: usize = 16;

impl Size {
    pub(super) const NOTHING: Size =
        Size { layout: Layout { size: 0, align: 1 }, flat: 0, handles: false, other: false, host: 0 };

    const fn scalar(size: usize) -> Size {
        Size { layout: Layout { size, align: size }, flat: 1, host: VALUE, ..Size::NOTHING }
    }

    /// The size of `self` and then `next`, without padding at the end. The second value is the offset of `next`.
    pub(super) fn then(self, next: Size) -> (Size, usize) {
        let offset = align_to(self.layout.size, next.layout.align);
        let layout =
            Layout { size: offset.saturating_add(next.layout.size), align: self.layout.align.max(next.layout.align) };
        let size = Size {
            layout,
            flat: (self.flat + next.flat).min(MAX_FLAT + 1),
            handles: self.handles || next.handles,
            other: self.other || next.other,
            host: self.host.saturating_add(next.host),
        };
        (size, offset)
    }

    pub(super) fn padded(self) -> Size {
        let Layout { size, align } = self.layout;
        Size { layout: Layout { size: align_to(size, align), align }, ..self }
    }

    /// The size of a variant with these payloads, and the offset of the payload.
    fn variant(cases: usize, payloads: impl Iterator<Item = Size>) -> (Size, usize) {
        let payload = payloads.fold(Size::NOTHING, |a, b| Size {
            layout: Layout { size: a.layout.size.max(b.layout.size), align: a.layout.align.max(b.layout.align) },
            flat: a.flat.max(b.flat),
            handles: a.handles || b.handles,
            other: a.other || b.other,
            host: a.host.max(b.host),
        });
        let (size, offset) = Size::scalar(discriminant_size(cases)).then(payload);
        (size.padded(), offset)
    }
}

/// The type of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListType {
    /// The type of the items.
    pub item: ValueType,
    handles: bool,
    other: bool,
}

/// The type of an option.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionType {
    /// The type of the value in it.
    pub some: ValueType,
    pub(super) size: Size,
    pub(super) payload: usize,
}

/// The type of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultType {
    /// The type of the value. `None` if `ok` carries no value.
    pub ok: Option<ValueType>,
    /// The type of the error. `None` if `err` carries no value.
    pub err: Option<ValueType>,
    pub(super) size: Size,
    pub(super) payload: usize,
}

/// The type of a tuple.
#[derive(Clone, Debug, PartialEq)]
pub struct TupleType {
    /// The types of the elements.
    pub items: Vec<ValueType>,
    pub(super) size: Size,
    pub(super) offsets: Vec<usize>,
}

/// A field of a record, or a case of a variant, an enum or a set of flags.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Member {
    /// The WIT name, in kebab case.
    pub name: Arc<str>,
    /// The type of the field, or of the value that the case carries. `None` for a case that carries no value.
    pub ty: Option<ValueType>,
    /// The doc comment, or nothing.
    pub docs: Arc<str>,
}

impl Member {
    pub(super) fn new(name: impl Into<Arc<str>>, ty: Option<ValueType>, docs: &str) -> Self {
        Self { name: name.into(), ty, docs: docs.into() }
    }
}

/// Members in their order, to be found by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    list: Box<[Member]>,
    /// The indices of the members, ordered by their names. Empty if there are few.
    by_name: Box<[u32]>,
}

/// So many members are searched one after the other.
const FEW: usize = 16;

impl Members {
    pub(super) fn new(list: Vec<Member>) -> Self {
        let mut by_name = Vec::new();
        if list.len() > FEW {
            by_name.extend(0..list.len() as u32);
            by_name.sort_by(|a, b| list[*a as usize].name.cmp(&list[*b as usize].name));
        }
        Self { list: list.into(), by_name: by_name.into() }
    }

    /// The index of the member with a name. A type of a guest may have very many members.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        if self.by_name.is_empty() {
            return self.list.iter().position(|member| *member.name == *name);
        }
        let found = self.by_name.binary_search_by(|index| (*self.list[*index as usize].name).cmp(name)).ok()?;
        Some(self.by_name[found] as usize)
    }

    /// The member with a name.
    pub fn named(&self, name: &str) -> Option<&Member> {
        self.position(name).map(|index| &self.list[index])
    }
}

impl Deref for Members {
    type Target = [Member];

    fn deref(&self) -> &[Member] {
        &self.list
    }
}

impl<'m> IntoIterator for &'m Members {
    type Item = &'m Member;
    type IntoIter = std::slice::Iter<'m, Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// The type of a record.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordType {
    /// The WIT name. Empty if it is not known.
    pub name: Arc<str>,
    /// The doc comment, or nothing.
    pub docs: Arc<str>,
    /// The fields, in their order.
    pub fields: Members,
    pub(super) names: Arc<[Arc<str>]>,
    pub(super) size: Size,
    pub(super) offsets: Vec<usize>,
}

/// The type of a variant.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VariantType {
    /// The WIT name. Empty if it is not known.
    pub name: Arc<str>,
    /// The doc comment, or nothing.
    pub docs: Arc<str>,
    /// The cases, in the order of their discriminants.
    pub cases: Members,
    pub(super) size: Size,
    pub(super) payload: usize,
}

/// The type of an enum.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EnumType {
    /// The WIT name. Empty if it is not known.
    pub name: Arc<str>,
    /// The doc comment, or nothing.
    pub docs: Arc<str>,
    /// The cases, in the order of their discriminants.
    pub cases: Members,
}

/// The type of a set of flags.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FlagsType {
    /// The WIT name. Empty if it is not known.
    pub name: Arc<str>,
    /// The doc comment, or nothing.
    pub docs: Arc<str>,
    /// The flags, from the lowest bit up.
    pub flags: Members,
}

impl ValueType {
    /// `list<item>`
    pub fn list(item: ValueType) -> Self {
        let Size { handles, other, .. } = item.size();
        ValueType::List(Arc::new(ListType { item, handles, other }))
    }

    /// `option<some>`
    pub fn option(some: ValueType) -> Self {
        let (size, payload) = Size::variant(2, [some.size()].into_iter());
        ValueType::Option(Arc::new(OptionType { some, size, payload }))
    }

    /// `result<ok, err>`
    pub fn result(ok: Option<ValueType>, err: Option<ValueType>) -> Self {
        let (size, payload) = Size::variant(2, [&ok, &err].into_iter().flatten().map(ValueType::size));
        ValueType::Result(Arc::new(ResultType { ok, err, size, payload }))
    }

    /// `tuple<..>`
    pub fn tuple(items: Vec<ValueType>) -> Self {
        let (size, offsets) = sequence(items.iter());
        ValueType::Tuple(Arc::new(TupleType { items, size, offsets }))
    }

    pub(super) fn record(name: &str, docs: &str, fields: Vec<Member>) -> Self {
        let (size, offsets) = sequence(fields.iter().filter_map(|field| field.ty.as_ref()));
        let names = fields.iter().map(|field| field.name.clone()).collect();
        let fields = Members::new(fields);
        ValueType::Record(Arc::new(RecordType { name: name.into(), docs: docs.into(), fields, names, size, offsets }))
    }

    pub(super) fn variant(name: &str, docs: &str, cases: Vec<Member>) -> Self {
        let payloads = cases.iter().filter_map(|case| case.ty.as_ref()).map(ValueType::size);
        let (size, payload) = Size::variant(cases.len(), payloads);
        let cases = Members::new(cases);
        ValueType::Variant(Arc::new(VariantType { name: name.into(), docs: docs.into(), cases, size, payload }))
    }

    pub(super) fn enumeration(name: &str, docs: &str, cases: Vec<Member>) -> Self {
        let cases = Members::new(cases);
        ValueType::Enum(Arc::new(EnumType { name: name.into(), docs: docs.into(), cases }))
    }

    pub(super) fn flags(name: &str, docs: &str, flags: Vec<Member>) -> Self {
        let flags = Members::new(flags);
        ValueType::Flags(Arc::new(FlagsType { name: name.into(), docs: docs.into(), flags }))
    }

    pub(super) fn size(&self) -> Size {
        const POINTER: Size = Size { layout: Layout { size: 8, align: 4 }, flat: 2, host: VALUE, ..Size::NOTHING };
        match self {
            ValueType::Bool | ValueType::S8 | ValueType::U8 => Size::scalar(1),
            ValueType::S16 | ValueType::U16 => Size::scalar(2),
            ValueType::S32 | ValueType::U32 | ValueType::F32 | ValueType::Char => Size::scalar(4),
            ValueType::S64 | ValueType::U64 | ValueType::F64 => Size::scalar(8),
            ValueType::Own(_) | ValueType::Borrow(_) => Size { handles: true, ..Size::scalar(4) },
            ValueType::String => POINTER,
            ValueType::List(list) => Size { handles: list.handles, other: list.other, ..POINTER },
            ValueType::Option(option) => option.size,
            ValueType::Result(result) => result.size,
            ValueType::Tuple(tuple) => tuple.size,
            ValueType::Record(record) => record.size,
            ValueType::Variant(variant) => variant.size,
            ValueType::Enum(cases) => Size::scalar(discriminant_size(cases.cases.len())),
            ValueType::Flags(flags) => {
                let count = flags.flags.len();
                Size { host: VALUE + count * size_of::<Arc<str>>(), ..Size::scalar(flags_size(count)) }
            }
            // No value of such a type is lowered or lifted.
            ValueType::Other(_) => Size { other: true, ..Size::NOTHING },
        }
    }

    /// A type in it that has no value: a stream, a future, a map, or a list of fixed length.
    pub(super) fn other(&self) -> Option<&Arc<str>> {
        if !self.size().other {
            return None;
        }
        match self {
            ValueType::Other(text) => Some(text),
            ValueType::List(list) => list.item.other(),
            ValueType::Option(option) => option.some.other(),
            ValueType::Result(result) => [&result.ok, &result.err].into_iter().flatten().find_map(ValueType::other),
            ValueType::Tuple(tuple) => tuple.items.iter().find_map(ValueType::other),
            ValueType::Record(record) => record.fields.iter().find_map(|field| field.ty.as_ref()?.other()),
            ValueType::Variant(variant) => variant.cases.iter().find_map(|case| case.ty.as_ref()?.other()),
            _ => None,
        }
    }
}

/// The bytes of a set of flags.
pub(super) fn flags_size(flags: usize) -> usize {
    match flags {
        0..=8 => 1,
        9..=16 => 2,
        _ => 4,
    }
}

/// The size of values one after the other, and the offset of each.
pub(super) fn sequence<'t>(types: impl Iterator<Item = &'t ValueType>) -> (Size, Vec<usize>) {
    let mut size = Size { host: VALUE, ..Size::NOTHING };
    let offsets = types
        .map(|ty| {
            let (next, offset) = size.then(ty.size());
            size = next;
            offset
        })
        .collect();
    (size.padded(), offsets)
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, keyword: &str, name: &str| {
            f.write_str(if name.is_empty() { keyword } else { name })
        };
        match self {
            ValueType::Bool => f.write_str("bool"),
            ValueType::S8 => f.write_str("s8"),
            ValueType::U8 => f.write_str("u8"),
            ValueType::S16 => f.write_str("s16"),
            ValueType::U16 => f.write_str("u16"),
            ValueType::S32 => f.write_str("s32"),
            ValueType::U32 => f.write_str("u32"),
            ValueType::S64 => f.write_str("s64"),
            ValueType::U64 => f.write_str("u64"),
            ValueType::F32 => f.write_str("f32"),
            ValueType::F64 => f.write_str("f64"),
            ValueType::Char => f.write_str("char"),
            ValueType::String => f.write_str("string"),
            ValueType::List(list) => write!(f, "list<{}>", list.item),
            ValueType::Option(option) => write!(f, "option<{}>", option.some),
            ValueType::Result(result) => match (&result.ok, &result.err) {
                (None, None) => f.write_str("result"),
                (Some(ok), None) => write!(f, "result<{ok}>"),
                (None, Some(err)) => write!(f, "result<_, {err}>"),
                (Some(ok), Some(err)) => write!(f, "result<{ok}, {err}>"),
            },
            ValueType::Tuple(tuple) => {
                f.write_str("tuple<")?;
                for (i, item) in tuple.items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(">")
            }
            ValueType::Record(record) => named(f, "record", &record.name),
            ValueType::Variant(variant) => named(f, "variant", &variant.name),
            ValueType::Enum(cases) => named(f, "enum", &cases.name),
            ValueType::Flags(flags) => named(f, "flags", &flags.name),
            ValueType::Own(resource) => named(f, "own", &resource.name),
            ValueType::Borrow(resource) => write!(f, "borrow<{}>", resource.name),
            ValueType::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_found() {
        for count in [0, 1, FEW, FEW + 1, 1000] {
            let names: Vec<_> = (0..count).map(|i| format!("c{}", i * 7919 % 10_007)).collect();
            let members = Members::new(names.iter().map(|name| Member::new(&**name, None, "")).collect());
            for (i, name) in names.iter().enumerate() {
                assert_eq!(members.position(name), Some(i), "{name} of {count}");
            }
            for absent in ["", "a", "c", "c-1", "z"] {
                assert_eq!(members.position(absent), None, "{absent} of {count}");
            }
        }
    }
}
