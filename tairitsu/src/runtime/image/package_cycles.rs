//! Packages that use each other's types. WIT does not allow them, and the decoder would follow them without end.
//!
//! A component's binary can declare two packages that each have an interface with a type of the other. WIT cannot: a
//! package comes after the packages that it uses. `wit-parser` walks from package to package and does not record the
//! packages that it has visited. So untrusted bytes are checked first.
//!
//! A world is in a package, too, and that package uses the packages of everything that the world imports and exports.

use super::names::LONGEST;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use tairitsu_guest::schema::InterfaceId;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentItem};
use wasmparser::types::TypesRef;
use wasmparser::{Parser, Payload, ValidPayload, Validator, WasmFeatures};

/// The package of the world that `wit-parser` makes of a component, and that of the world in which `wit-component`
/// collects the worlds of a core module. Nothing forbids an interface to be of them.
const OF_COMPONENT: &str = "root:component";
const OF_MODULE: &str = "root:root";

/// For each package, the packages whose types or interfaces it uses.
#[derive(Default)]
pub(crate) struct Packages {
    uses: BTreeMap<Rc<str>, BTreeSet<Rc<str>>>,
    /// Whether a name was longer than [`LONGEST`]. Its package is left out.
    pub(crate) has_long_names: bool,
}

/// The types seen so far, each with the package that owns it. A type that is an alias of another one is here with the
/// other's package, so that no chain of aliases is followed twice.
type Owners = HashMap<ComponentAnyTypeId, Option<Rc<str>>>;

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
                        self.of_world(types, &mut owners, &OF_COMPONENT.into(), name, item);
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
                let package = self.package_of(name);
                for item in types[id].exports.values() {
                    let ComponentEntityType::Type { referenced, created } = item.ty else { continue };
                    let owner = owner_of(types, owners, referenced);
                    if let (Some(package), Some(owner)) = (&package, &owner) {
                        self.add_use(package, owner);
                    }
                    owners.insert(created, package.clone().or(owner));
                }
            }
            // A world in a section, or the component type that contains the world.
            ComponentEntityType::Component(id)
            | ComponentEntityType::Type { referenced: ComponentAnyTypeId::Component(id), .. } => {
                let (component, package) = (&types[id], self.package_of(name));
                for (name, item) in component.imports.iter().chain(&component.exports) {
                    for package in package.iter().cloned().chain([OF_MODULE.into()]) {
                        self.of_world(types, owners, &package, name, item);
                    }
                    self.item(types, owners, name, item);
                }
            }
            _ => {}
        }
    }

    /// Adds what a world of the package imports or exports.
    fn of_world(
        &mut self,
        types: TypesRef<'_>,
        owners: &mut Owners,
        package: &Rc<str>,
        name: &str,
        item: &ComponentItem,
    ) {
        match item.ty {
            ComponentEntityType::Instance(_) => {
                if let Some(used) = self.package_of(name) {
                    self.add_use(package, &used);
                }
            }
            ComponentEntityType::Type { referenced, created } => {
                let owner = owner_of(types, owners, referenced);
                if let Some(owner) = &owner {
                    self.add_use(package, owner);
                }
                owners.insert(created, owner);
            }
            _ => {}
        }
    }

    fn add_use(&mut self, package: &Rc<str>, used: &Rc<str>) {
        if package != used {
            self.uses.entry(package.clone()).or_default().insert(used.clone());
        }
    }

    /// Returns `acme:shop@1.0.0` for `acme:shop/goods@1.0.0`, and `None` for a name without a package.
    fn package_of(&mut self, name: &str) -> Option<Rc<str>> {
        if name.len() > LONGEST {
            self.has_long_names = true;
            return None;
        }
        InterfaceId::parse(name).map(|id| id.package_id().into())
    }

    /// Returns two packages that use each other, directly or through other packages. Looks at each use once.
    pub(crate) fn cycle(&self) -> Option<(&str, &str)> {
        // The packages that the walk has met, and whether it has left them again.
        let mut met: HashMap<&str, bool> = HashMap::new();
        for start in self.uses.keys() {
            let mut path = Vec::new();
            let mut next = Some(&**start).filter(|start| !met.contains_key(start));
            loop {
                if let Some(package) = next.take() {
                    met.insert(package, false);
                    path.push((package, self.uses.get(package).into_iter().flatten()));
                }
                let Some((package, uses)) = path.last_mut() else { break };
                match uses.next().map(|used| (&**used, met.get(&**used))) {
                    Some((used, Some(false))) => return Some((used, package)),
                    Some((_, Some(true))) => {}
                    Some((used, None)) => next = Some(used),
                    None => {
                        met.insert(package, true);
                        path.pop();
                    }
                }
            }
        }
        None
    }
}

/// The package that owns a type, or the type that it is an alias of.
fn owner_of(types: TypesRef<'_>, owners: &Owners, ty: ComponentAnyTypeId) -> Option<Rc<str>> {
    let mut next = Some(ty);
    while let Some(id) = next {
        if let Some(owner) = owners.get(&id) {
            return owner.clone();
        }
        next = types.peel_alias(id);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Packages;
    use std::time::{Duration, Instant};

    fn packages(uses: impl IntoIterator<Item = (usize, usize)>) -> Packages {
        let mut packages = Packages::default();
        for (package, used) in uses {
            packages.add_use(&format!("a:p{package}").into(), &format!("a:p{used}").into());
        }
        packages
    }

    #[test]
    fn cycles() {
        for (uses, is_cycle) in [
            (&[(0, 1), (1, 2), (0, 2)][..], false),
            (&[(0, 1), (0, 2), (1, 3), (2, 3)], false),
            (&[(0, 1), (1, 0)], true),
            (&[(0, 1), (1, 2), (2, 3), (3, 1)], true),
            (&[(5, 4), (4, 3), (9, 4), (3, 9)], true),
        ] {
            let packages = packages(uses.iter().copied());
            let found = packages.cycle();
            assert_eq!(found.is_some(), is_cycle, "{uses:?}");
            if let Some((one, other)) = found {
                assert!(packages.uses[other].contains(one), "{other} uses {one}");
            }
        }
    }

    /// A file of some megabytes can have so many, in a chain, in both directions of the names, and all from one.
    #[test]
    fn many_packages_take_no_longer_than_there_are_uses() {
        const MANY: usize = 100_000;
        let began = Instant::now();
        for packages in [
            packages((0..MANY).map(|i| (i, i + 1))),
            packages((0..MANY).map(|i| (i + 1, i))),
            packages((1..MANY).map(|i| (0, i)).chain((1..MANY).map(|i| (i, MANY)))),
        ] {
            assert_eq!(packages.cycle(), None);
        }
        assert!(packages((0..MANY).map(|i| (i, (i + 1) % MANY))).cycle().is_some());
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
}
