//! Types of one module that contain each other. The attribute on a type sees that type alone, and rustc's own words about
//! such a cycle are long.

use crate::attr;
use crate::diag::Ctxt;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{Attribute, Fields, Ident, Item, TypePath};

/// A type of the module, and the types of the module that it names in its fields.
struct Node<'a> {
    ident: &'a Ident,
    names: Vec<(&'a TypePath, &'a Ident)>,
}

/// Reports each type that contains a type which stands before it in the module, and is contained by it. Returns whether
/// there are such types.
pub(super) fn report(cx: &Ctxt, items: &[Item]) -> bool {
    let nodes: Vec<Node<'_>> = items.iter().filter_map(node).collect();
    let mut found = false;
    for (i, node) in nodes.iter().enumerate() {
        let earlier = nodes[..i].iter().filter(|earlier| reaches(&nodes, earlier.ident, node.ident));
        for earlier in earlier {
            let Some((path, _)) = node.names.iter().find(|(_, name)| *name == earlier.ident) else { continue };
            found = true;
            cx.error(
                path,
                format!(
                    "types `{}` and `{}` contain each other, and WIT has no recursive types",
                    earlier.ident, node.ident
                ),
                "make them one type, or keep the nodes in one list and let them refer to each other by index (`u32`)",
            );
        }
    }
    found
}

/// Whether a type contains another one, directly or not.
fn reaches(nodes: &[Node<'_>], from: &Ident, to: &Ident) -> bool {
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(ident) = waiting.pop() {
        let names = nodes.iter().filter(|node| node.ident == ident).flat_map(|node| &node.names);
        for (_, name) in names {
            if *name == to {
                return true;
            }
            if seen.insert(*name) {
                waiting.push(*name);
            }
        }
    }
    false
}

/// The node of a type with the attribute. `None` for every other item, and for a type that crosses as another type.
fn node(item: &Item) -> Option<Node<'_>> {
    let (attrs, ident, fields): (_, _, Vec<&Fields>) = match item {
        Item::Struct(item) => (&item.attrs, &item.ident, vec![&item.fields]),
        Item::Enum(item) => (&item.attrs, &item.ident, item.variants.iter().map(|variant| &variant.fields).collect()),
        _ => return None,
    };
    if attr::is_adapted(attrs.iter().find(|attr| attr::is_wit(attr))?) {
        return None;
    }
    let mut names = Names(Vec::new());
    let is_adapted = |attrs: &[Attribute]| attrs.iter().any(|attr| attr::is_wit(attr) && attr::is_adapted(attr));
    for field in fields.into_iter().flatten().filter(|field| !is_adapted(&field.attrs)) {
        names.visit_type(&field.ty);
    }
    Some(Node { ident, names: names.0 })
}

/// The paths of one segment in a type, which may name types of the module.
struct Names<'a>(Vec<(&'a TypePath, &'a Ident)>);

impl<'a> Visit<'a> for Names<'a> {
    fn visit_type_path(&mut self, path: &'a TypePath) {
        let segments = &path.path.segments;
        if path.qself.is_none() && segments.len() == 1 {
            self.0.push((path, &segments[0].ident));
        }
        visit::visit_type_path(self, path);
    }
}
