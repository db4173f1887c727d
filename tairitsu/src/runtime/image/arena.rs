//! Finds the arena in a component: the place where its instances publish room for lowered values. See `store::room`.

use crate::runtime::store::room::{Arena, Cell};
use wasmparser::{ConstExpr, ExternalKind, Operator, Parser, Payload, TypeRef};

/// The name of the exported core global.
const NAME: &str = "tairitsu:arena";

/// Finds the arena of a component. Returns no arena unless the component defines exactly one memory. With more
/// memories, a function could use any of them.
pub(super) fn of(component: &[u8]) -> Arena {
    find(component).ok().flatten().unwrap_or_default()
}

fn find(component: &[u8]) -> wasmparser::Result<Option<Arena>> {
    let (mut memories, mut found, mut maximum) = (0, None, usize::MAX);
    let mut globals = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            // A core module starts. A component starts here too, but has none of the sections below.
            Payload::Version { .. } => globals.clear(),
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Global(_) = import?.ty {
                        globals.push(None);
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    memories += 1;
                    if let (Some(pages), None) = (memory.maximum, memory.page_size_log2) {
                        maximum = (pages as usize).saturating_mul(65_536);
                    }
                }
            }
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
                        found = Some(*address as usize);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found.filter(|_| memories == 1).map(|address| Arena(Some(Cell { address, maximum }))))
}

/// The global's initial value, if that is a constant.
fn constant(init: &ConstExpr<'_>) -> Option<u32> {
    match init.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(value as u32),
        _ => None,
    }
}
