//! The guest's room for what the host lowers, which saves a call of its allocator for each string and list.
//!
//! The canonical ABI has the host ask `cabi_realloc` for the memory of each string and list that it passes: a call into the
//! guest, which takes longer than to copy what is in most of them. A guest of ours exports the address of a static as
//! a core global, by the name `tairitsu:arena:<size>`. The host fills that from its start in each call, as long as there is room.
//! The guest copies what it finds there and frees none of it. A guest of another origin has no such global, another host
//! does not look for it, and both sides are what the canonical ABI says without it.
//!
//! Nothing rests on what an image says of its arena. Each write is checked against the memory, and an address of
//! other things of the guest's is the guest's own harm.

use std::ops::Range;
use tairitsu_guest::schema::{Layout, align_to};
use wasmparser::{ConstExpr, ExternalKind, Operator, Parser, Payload, TypeRef};

/// What the name of the global begins with.
const NAME: &str = "tairitsu:arena:";

/// Where an image's arena is, in the memory of each of its instances; nowhere for most guests of other origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arena(Range<usize>);

/// What is left of it in a call.
pub(super) struct Room {
    arena: Range<usize>,
    start: usize,
    /// It is in the memory, which only grows.
    is_there: bool,
}

impl Arena {
    /// Finds it in a component. Where more than one core module has a memory, or an instance could have another one's, a
    /// function may be any of theirs, and none is found.
    pub(super) fn of(component: &[u8]) -> Self {
        Self::find(component).ok().flatten().unwrap_or_default()
    }

    fn find(component: &[u8]) -> wasmparser::Result<Option<Self>> {
        let (mut memories, mut found) = (0, None);
        let (mut globals, mut exported) = (Vec::new(), None);
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                // Of a core module, or of a component, which has none of what follows.
                Payload::Version { .. } => (globals, exported) = (Vec::new(), None),
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
                        let size = export.name.strip_prefix(NAME).and_then(|size| size.parse().ok());
                        if let (ExternalKind::Global, Some(size)) = (export.kind, size) {
                            exported = Some((export.index as usize, size));
                        }
                    }
                    if let Some((global, size)) = exported
                        && let Some(Some(start)) = globals.get(global)
                    {
                        let start = *start as usize;
                        found = Some(Self(start..start.saturating_add(size)));
                    }
                }
                _ => {}
            }
        }
        Ok(found.filter(|_| memories == 1))
    }

    /// All of it.
    #[inline]
    pub(super) fn room(&self) -> Room {
        Room { arena: self.0.clone(), start: self.0.start, is_there: false }
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
        if end > self.arena.end || !self.is_there {
            return None;
        }
        self.start = end;
        Some(start)
    }

    /// Whether it has to be [found](Room::find) before there is any.
    #[inline]
    pub(super) fn is_to_be_found(&self) -> bool {
        !self.is_there && !self.arena.is_empty()
    }

    /// Looks whether a memory of that size has it.
    #[cold]
    pub(super) fn find(&mut self, memory: usize) {
        self.is_there = self.arena.end <= memory;
        if !self.is_there {
            *self = Arena::default().room();
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
