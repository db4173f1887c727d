//! Bounds for components whose size grows beyond their bytes: nested types, and nested instantiations.
//!
//! `wasmparser` reads the type of a component or of an instance by recursion, without a bound. Its validator, which the
//! compiler uses, does the same. Each level takes three bytes, so a small file could exhaust the stack and end the
//! process.
//!
//! The compiler follows each instantiation. If each component instantiates the component before it twice, every 20
//! bytes double the compiler's work. So untrusted bytes are checked first, without recursion.

use std::collections::BTreeMap;
use std::rc::Rc;
use wasmparser::{
    BinaryReader, ComponentAlias, ComponentExport, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentType, ComponentTypeDeclaration, ComponentTypeRef, ElementItems, Encoding, Parser, Payload, Result,
};

/// The depth that `wasmparser` allows for types of values. The types that the tools write have four levels.
const MAX_DEPTH: usize = 100;

/// wasmtime's default for the instances of a store. The components that the tools write have a few dozen.
const MAX_INSTANCES: u64 = 10_000;

/// The tags of component types and of instance types, which contain other types.
const NESTED: [u8; 2] = [0x41, 0x42];
/// The tag of a declaration that declares a type.
const TYPE: u8 = 0x01;

/// The most globals, elements, tags and imports of all core instances. The host keeps up to 32 bytes for each, which no limit
/// of a container counts. The largest guests that the tools write have some hundred thousand.
const MAX_ITEMS: u64 = 4_000_000;

/// Refuses a component whose types are deeper than [`MAX_DEPTH`], or which makes more instances than [`MAX_INSTANCES`], or
/// instances with more than [`MAX_ITEMS`].
///
/// Accepts bytes that cannot be read. The later stages read all bytes and report the flaw.
pub(crate) fn check(component: &[u8]) -> std::result::Result<(), String> {
    check_types(component)?;
    let Ok(Some(found)) = instances(component) else { return Ok(()) };
    if found > MAX_INSTANCES {
        return Err(format!("expected a component of at most {MAX_INSTANCES} instances, found one of {found} or more"));
    }
    // Each instance may be one of the largest core module.
    let items = largest(component).unwrap_or_default();
    let all = items.saturating_mul(found);
    if all > MAX_ITEMS {
        return Err(format!(
            "expected at most {MAX_ITEMS} globals, elements, tags and imports in all core instances, found up to {all}: {found} \
             instances of core modules that have up to {items}"
        ));
    }
    Ok(())
}

/// The number of globals, elements, tags and imports of the core module that has the most.
fn largest(component: &[u8]) -> Result<u64> {
    let (mut largest, mut found) = (0u64, 0u64);
    for payload in Parser::new(0).parse_all(component) {
        let more = match payload? {
            Payload::Version { .. } => {
                found = 0;
                0
            }
            Payload::GlobalSection(section) => section.count().into(),
            Payload::TagSection(section) => section.count().into(),
            Payload::ImportSection(section) => section.count().into(),
            Payload::ElementSection(section) => section.into_iter().try_fold(0u64, |sum, element| {
                let items = match element?.items {
                    ElementItems::Functions(items) => items.count(),
                    ElementItems::Expressions(_, items) => items.count(),
                };
                Ok(sum.saturating_add(items.into()))
            })?,
            _ => 0,
        };
        found = found.saturating_add(more);
        largest = largest.max(found);
    }
    Ok(largest)
}

fn check_types(component: &[u8]) -> std::result::Result<(), String> {
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::ComponentTypeSection(section)) => {
                let range = section.range();
                let Some(bytes) = component.get(range.clone()) else { continue };
                if is_too_deep(BinaryReader::new(bytes, range.start)).unwrap_or(false) {
                    return Err(format!(
                        "expected types that are at most {MAX_DEPTH} deep in each other, found deeper ones"
                    ));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

/// Whether the types of a section are nested deeper than [`MAX_DEPTH`].
fn is_too_deep(mut reader: BinaryReader<'_>) -> Result<bool> {
    // The number of unread items: in the section, then in each enclosing type.
    let mut left = vec![reader.read_var_u32()?];
    while let Some(count) = left.last_mut() {
        if *count == 0 {
            left.pop();
            continue;
        }
        *count -= 1;
        let declares = left.len() > 1;
        if declares && peek(&reader)? != TYPE {
            reader.read::<ComponentTypeDeclaration<'_>>()?;
            continue;
        }
        if declares {
            reader.read_u8()?;
        }
        if !NESTED.contains(&peek(&reader)?) {
            reader.read::<ComponentType<'_>>()?;
            continue;
        }
        reader.read_u8()?;
        let declarations = reader.read_var_u32()?;
        if left.len() > MAX_DEPTH {
            return Ok(true);
        }
        left.push(declarations);
    }
    Ok(false)
}

fn peek(reader: &BinaryReader<'_>) -> Result<u8> {
    reader.clone().read_u8()
}

/// A component or core module that is being read.
struct Scope {
    is_component: bool,
    /// How many instances one instantiation makes, including nested instances.
    made: u64,
    components: Vec<Component>,
    instances: Vec<Rc<Exports>>,
    exports: Exports,
}

/// A component in an index space.
#[derive(Clone)]
struct Component {
    /// How many instances one instantiation makes.
    made: u64,
    exports: Rc<Exports>,
}

/// The components and instances that a component or an instance exports, by name.
#[derive(Default)]
struct Exports {
    items: BTreeMap<String, Item>,
    /// How deep exports are in each other here. Deeper exports are not followed.
    depth: usize,
}

#[derive(Clone)]
enum Item {
    Component(Component),
    Instance(Rc<Exports>),
}

impl Component {
    /// An imported component. What it makes is not known here: an instantiation multiplies by it.
    fn imported() -> Self {
        Self { made: 1, exports: Rc::default() }
    }

    /// A component that cannot be followed to its definition. Its instantiation is refused.
    fn unknown() -> Self {
        Self { made: MAX_INSTANCES + 1, exports: Rc::default() }
    }
}

impl Exports {
    fn add(&mut self, name: &str, item: Item) {
        let depth = match &item {
            Item::Component(component) => component.exports.depth,
            Item::Instance(exports) => exports.depth,
        };
        if depth < MAX_DEPTH {
            self.depth = self.depth.max(depth + 1);
            self.items.insert(name.into(), item);
        }
    }
}

/// Returns how many instances the component makes. Stops to count beyond [`MAX_INSTANCES`].
///
/// Returns `None` also if the component names an index that it does not have. The validator reports that.
fn instances(component: &[u8]) -> Result<Option<u64>> {
    let mut scopes: Vec<Scope> = Vec::new();
    let mut made = 0;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if let Payload::Version { encoding, .. } = payload {
            let is_component = encoding == Encoding::Component;
            let (components, instances, exports) = Default::default();
            scopes.push(Scope { is_component, made: 1, components, instances, exports });
            continue;
        }
        if let Payload::End(_) = payload {
            let Some(done) = scopes.pop() else { continue };
            made = done.made;
            let Some(outer) = scopes.last_mut() else { continue };
            if done.is_component {
                outer.components.push(Component { made: done.made, exports: done.exports.into() });
            }
            continue;
        }
        if scope(&mut scopes, payload)?.is_none() {
            return Ok(None);
        }
        if let [component] = &scopes[..]
            && component.made > MAX_INSTANCES
        {
            return Ok(Some(component.made));
        }
    }
    Ok(Some(made))
}

/// Reads a section of the innermost scope. Returns `None` if the section names an index that does not exist.
fn scope(scopes: &mut [Scope], payload: Payload<'_>) -> Result<Option<()>> {
    let Some((inner, outer)) = scopes.split_last_mut() else { return Ok(None) };
    match payload {
        Payload::InstanceSection(section) => inner.made = inner.made.saturating_add(section.count().into()),
        Payload::ComponentImportSection(section) => {
            for import in section {
                match import?.ty {
                    ComponentTypeRef::Component(_) => inner.components.push(Component::imported()),
                    ComponentTypeRef::Instance(_) => inner.instances.push(Rc::default()),
                    _ => {}
                }
            }
        }
        Payload::ComponentAliasSection(section) => {
            for alias in section {
                match alias? {
                    ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                        let components = match count.checked_sub(1) {
                            None => &inner.components,
                            Some(count) => match outer.iter().rev().nth(count as usize) {
                                Some(scope) => &scope.components,
                                None => return Ok(None),
                            },
                        };
                        let Some(component) = components.get(index as usize).cloned() else { return Ok(None) };
                        inner.components.push(component);
                    }
                    ComponentAlias::InstanceExport { kind, instance_index, name } => {
                        let Some(exports) = inner.instances.get(instance_index as usize) else { return Ok(None) };
                        match (kind, exports.items.get(name).cloned()) {
                            (ComponentExternalKind::Component, Some(Item::Component(found))) => {
                                inner.components.push(found);
                            }
                            (ComponentExternalKind::Component, _) => inner.components.push(Component::unknown()),
                            (ComponentExternalKind::Instance, Some(Item::Instance(found))) => {
                                inner.instances.push(found);
                            }
                            (ComponentExternalKind::Instance, _) => inner.instances.push(Rc::default()),
                            _ => {}
                        }
                    }
                    _ => {}
                }
            }
        }
        Payload::ComponentExportSection(section) => {
            for export in section {
                let export = export?;
                let Some(item) = inner.item(&export) else { return Ok(None) };
                match item {
                    None => {}
                    Some(item) => {
                        match &item {
                            Item::Component(component) => inner.components.push(component.clone()),
                            Item::Instance(instance) => inner.instances.push(instance.clone()),
                        }
                        inner.exports.add(export.name.name, item);
                    }
                }
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for instance in section {
                let exports = match instance? {
                    ComponentInstance::Instantiate { component_index, args } => {
                        let found = inner.components.get(component_index as usize);
                        let Some(Component { mut made, exports }) = found.cloned() else { return Ok(None) };
                        // Each instance in the component may be an instance of the argument, so the counts multiply.
                        for arg in args.iter().filter(|arg| arg.kind == ComponentExternalKind::Component) {
                            let Some(given) = inner.components.get(arg.index as usize) else { return Ok(None) };
                            made = made.saturating_mul(given.made);
                        }
                        inner.made = inner.made.saturating_add(made);
                        exports
                    }
                    ComponentInstance::FromExports(exports) => {
                        let mut named = Exports::default();
                        for export in &exports {
                            let Some(item) = inner.item(export) else { return Ok(None) };
                            if let Some(item) = item {
                                named.add(export.name.name, item);
                            }
                        }
                        named.into()
                    }
                };
                inner.instances.push(exports);
            }
        }
        _ => {}
    }
    Ok(Some(()))
}

impl Scope {
    /// The component or instance that is exported. `None` if the index does not exist, `Some(None)` for other kinds.
    fn item(&self, export: &ComponentExport<'_>) -> Option<Option<Item>> {
        let index = export.index as usize;
        Some(match export.kind {
            ComponentExternalKind::Component => Some(Item::Component(self.components.get(index)?.clone())),
            ComponentExternalKind::Instance => Some(Item::Instance(self.instances.get(index)?.clone())),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{check, instances};

    /// A component with one type: component types or instance types, nested `depth` levels deep.
    fn nested(kind: u8, depth: u8) -> Vec<u8> {
        let mut types = vec![1];
        for _ in 1..depth {
            types.extend([kind, 1, 1]);
        }
        types.extend([kind, 0]);
        let length = u16::try_from(types.len()).unwrap();
        let mut component = b"\0asm\x0d\0\x01\0\x07".to_vec();
        component.extend([length as u8 & 0x7f | 0x80, (length >> 7) as u8]);
        component.extend(types);
        component
    }

    #[test]
    fn a_hundred_levels_are_the_most() {
        for kind in [0x41, 0x42] {
            check(&nested(kind, 100)).unwrap();
            wasmparser::Validator::new().validate_all(&nested(kind, 100)).unwrap();
            let error = check(&nested(kind, 101)).unwrap_err();
            assert!(error.contains("at most 100 deep"), "{error}");
        }
    }

    #[test]
    fn ten_thousand_instances_are_the_most() {
        let component = |text: &str| wat::parse_str(format!("(component {text})")).unwrap();
        // Each level instantiates the level before it twice: in its own body, or through an import.
        for (levels, fits) in [(12, true), (13, false), (64, false), (500, false)] {
            let mut beside = String::from("(component $c0)");
            for level in 1..=levels {
                let twice = format!("(instance (instantiate $c{})) ", level - 1).repeat(2);
                beside += &format!("(component $c{level} {twice})");
            }
            let beside = component(&format!("{beside} (instance (instantiate $c{levels}))"));
            assert_eq!(check(&beside).is_ok(), fits, "{levels}");
            let given = r#"(component $twice (import "c" (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))"#;
            let mut given = format!("(component $c0) {given}");
            for level in 1..=levels {
                let before = level - 1;
                given += &format!(
                    r#"(component $c{level} (instance (instantiate $twice (with "c" (component $c{before})))))"#
                );
            }
            let given = component(&format!("{given} (instance (instantiate $c{levels}))"));
            assert_eq!(check(&given).is_ok(), fits && levels < 12, "{levels}");
        }
        // A component that an instance exports counts what it makes, also through an instance that exports the instance.
        let small = r#"(component $c (component $d) (export "a" (component $d))) (instance $i (instantiate $c))
            (instance $n (export "i" (instance $i))) (instance (instantiate (component $n "i" "a")))"#;
        check(&component(small)).unwrap();
        let many = "(instance (instantiate $s)) ".repeat(200);
        let many_times_50 = r#"(instance (instantiate (component $i "a"))) "#.repeat(50);
        let large = format!(
            r#"(component $c (component $d (component $s) {many}) (export "a" (component $d)))
            (instance $i (instantiate $c)) {many_times_50}"#
        );
        assert!(check(&component(&large)).unwrap_err().contains("found one of 10"));
        // Instances that export the instance before them, as deep as a small file can: what is kept of them is not as deep.
        let mut deep = String::from(r#"(component $c) (instance $i0 (instantiate $c)) "#);
        for level in 1..20_000 {
            deep += &format!(r#"(instance $i{level} (export "a" (instance $i{}))) "#, level - 1);
        }
        check(&component(&deep)).unwrap();
        let error = check(&component(&format!("(component $c) {}", "(instance (instantiate $c))".repeat(10_001))));
        assert!(error.unwrap_err().contains("at most 10000 instances, found one of 10"));
        // Each instance holds core instances and a nested instance, like a component from a toolchain.
        let tools = "(core module $m) (core instance (instantiate $m)) (core instance (instantiate $m))".to_string();
        let composed = format!("(component $a {tools} (component $s) (instance (instantiate $s))) ");
        let text = format!("{composed} {}", "(instance (instantiate $a))".repeat(100));
        assert!(instances(&component(&text)).unwrap().is_some_and(|made| made <= super::MAX_INSTANCES));
        check(&component(&text)).unwrap();
    }
}
