//! Bounds for components whose size grows beyond their bytes: nested types, and nested instantiations.
//!
//! `wasmparser` reads the type of a component or of an instance by recursion, without a bound. Its validator, which the
//! compiler uses, does the same. Each level takes three bytes, so a small file could exhaust the stack and end the
//! process.
//!
//! The compiler follows each instantiation. If each component instantiates the component before it twice, every 20
//! bytes double the compiler's work. So untrusted bytes are checked first, without recursion.

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentType,
    ComponentTypeDeclaration, ComponentTypeRef, Encoding, Parser, Payload, Result,
};

/// The depth that `wasmparser` allows for types of values. The types that the tools write have four levels.
const MAX_DEPTH: usize = 100;

/// wasmtime's default for the instances of a store. The components that the tools write have a few dozen.
const MAX_INSTANCES: u64 = 10_000;

/// The tags of component types and of instance types, which contain other types.
const NESTED: [u8; 2] = [0x41, 0x42];
/// The tag of a declaration that declares a type.
const TYPE: u8 = 0x01;

/// Refuses a component whose types are deeper than [`MAX_DEPTH`], or which makes more instances than [`MAX_INSTANCES`].
///
/// Accepts bytes that cannot be read. The later stages read all bytes and report the flaw.
pub(crate) fn check(component: &[u8]) -> std::result::Result<(), String> {
    check_types(component)?;
    match instances(component) {
        Ok(Some(found)) => {
            Err(format!("expected a component of at most {MAX_INSTANCES} instances, found one of {found} or more"))
        }
        Ok(None) | Err(_) => Ok(()),
    }
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

/// A component or a core module that is being read.
struct Scope {
    is_component: bool,
    /// How many instances one instantiation makes, including nested instances.
    instances: u64,
    /// The same count for each component in the index space.
    components: Vec<u64>,
}

/// Returns how many instances the component makes, if it makes more than [`MAX_INSTANCES`].
///
/// Returns `None` also if the component names an index that it does not have. The validator reports that.
fn instances(component: &[u8]) -> Result<Option<u64>> {
    let mut scopes: Vec<Scope> = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if let Payload::Version { encoding, .. } = payload {
            let is_component = encoding == Encoding::Component;
            scopes.push(Scope { is_component, instances: 1, components: Vec::new() });
            continue;
        }
        if let Payload::End(_) = payload {
            let (Some(done), Some(outer)) = (scopes.pop(), scopes.last_mut()) else { continue };
            if done.is_component {
                outer.components.push(done.instances);
            }
            continue;
        }
        if scope(&mut scopes, payload)?.is_none() {
            return Ok(None);
        }
        if let [component] = &scopes[..]
            && component.instances > MAX_INSTANCES
        {
            return Ok(Some(component.instances));
        }
    }
    Ok(None)
}
/// Reads a section of the innermost scope. Returns `None` if the section names an index that does not exist.
fn scope(scopes: &mut [Scope], payload: Payload<'_>) -> Result<Option<()>> {
    /// The count of a component that an instance exports. The check does not follow such exports, so it refuses them.
    const UNKNOWN: u64 = MAX_INSTANCES + 1;

    let Some((inner, outer)) = scopes.split_last_mut() else { return Ok(None) };
    let known = |components: &[u64], index: u32| components.get(index as usize).copied();
    match payload {
        Payload::InstanceSection(section) => inner.instances = inner.instances.saturating_add(section.count().into()),
        Payload::ComponentImportSection(section) => {
            for import in section {
                if let ComponentTypeRef::Component(_) = import?.ty {
                    // The count of the imported component is not known here. The instantiation multiplies by it.
                    inner.components.push(1);
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
                        let Some(instances) = known(components, index) else { return Ok(None) };
                        inner.components.push(instances);
                    }
                    ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                        inner.components.push(UNKNOWN);
                    }
                    _ => {}
                }
            }
        }
        Payload::ComponentExportSection(section) => {
            for export in section {
                let export = export?;
                if export.kind == ComponentExternalKind::Component {
                    let Some(instances) = known(&inner.components, export.index) else { return Ok(None) };
                    inner.components.push(instances);
                }
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for instance in section {
                let ComponentInstance::Instantiate { component_index, args } = instance? else { continue };
                let Some(mut instances) = known(&inner.components, component_index) else { return Ok(None) };
                // Each instance in the component may be an instance of the argument, so the counts multiply.
                for arg in args.iter().filter(|arg| arg.kind == ComponentExternalKind::Component) {
                    let Some(given) = known(&inner.components, arg.index) else { return Ok(None) };
                    instances = instances.saturating_mul(given);
                }
                inner.instances = inner.instances.saturating_add(instances);
            }
        }
        _ => {}
    }
    Ok(Some(()))
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
        let error = check(&component(&format!("(component $c) {}", "(instance (instantiate $c))".repeat(10_001))));
        assert!(error.unwrap_err().contains("at most 10000 instances, found one of 10"));
        // Each instance holds core instances and a nested instance, like a component from a toolchain.
        let tools = "(core module $m) (core instance (instantiate $m)) (core instance (instantiate $m))".to_string();
        let composed = format!("(component $a {tools} (component $s) (instance (instantiate $s))) ");
        let text = format!("{composed} {}", "(instance (instantiate $a))".repeat(100));
        assert_eq!(instances(&component(&text)).unwrap(), None);
        check(&component(&text)).unwrap();
    }
}
