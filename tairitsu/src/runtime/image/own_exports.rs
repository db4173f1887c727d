//! A guest exports what its own crate says.
//!
//! A linker exports the symbols of every crate. So a core module of a crate that depends on another guest's crate has the exports
//! of both. Each of them has a section with the name of its crate. The exports of the other crate are taken out here, with the
//! imports that nothing else in the module can reach.

use super::sections::{Section, exporting_crate};
use std::collections::HashSet;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, ExportSection, FunctionSection, ImportSection};
use wasmparser::{ElementItems, ExternalKind, FunctionBody, Operator, Parser, Payload, TableInit, TypeRef};

/// The module with the exports of its own crate only. `None` if it has no others.
///
/// The module has been validated.
pub(super) fn of(wasm: &[u8], sections: &[Section<'_>]) -> Result<Option<Vec<u8>>, String> {
    // A linker puts what the crate itself has before what its dependencies have.
    let Some(own) = sections.iter().find_map(Section::exporting_crate) else { return Ok(None) };
    let (mut kept, mut removed) = (HashSet::new(), HashSet::new());
    for section in sections {
        match section.exporting_crate() {
            Some(krate) if krate != own => removed.extend(section.exported()?),
            Some(_) => kept.extend(section.exported()?),
            None => {}
        }
    }
    if removed.is_empty() {
        return Ok(None);
    }
    removed.retain(|id| !kept.contains(id));
    let fail = |error: wasmparser::Error| error.to_string();
    let mut module = Module::read(wasm, &removed).map_err(fail)?;
    module.reach();
    let mut own = Own { module: &module, own, removed: &removed };
    let mut encoded = wasm_encoder::Module::new();
    own.parse_core_module(&mut encoded, Parser::new(0), wasm).map_err(|error| error.to_string())?;
    Ok(Some(encoded.finish()))
}

/// Whether a core export is one of these interfaces' functions, or the post-return function of one.
fn is_of(export: &str, interfaces: &HashSet<String>) -> bool {
    let name = export.strip_prefix("cabi_post_").unwrap_or(export);
    name.split_once('#').is_some_and(|(interface, _)| interfaces.contains(interface))
}

/// The functions of a core module, and which of them its exports can reach.
#[derive(Default)]
struct Module<'a> {
    /// The types of the imported functions.
    imports: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    /// The functions that were reached and not looked at.
    next: Vec<u32>,
    /// The imported functions that are not reached, in order. Empty until all are known.
    unreached: Vec<u32>,
}

impl<'a> Module<'a> {
    fn read(wasm: &'a [u8], removed: &HashSet<String>) -> wasmparser::Result<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import?.ty {
                            module.imports.push(ty);
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func && !is_of(export.name, removed) {
                            module.next.push(export.index);
                        }
                    }
                }
                Payload::StartSection { func, .. } => module.next.push(func),
                // A function in a table may be called by its number.
                Payload::ElementSection(section) => {
                    for element in section {
                        match element?.items {
                            ElementItems::Functions(functions) => {
                                for function in functions {
                                    module.next.push(function?);
                                }
                            }
                            ElementItems::Expressions(_, expressions) => {
                                for expression in expressions {
                                    module.scan(expression?.get_operators_reader())?;
                                }
                            }
                        }
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        if let TableInit::Expr(expression) = table?.init {
                            module.scan(expression.get_operators_reader())?;
                        }
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        module.scan(global?.init_expr.get_operators_reader())?;
                    }
                }
                Payload::CodeSectionEntry(body) => module.bodies.push(body),
                _ => {}
            }
        }
        Ok(module)
    }

    /// Adds the functions that the operators name.
    fn scan(&mut self, mut operators: wasmparser::OperatorsReader<'_>) -> wasmparser::Result<()> {
        while !operators.eof() {
            match operators.read()? {
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => self.next.push(function_index),
                _ => {}
            }
        }
        Ok(())
    }

    /// Follows the calls. A body that cannot be read reaches what was read of it, and is reported when it is written.
    fn reach(&mut self) {
        if self.bodies.is_empty() {
            // There is no section to write another function to.
            return;
        }
        let mut is_reached = vec![false; self.imports.len() + self.bodies.len()];
        while let Some(function) = self.next.pop() {
            let function = function as usize;
            let Some(is_reached @ false) = is_reached.get_mut(function) else { continue };
            *is_reached = true;
            let body = function.checked_sub(self.imports.len()).and_then(|index| self.bodies.get(index));
            if let Some(operators) = body.and_then(|body| body.get_operators_reader().ok()) {
                let _ = self.scan(operators);
            }
        }
        let imports = is_reached.iter().take(self.imports.len()).zip(0..);
        self.unreached = imports.filter(|(is_reached, _)| !**is_reached).map(|(_, index)| index).collect();
    }
}

/// Writes the module anew. An import that is not reached becomes a function that traps, behind all others.
struct Own<'m, 'a> {
    module: &'m Module<'a>,
    own: &'m str,
    removed: &'m HashSet<String>,
}

type Written = Result<(), Error<Infallible>>;

impl Reencode for Own<'_, '_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        let Module { imports, bodies, unreached, .. } = self.module;
        let before = unreached.partition_point(|index| *index < function);
        Ok(match unreached.get(before) == Some(&function) {
            true => (imports.len() + bodies.len() - unreached.len() + before) as u32,
            false => function - before as u32,
        })
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Written {
        let mut function = 0;
        for import in section.into_imports() {
            let import = import?;
            if let TypeRef::Func(_) | TypeRef::FuncExact(_) = import.ty {
                function += 1;
                if self.module.unreached.binary_search(&(function - 1)).is_ok() {
                    continue;
                }
            }
            self.parse_import(imports, import)?;
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Written {
        utils::parse_function_section(self, functions, section)?;
        for import in &self.module.unreached {
            functions.function(self.module.imports[*import as usize]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: wasmparser::CodeSectionReader<'_>) -> Written {
        utils::parse_code_section(self, code, section)?;
        for _ in &self.module.unreached {
            let mut function = wasm_encoder::Function::new([]);
            function.instructions().unreachable().end();
            code.function(&function);
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Written {
        for export in section {
            let export = export?;
            // A function may be referred to only because it is exported. So it stays, under a name that means nothing.
            let name = format!("removed:{}", export.name);
            let name = if is_of(export.name, self.removed) { &name } else { export.name };
            self.parse_export(exports, wasmparser::Export { name, ..export })?;
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        module: &mut wasm_encoder::Module,
        section: wasmparser::CustomSectionReader<'_>,
    ) -> Written {
        match exporting_crate(section.name()) {
            Some(krate) if krate != self.own => Ok(()),
            // The code moves, and what is said of its places would be wrong.
            _ if section.name().starts_with(".debug_") => Ok(()),
            _ => utils::parse_custom_section(self, module, section),
        }
    }
}
