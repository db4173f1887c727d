//! Packages that use each other's types. WIT does not allow them, and the decoder would follow them without end.
//!
//! A component's binary can declare two packages that each have an interface with a type of the other. WIT cannot: a
//! package comes after the packages that it uses. `wit-parser` walks from package to package and does not record the
//! packages that it has visited. So untrusted bytes are checked first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use tairitsu_guest::schema::InterfaceId;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentItem};
use wasmparser::types::TypesRef;
use wasmparser::{Parser, Payload, ValidPayload, Validator, WasmFeatures};

/// For each package, the packages whose types it uses.
#[derive(Default)]
pub(crate) struct Packages {
    uses: BTreeMap<String, BTreeSet<String>>,
}

/// The types seen so far, each with the package that owns it.
type Owners = HashMap<ComponentAnyTypeId, String>;

impl Packages {
    /// Adds the packages of a component, or of the component in a `component-type` section.
    pub(crate) fn add(&mut self, component: &[u8]) -> wasmparser::Result<()> {
        let mut validator = Validator::new_with_features(WasmFeatures::all());
        let (mut imports, mut exports, mut depth) = (Vec::new(), Vec::new(), 0);
        for payload in Parser::new(0).parse_all(component) {
            let payload = payload?;
            match &payload {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section.clone() {
                        imports.push(import?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section.clone() {
                        exports.push(export?.name.name);
                    }
                }
                _ => {}
            }
            // The compiler validates the bodies of functions.
            if let ValidPayload::End(types) = validator.payload(&payload)?
                && depth == 0
            {
                let (types, mut owners) = (types.as_ref(), Owners::new());
                let imports = imports.iter().map(|name| (name, types.component_item_for_import(name)));
                let exports = exports.iter().map(|name| (name, types.component_item_for_export(name)));
                for (name, item) in imports.chain(exports) {
                    if let Some(item) = item {
                        self.item(types, &mut owners, name, item);
                    }
                }
            }
        }
        Ok(())
    }

    fn item(&mut self, types: TypesRef<'_>, owners: &mut Owners, name: &str, item: &ComponentItem) {
        match item.ty {
            ComponentEntityType::Instance(id) => {
                let Some(package) = package_of(name) else { return };
                for item in types[id].exports.values() {
                    let ComponentEntityType::Type { referenced, created } = item.ty else { continue };
                    let mut next = Some(referenced);
                    while let Some(id) = next {
                        if let Some(owner) = owners.get(&id) {
                            if *owner != package {
                                self.uses.entry(package.clone()).or_default().insert(owner.clone());
                            }
                            break;
                        }
                        next = types.peel_alias(id);
                    }
                    owners.insert(created, package.clone());
                }
            }
            // A world in a section, or the component type that contains the world.
            ComponentEntityType::Component(id)
            | ComponentEntityType::Type { referenced: ComponentAnyTypeId::Component(id), .. } => {
                let component = &types[id];
                for (name, item) in component.imports.iter().chain(&component.exports) {
                    self.item(types, owners, name, item);
                }
            }
            _ => {}
        }
    }

    /// Returns two packages that use each other, directly or through other packages.
    pub(crate) fn cycle(&self) -> Option<(&str, &str)> {
        self.uses.iter().find_map(|(package, uses)| {
            let found = uses.iter().find(|used| self.reaches(used, package))?;
            Some((package.as_str(), found.as_str()))
        })
    }

    fn reaches(&self, from: &str, to: &str) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(package) = next.pop() {
            if package == to {
                return true;
            }
            if seen.insert(package) {
                next.extend(self.uses.get(package).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }
}

/// Returns `acme:shop@1.0.0` for `acme:shop/goods@1.0.0`, and `None` for a name without a package.
fn package_of(name: &str) -> Option<String> {
    InterfaceId::parse(name).map(|id| id.package_id())
}
