//! The `component-type` sections of a core module. Each of them declares interfaces, and says in its name who wrote it.

use super::wit_text::{found_definition, function_text};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use wasmparser::Payload;
use wit_parser::{Interface, Resolve, Type, WorldId, WorldItem, WorldKey, decoding};

/// What the names of the sections begin with that are of a `#[tairitsu::guest]` impl. The crate and the place of the impl follow.
const EXPORT: &str = "component-type:tairitsu:export:";
/// The same for a trait whose functions a guest imports.
const IMPORT: &str = "component-type:tairitsu:import:";

pub(super) struct Section<'a> {
    name: &'a str,
    pub(super) data: &'a [u8],
}

impl<'a> Section<'a> {
    /// All sections of a core module.
    pub(super) fn all(wasm: &'a [u8]) -> wasmparser::Result<Vec<Self>> {
        let mut sections = Vec::new();
        for payload in wasmparser::Parser::new(0).parse_all(wasm) {
            if let Payload::CustomSection(section) = payload?
                && section.name().starts_with("component-type")
            {
                sections.push(Self { name: section.name(), data: section.data() });
            }
        }
        Ok(sections)
    }

    /// The crate of the impl that the section describes: `shop@1.2.0`. `None` for a section that describes no impl of ours.
    pub(super) fn exporting_crate(&self) -> Option<&'a str> {
        exporting_crate(self.name)
    }

    /// The ids of the interfaces that the section's world exports.
    pub(super) fn exported(&self) -> Result<Vec<String>, String> {
        let (resolve, world) = self.decode()?;
        Ok(resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect())
    }

    fn decode(&self) -> Result<(Resolve, WorldId), String> {
        decoding::decode_world(self.data).map_err(|error| format!("{error:#}"))
    }

    /// Who wrote the section: a crate and a place in it, or the section's own name.
    fn author(&self) -> &'a str {
        [EXPORT, IMPORT].iter().find_map(|prefix| self.name.strip_prefix(prefix)).unwrap_or(self.name)
    }
}

/// The crate that a section's name says.
pub(super) fn exporting_crate(section_name: &str) -> Option<&str> {
    section_name.strip_prefix(EXPORT)?.split(':').next()
}

/// Refuses two sections that declare one interface, and differ in a type or function that both have. The tools would take one
/// of the declarations for both.
pub(super) fn check_declarations(sections: &[Section<'_>]) -> Result<(), String> {
    if sections.len() < 2 {
        return Ok(());
    }
    /// For each interface and each type or function in it, the text and who wrote it first.
    type Declared<'a> = HashMap<(String, String), (String, &'a str)>;
    let mut declared = Declared::new();
    for section in sections {
        let (resolve, world) = section.decode()?;
        let world = &resolve.worlds[world];
        for (key, item) in world.imports.iter().chain(&world.exports) {
            // A name that is no id is the world's own.
            let (WorldKey::Interface(_), WorldItem::Interface { id, .. }) = (key, item) else { continue };
            let interface = resolve.name_world_key(key);
            for (name, text) in declarations(&resolve, &resolve.interfaces[*id]) {
                match declared.entry((interface.clone(), name)) {
                    Entry::Vacant(place) => {
                        place.insert((text, section.author()));
                    }
                    Entry::Occupied(known) if known.get().0 == text => {}
                    Entry::Occupied(known) => {
                        let (first, author) = known.get();
                        let name = &known.key().1;
                        return Err(format!(
                            "expected one declaration of `{interface}`, found two that differ in `{name}`: \
                             `{first}` in {author}, and `{text}` in {}",
                            section.author(),
                        ));
                    }
                }
            }
        }
    }
    Ok(())
}

/// The types and functions of an interface, with their texts.
fn declarations(resolve: &Resolve, interface: &Interface) -> impl Iterator<Item = (String, String)> {
    let types = interface.types.iter().map(|(name, id)| (name.clone(), found_definition(resolve, &Type::Id(*id))));
    types.chain(interface.functions.iter().map(|(name, function)| (name.clone(), function_text(resolve, function))))
}
