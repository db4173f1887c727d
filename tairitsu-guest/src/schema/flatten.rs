//! Flattening: how many core parameters a value becomes, and of which core types.
//!
//! Source: the canonical ABI, "Flattening"
//! (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#flattening>).

use super::{Function, Interface, Layout, Type};

/// The most core parameters a function takes before they go through memory.
pub const MAX_FLAT_PARAMS: usize = 16;

/// The core type of one slot. [`Core::None`] is an absent slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Core {
    /// Nothing: the slot has size zero and leaves no trace in the core signature
    None = 0,
    /// `i32`
    I32 = 1,
    /// `i64`
    I64 = 2,
    /// `f32`
    F32 = 3,
    /// `f64`
    F64 = 4,
}

/// The core types of one value. A value with more than 16 has none here, since it goes through memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flat {
    cores: [Core; MAX_FLAT_PARAMS],
    /// 17 stands for every count above 16: such a value always goes through memory.
    len: usize,
}

/// The core signature of a function, as lifted (exported) and as lowered (imported).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The core parameters. When `params_indirect`, one pointer.
    pub params: [Core; MAX_FLAT_PARAMS],
    /// How many of `params` are in use.
    pub params_len: usize,
    /// The parameters go through memory, as a tuple of this layout.
    pub params_indirect: bool,
    /// The layout of the tuple of all parameters.
    pub params_layout: Layout,
    /// The core result of the exported function: the value, or a pointer when `result_indirect`.
    pub result: Core,
    /// The result goes through memory: an export returns a pointer, an import takes one.
    pub result_indirect: bool,
    /// The layout of the result.
    pub result_layout: Layout,
    /// How many core values the result becomes; 17 for more than 16.
    pub result_slots: usize,
}

impl Core {
    /// The core type that can hold a value of either ("join" in the canonical ABI).
    const fn or(self, other: Core) -> Core {
        match (self, other) {
            (Core::None, core) | (core, Core::None) => core,
            (Core::I32, Core::I32 | Core::F32) | (Core::F32, Core::I32) => Core::I32,
            (Core::F32, Core::F32) => Core::F32,
            (Core::F64, Core::F64) => Core::F64,
            _ => Core::I64,
        }
    }
}

impl Flat {
    pub(super) const EMPTY: Flat = Flat { cores: [Core::None; MAX_FLAT_PARAMS], len: 0 };

    pub(super) const fn one(core: Core) -> Flat {
        let mut flat = Flat::EMPTY;
        flat.cores[0] = core;
        flat.len = 1;
        flat
    }

    /// How many core values there are; 17 when there are more than 16.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the value takes no slot at all.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The core types; empty when there are more than 16.
    pub fn cores(&self) -> &[Core] {
        self.cores.get(..self.len).unwrap_or(&[])
    }

    pub(super) const fn then(mut self, next: &Flat) -> Flat {
        if self.len + next.len > MAX_FLAT_PARAMS {
            self.len = MAX_FLAT_PARAMS + 1;
            return self;
        }
        let mut i = 0;
        while i < next.len {
            self.cores[self.len + i] = next.cores[i];
            i += 1;
        }
        self.len += next.len;
        self
    }

    pub(super) const fn or(mut self, other: &Flat) -> Flat {
        let mut i = 0;
        while i < MAX_FLAT_PARAMS && i < other.len {
            let mine = if i < self.len { self.cores[i] } else { Core::None };
            self.cores[i] = mine.or(other.cores[i]);
            i += 1;
        }
        if other.len > self.len {
            self.len = other.len;
        }
        self
    }
}

impl Type {
    /// The core types that a value of this type becomes.
    pub const fn flat(&self) -> Flat {
        let core = match self {
            Type::Unit => return Flat::EMPTY,
            Type::S64 | Type::U64 => Core::I64,
            Type::F32 => Core::F32,
            Type::F64 => Core::F64,
            Type::String | Type::List(_) => return Flat::one(Core::I32).then(&Flat::one(Core::I32)),
            Type::Option(some) => return Flat::one(Core::I32).then(&some.flat()),
            Type::Result([ok, err]) => return Flat::one(Core::I32).then(&ok.flat().or(&err.flat())),
            Type::Tuple(types) => {
                let mut flat = Flat::EMPTY;
                let mut i = 0;
                while i < types.len() {
                    flat = flat.then(&types[i].flat());
                    i += 1;
                }
                return flat;
            }
            Type::Record(record) => return record.facts.flat,
            Type::Variant(variant) => return variant.facts.flat,
            Type::Enum(cases) => return cases.facts.flat,
            Type::Flags(flags) => return flags.facts.flat,
            _ => Core::I32,
        };
        Flat::one(core)
    }
}

impl Function {
    /// The core signature.
    pub const fn signature(&self) -> Signature {
        let mut params = Flat::EMPTY;
        let mut params_layout = Layout { size: 0, align: 1 };
        let mut i = 0;
        while i < self.params.len() {
            params = params.then(&self.params[i].ty.flat());
            params_layout = params_layout.then(self.params[i].ty.layout());
            i += 1;
        }
        let params_indirect = params.len > MAX_FLAT_PARAMS;
        if params_indirect {
            params = Flat::one(Core::I32);
        }
        let result = self.result.flat();
        let result_indirect = result.len > 1;
        Signature {
            params: params.cores,
            params_len: params.len,
            params_indirect,
            params_layout: params_layout.padded(),
            result: if result_indirect { Core::I32 } else { result.cores[0] },
            result_indirect,
            result_layout: self.result.layout(),
            result_slots: result.len,
        }
    }
}

impl Interface {
    /// The signatures of all functions.
    ///
    /// # Panics
    ///
    /// If the interface does not have exactly `N` functions.
    pub const fn signatures<const N: usize>(&self) -> [Signature; N] {
        assert!(self.functions.len() == N, "there are as many signatures as functions");
        let mut signatures = [Signature::EMPTY; N];
        let mut i = 0;
        while i < N {
            signatures[i] = self.functions[i].signature();
            i += 1;
        }
        signatures
    }
}

impl Signature {
    const EMPTY: Self = Self {
        params: [Core::None; MAX_FLAT_PARAMS],
        params_len: 0,
        params_indirect: false,
        params_layout: Layout { size: 0, align: 1 },
        result: Core::None,
        result_indirect: false,
        result_layout: Layout { size: 0, align: 1 },
        result_slots: 0,
    };

    /// How many core values the parameters become; 17 for more than 16.
    pub const fn param_slots(&self) -> usize {
        if self.params_indirect { MAX_FLAT_PARAMS + 1 } else { self.params_len }
    }

    /// The core types of the two parameters at `2 * pair`: the first one times 16, and the second one.
    pub const fn param_pair(&self, pair: usize) -> u8 {
        (self.params[2 * pair] as u8) << 4 | self.params[2 * pair + 1] as u8
    }

    /// The size in bytes of the memory that the parameters go through, or 0.
    pub const fn params_size(&self) -> usize {
        if self.params_indirect { self.params_layout.size } else { 0 }
    }

    /// The size in bytes of the memory that the result goes through, or 0.
    pub const fn result_size(&self) -> usize {
        if self.result_indirect { self.result_layout.size } else { 0 }
    }

    /// The core type of parameter `index` of the imported function. If the result goes through memory, a pointer to its
    /// place follows the parameters.
    pub const fn import_param(&self, index: usize) -> Core {
        if index < self.params_len {
            self.params[index]
        } else if index == self.params_len && self.result_indirect {
            Core::I32
        } else {
            Core::None
        }
    }

    /// The core result of the imported function.
    pub const fn import_result(&self) -> Core {
        if self.result_indirect { Core::None } else { self.result }
    }
}
