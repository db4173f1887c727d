//! A hash of a type's structure and names, which tells types apart.

use super::{Field, Resource, Type, encode};

impl Type {
    /// A number that is equal for types of equal structure and equal names, and differs for all others in practice.
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
}

impl Resource {
    pub(super) const fn hash(&self) -> u64 {
        Hash::new().u64(0x3f).str(self.home).str(self.name).0
    }
}

pub(super) const fn hash_fields(kind: u8, name: &str, home: &str, fields: &[Field]) -> u64 {
    let mut hash = Hash::new().u64(kind as u64).str(home).str(name);
    let mut i = 0;
    while i < fields.len() {
        hash = hash.str(fields[i].name).u64(fields[i].ty.hash());
        i += 1;
    }
    hash.0
}

/// The state of the hash.
///
/// Const evaluation is slow, so the hash takes few steps. Each eight bytes are multiplied by the bits of the golden
/// ratio, which spreads them upwards. A shift then brings the upper bits down again.
#[derive(Clone, Copy)]
pub(super) struct Hash(pub(super) u64);

impl Hash {
    pub(super) const fn new() -> Self {
        // Zero stands for a free place in the encoder's tables. In practice no type hashes to zero.
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(super) const fn u64(self, value: u64) -> Self {
        let product = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(product ^ (product >> 32))
    }

    /// Hashes the length too, so that `("ab", "c")` and `("a", "bc")` differ.
    pub(super) const fn str(self, s: &str) -> Self {
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
