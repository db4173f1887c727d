//! Sizes, alignments and offsets in linear memory.

use super::Type;

/// Size and alignment in a component's linear memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes, padding at the end included.
    pub size: usize,
    /// Bytes; 1, 2, 4 or 8.
    pub align: usize,
}

impl Layout {
    /// The layout of `self` followed by `next`, without padding at the end.
    pub(super) const fn then(self, next: Layout) -> Layout {
        Layout { size: align_to(self.size, next.align) + next.size, align: max(self.align, next.align) }
    }

    /// The layout that has room for either of the two.
    pub(super) const fn or(self, other: Layout) -> Layout {
        Layout { size: max(self.size, other.size), align: max(self.align, other.align) }
    }

    /// The layout with padding at the end, as a list's item has it.
    pub(super) const fn padded(self) -> Layout {
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

    /// The offset of a variant's payload from the variant's address, in bytes. The payload comes after the discriminant,
    /// aligned as strictly as any case requires. Zero for every other type.
    pub const fn payload_offset(&self) -> usize {
        match self {
            Type::Option(some) => align_to(1, some.layout().align),
            Type::Result([ok, err]) => align_to(1, ok.layout().or(err.layout()).align),
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
}

/// The size in bytes of the discriminant of a variant with this many cases.
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

/// The layout of a variant with this many cases, whose largest payload has this layout.
pub(super) const fn variant_layout(cases: usize, payload: Layout) -> Layout {
    let discriminant = discriminant_size(cases);
    Layout { size: discriminant, align: discriminant }.then(payload).padded()
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}
