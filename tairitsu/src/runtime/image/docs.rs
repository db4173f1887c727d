//! The doc comments of a guest's interfaces. A component has no place for those of its interfaces' functions and types. So they are
//! in custom sections of their own, which are the guest's `component-type` sections with a `package-docs` section inside.
//!
//! The sections are what the guest says. A section that cannot be decoded changes nothing.

use super::decode::{answer, check_packages};
use semver::Version;
use std::collections::HashMap;
use wasmparser::Payload;
use wit_parser::{Docs, InterfaceId, Resolve, Stability, TypeDef, TypeDefKind};

/// The name of the custom sections of a component.
const SECTION: &str = "tairitsu:docs";

/// The name of the custom section that has the doc comments of a package.
const PACKAGE_DOCS: &str = wit_parser::PackageMetadata::SECTION_NAME;

/// Adds those `component-type` sections of a core module to its component that have doc comments.
pub(super) fn keep(component: &mut Vec<u8>, module: &[u8]) {
    let sections = custom_sections(module, |name| name.starts_with("component-type"));
    for section in sections.iter().filter(|section| !custom_sections(section, |name| name == PACKAGE_DOCS).is_empty()) {
        let mut content = Vec::with_capacity(section.len() + SECTION.len() + 1);
        content.push(SECTION.len() as u8);
        content.extend(SECTION.as_bytes());
        content.extend(*section);
        component.push(0);
        let mut len = content.len();
        while len >= 0x80 {
            component.push(len as u8 | 0x80);
            len >>= 7;
        }
        component.push(len as u8);
        component.extend(content);
    }
}

/// The most functions, types and parts of types that are looked at. A component may have any number of sections for them.
const LOOKS: usize = 1_000_000;

/// Adds the doc comments of a component to its WIT.
pub(super) fn add(component: &[u8], resolve: &mut Resolve) {
    let sections = custom_sections(component, |name| name == SECTION);
    if sections.is_empty() {
        return;
    }
    let interfaces: HashMap<_, _> =
        resolve.interfaces.iter().filter_map(|(id, _)| Some((resolve.id_of(id)?, id))).collect();
    let mut looks = LOOKS;
    for section in sections {
        // The decoder would not end on packages that use each other.
        let decoded = check_packages([section]).and_then(|()| answer(|| wit_component::decode(section)));
        if let Ok(decoded) = decoded
            && copy(decoded.resolve(), resolve, &interfaces, &mut looks).is_none()
        {
            return;
        }
    }
}

/// The custom sections of a binary by their names, without those of what is inside the binary.
fn custom_sections(binary: &[u8], named: impl Fn(&str) -> bool) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut depth = 0;
    for payload in wasmparser::Parser::new(0).parse_all(binary) {
        match payload {
            Ok(Payload::Version { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth -= 1,
            Ok(Payload::CustomSection(section)) if depth == 1 && named(section.name()) => found.push(section.data()),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    found
}

/// Copies the doc comments of the interfaces, functions and types that both have. `None` if no looks are left.
fn copy(from: &Resolve, to: &mut Resolve, interfaces: &HashMap<String, InterfaceId>, looks: &mut usize) -> Option<()> {
    for (id, documented) in &from.interfaces {
        let Some(id) = from.id_of(id).and_then(|id| interfaces.get(&id)) else { continue };
        let interface = &mut to.interfaces[*id];
        let version = interface.package.and_then(|package| to.packages[package].name.version.as_ref());
        *looks = looks.checked_sub(1 + documented.functions.len() + documented.types.len())?;
        take(&mut interface.docs, &documented.docs);
        for (name, documented) in &documented.functions {
            if let Some(function) = interface.functions.get_mut(name) {
                take(&mut function.docs, &documented.docs);
                take_age(&mut function.stability, &documented.stability, version);
            }
        }
        for (name, documented) in &documented.types {
            if let Some(ty) = interface.types.get(name) {
                let (documented, ty) = (&from.types[*documented], &mut to.types[*ty]);
                *looks = looks.checked_sub(parts(&documented.kind) + parts(&ty.kind))?;
                copy_type(documented, ty);
                take_age(&mut ty.stability, &documented.stability, version);
            }
        }
    }
    Some(())
}

/// Takes over since when an item is there. An age above the version of the package would hide the item.
fn take_age(stability: &mut Stability, documented: &Stability, version: Option<&Version>) {
    if let (Stability::Unknown, Stability::Stable { since, .. }, Some(version)) = (&*stability, documented, version)
        && since <= version
    {
        *stability = Stability::Stable { since: since.clone(), deprecated: None };
    }
}

/// How many fields, cases or flags a type has.
fn parts(kind: &TypeDefKind) -> usize {
    match kind {
        TypeDefKind::Record(record) => record.fields.len(),
        TypeDefKind::Variant(variant) => variant.cases.len(),
        TypeDefKind::Enum(cases) => cases.cases.len(),
        TypeDefKind::Flags(flags) => flags.flags.len(),
        _ => 0,
    }
}

fn copy_type(documented: &TypeDef, to: &mut TypeDef) {
    take(&mut to.docs, &documented.docs);
    let items = items(&documented.kind);
    let item = |name: &String, docs: &mut Docs| {
        if let Some(documented) = items.get(name.as_str()) {
            take(docs, documented);
        }
    };
    match &mut to.kind {
        TypeDefKind::Record(record) => record.fields.iter_mut().for_each(|field| item(&field.name, &mut field.docs)),
        TypeDefKind::Variant(variant) => variant.cases.iter_mut().for_each(|case| item(&case.name, &mut case.docs)),
        TypeDefKind::Enum(cases) => cases.cases.iter_mut().for_each(|case| item(&case.name, &mut case.docs)),
        TypeDefKind::Flags(flags) => flags.flags.iter_mut().for_each(|flag| item(&flag.name, &mut flag.docs)),
        _ => {}
    }
}

/// The doc comments of a type's fields, cases or flags, by name.
fn items(kind: &TypeDefKind) -> HashMap<&str, &Docs> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| (field.name.as_str(), &field.docs)).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().map(|case| (case.name.as_str(), &case.docs)).collect(),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| (case.name.as_str(), &case.docs)).collect(),
        TypeDefKind::Flags(flags) => flags.flags.iter().map(|flag| (flag.name.as_str(), &flag.docs)).collect(),
        _ => HashMap::new(),
    }
}

fn take(docs: &mut Docs, documented: &Docs) {
    if documented.contents.is_some() {
        docs.clone_from(documented);
    }
}
