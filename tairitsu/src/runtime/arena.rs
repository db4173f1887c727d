//! The guest's room for what the host lowers, which saves a call of its allocator for each string and list.
//!
//! The canonical ABI has the host ask `cabi_realloc` for the memory of each string and list that it passes: a call into the
//! guest, which takes longer than to copy what is in most of them. A guest of ours exports an address as the core global
//! `tairitsu:arena`. There it says where it has room and how much, two words, once it has been passed enough to make some. The host
//! fills that from its start in each call, as long as there is room. The guest frees none of it. A guest of another origin has no such
//! global, another host does not look for it, and both sides are what the canonical ABI says without it.
//!
//! Nothing rests on what a guest says of its arena. It is looked at once, and has to be in the memory, which only grows; that
//! other things of the guest's are there too is the guest's own harm.

use std::ops::Range;
use tairitsu_guest::schema::{Layout, align_to};
use wasmparser::{ConstExpr, ExternalKind, Operator, Parser, Payload, TypeRef};

/// The name of the global.
const NAME: &str = "tairitsu:arena";

/// Where an image's instances say where their arena is; nowhere for most guests of other origins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arena(Option<usize>);

/// What is left of an instance's in a call.
pub(super) struct Room {
    /// Where it is said, as long as it is not known.
    said: Option<usize>,
    arena: Range<usize>,
    start: usize,
}

impl Arena {
    /// Finds it in a component. Where more than one core module has a memory, or an instance could have another one's, a
    /// function may be any of theirs, and none is found.
    pub(super) fn of(component: &[u8]) -> Self {
        Self::find(component).ok().flatten().unwrap_or_default()
    }

    fn find(component: &[u8]) -> wasmparser::Result<Option<Self>> {
        let (mut memories, mut found) = (0, None);
        let mut globals = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                // Of a core module, or of a component, which has none of what follows.
                Payload::Version { .. } => globals.clear(),
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if let TypeRef::Global(_) = import?.ty {
                            globals.push(None);
                        }
                    }
                }
                Payload::MemorySection(section) => memories += section.count(),
                Payload::GlobalSection(section) => {
                    for global in section {
                        globals.push(constant(&global?.init_expr));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Global
                            && export.name == NAME
                            && let Some(Some(address)) = globals.get(export.index as usize)
                        {
                            found = Some(Self(Some(*address as usize)));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(found.filter(|_| memories == 1))
    }

    /// Of a new instance, which has none so far.
    #[inline]
    pub(super) fn room(self) -> Room {
        Room { said: self.0, arena: 0..0, start: 0 }
    }
}

impl Room {
    /// It is free again: the call is over that it was filled in.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.start = self.arena.start;
    }

    /// The address of so much of it, if there is so much. Whoever asks has a memory.
    #[inline]
    pub(super) fn take(&mut self, layout: Layout) -> Option<usize> {
        let start = align_to(self.start, layout.align);
        let end = start.checked_add(layout.size)?;
        if end > self.arena.end {
            return None;
        }
        self.start = end;
        Some(start)
    }

    /// Where the guest may have said since where it is.
    #[inline]
    pub(super) fn said(&self) -> Option<usize> {
        self.said
    }

    /// What is said at that address of the instance's memory.
    #[cold]
    pub(super) fn at(said: usize, memory: &[u8]) -> Self {
        let word = |address: usize| {
            let bytes = memory.get(address..)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes) as usize)
        };
        let nowhere = Self { said: None, arena: 0..0, start: 0 };
        match (word(said), word(said.saturating_add(4))) {
            (Some(_), Some(0)) => Self { said: Some(said), ..nowhere },
            (Some(start), Some(size)) if start.saturating_add(size) <= memory.len() => {
                Self { said: None, arena: start..start + size, start }
            }
            _ => nowhere,
        }
    }
}

/// The value of a global that is one.
fn constant(init: &ConstExpr<'_>) -> Option<u32> {
    match init.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(value as u32),
        _ => None,
    }
}
