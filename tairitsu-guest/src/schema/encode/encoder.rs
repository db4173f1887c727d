//! The state of the encoder, and how it writes numbers, strings and references to types.

use super::super::{Interface, Role, Type};

/// How many distinct compound types one interface may use. The table is twice as large.
pub(super) const MAX_TYPES: usize = 1024;

/// How many functions and named types one interface may have. The table is twice as large.
pub(super) const MAX_NAMES: usize = 1024;

/// How many other interfaces one interface may use types of.
pub(super) const MAX_USED: usize = 64;

/// How many types those interfaces may have together.
pub(super) const MAX_USED_TYPES: usize = 512;

/// How many types have their doc comments in the section. Those of further types are left out.
pub(super) const MAX_DOCUMENTED: usize = MAX_TYPES + MAX_USED_TYPES;

/// How many types may be inside each other.
pub(super) const MAX_DEPTH: usize = 512;

/// Writes a section, or measures it.
pub(super) struct Encoder<'o> {
    /// The bytes of the section; nothing while measuring.
    pub(super) out: Option<&'o mut [u8]>,
    /// The length of the section so far.
    pub(super) at: usize,
    /// How many types the world has: one for each interface, and one for each type of a used interface.
    pub(super) world_types: u32,
    /// Which way the section's interface crosses.
    pub(super) role: Role,
    /// The interfaces that the world has for their types.
    pub(super) used: [Option<&'static Interface>; MAX_USED + 1],
    pub(super) used_len: usize,
    /// The types of those interfaces: hash, and index among the world's types.
    pub(super) used_types: [(u64, u32); MAX_USED_TYPES],
    pub(super) used_types_len: usize,
    /// The types whose parts are being declared, from the outermost on, and the next part of each.
    pub(super) open: [(Type, usize); MAX_DEPTH],
    /// The types with doc comments, and the place in `used` of the interface that declares each.
    pub(super) documented: [(usize, Type); MAX_DOCUMENTED],
    pub(super) documented_len: usize,
    /// What is declared so far of the current interface.
    pub(super) scope: Scope,
}

/// The instance type of one interface, as far as it is written.
pub(super) struct Scope {
    /// How many declarations it has.
    pub(super) decls: u32,
    /// The next type index.
    pub(super) next_type: u32,
    /// An open-addressed table from a type's hash to its index.
    pub(super) types: [(u64, u32); MAX_TYPES * 2],
    /// An open-addressed table of the names so far: hash, name, and whether it names a function.
    pub(super) names: [(u64, &'static str, bool); MAX_NAMES * 2],
    pub(super) names_len: usize,
}

impl Scope {
    pub(super) const EMPTY: Self = Self {
        decls: 0,
        next_type: 0,
        types: [(0, 0); MAX_TYPES * 2],
        names: [(0, "", false); MAX_NAMES * 2],
        names_len: 0,
    };
}

/// A reference to a type: nothing, a primitive's code, or an index.
#[derive(Clone, Copy)]
pub(super) enum Ref {
    None,
    Primitive(u8),
    Index(u32),
}

impl<'o> Encoder<'o> {
    pub(super) const fn new(out: Option<&'o mut [u8]>) -> Self {
        Self {
            out,
            at: 0,
            world_types: 0,
            role: Role::Import,
            used: [None; MAX_USED + 1],
            used_len: 0,
            used_types: [(0, 0); MAX_USED_TYPES],
            used_types_len: 0,
            open: [(Type::Unit, 0); MAX_DEPTH],
            documented: [(0, Type::Unit); MAX_DOCUMENTED],
            documented_len: 0,
            scope: Scope::EMPTY,
        }
    }

    pub(super) const fn byte(&mut self, byte: u8) {
        if let Some(out) = &mut self.out {
            out[self.at] = byte;
        }
        self.at += 1;
    }

    pub(super) const fn bytes(&mut self, bytes: &[u8]) {
        if let Some(out) = &mut self.out {
            out.split_at_mut(self.at).1.split_at_mut(bytes.len()).0.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }

    /// Writes a number in LEB128.
    pub(super) const fn u32(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    pub(super) const fn str(&mut self, s: &str) {
        self.u32(s.len() as u32);
        self.bytes(s.as_bytes());
    }

    /// Leaves room for a number that is known later, and returns its place. The room is one byte, which is enough for most
    /// numbers.
    pub(super) const fn room(&mut self) -> usize {
        let at = self.at;
        self.byte(0);
        at
    }

    /// Writes a number into its room. If the number needs more than one byte, what follows the room moves.
    pub(super) const fn fill(&mut self, room: usize, value: u32) {
        let mut more = 0;
        while more < 4 && value >> (7 * (more + 1)) > 0 {
            more += 1;
        }
        let end = self.at + more;
        if let Some(out) = &mut self.out {
            out.split_at_mut(end).0.split_at_mut(room + 1).1.rotate_right(more);
        }
        self.at = room;
        self.u32(value);
        self.at = end;
    }

    /// Writes into its room how many bytes follow the room.
    pub(super) const fn fill_len(&mut self, room: usize) {
        self.fill(room, (self.at - room - 1) as u32);
    }

    /// Begins a type declaration.
    pub(super) const fn start(&mut self, code: u8) {
        self.bytes(&[0x01, code]);
        self.scope.decls += 1;
        self.scope.next_type += 1;
    }

    /// Writes a value type: a primitive's code, or an index as a signed LEB128 number of 33 bits.
    pub(super) const fn reference(&mut self, ty: Ref) {
        match ty {
            Ref::None => unreachable!(),
            Ref::Primitive(code) => self.byte(code),
            Ref::Index(mut index) => {
                while index >= 0x40 {
                    self.byte(index as u8 | 0x80);
                    index >>= 7;
                }
                self.byte(index as u8);
            }
        }
    }

    /// Writes a value type that may be absent.
    pub(super) const fn optional(&mut self, ty: Ref) {
        match ty {
            Ref::None => self.byte(0x00),
            ty => {
                self.byte(0x01);
                self.reference(ty);
            }
        }
    }
}
