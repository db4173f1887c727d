//! Types in types: how deep they are.
//!
//! `wasmparser` reads the type of a component or of an instance, and what is declared in it, by recursion and without a
//! bound, as does its validator, which the compiler uses. Three bytes are a level more, so that a small file would use up the
//! stack, and with it end the process. Whoever loads what he has not made looks first, and without recursion.

use wasmparser::{BinaryReader, ComponentType, ComponentTypeDeclaration, Parser, Payload, Result};

/// As deep as `wasmparser` lets types of values be. What the tools write has four levels.
const MAX_DEPTH: usize = 100;

/// The types of components and instances, each in the one before it.
const NESTED: [u8; 2] = [0x41, 0x42];
/// A declaration of a type.
const TYPE: u8 = 0x01;

/// Refuses a component with types deeper than that. What cannot be read is left to those who read it all, and stop there.
pub(super) fn check(component: &[u8]) -> std::result::Result<(), String> {
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

/// Reads the types of a section.
fn is_too_deep(mut reader: BinaryReader<'_>) -> Result<bool> {
    // How many are left, of the section and of each type that this one is in.
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

#[cfg(test)]
mod tests {
    use super::check;

    /// A component with one type: components, or instances, in each other.
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
}
