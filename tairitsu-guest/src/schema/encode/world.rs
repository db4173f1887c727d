//! The section, its world, and the interfaces that the world has for their types.

use super::super::{Interface, InterfaceId, Resource, Role};
use super::encoder::{Encoder, MAX_USED, MAX_USED_TYPES, Scope};
use super::{fail, same};

impl Encoder<'_> {
    #[track_caller]
    pub(super) const fn section(&mut self, interface: &Interface, role: Role) {
        self.contract(interface, role);
        self.docs(interface);
    }

    /// Writes the section without doc comments.
    #[track_caller]
    pub(super) const fn contract(&mut self, interface: &Interface, role: Role) {
        self.role = role;
        self.bytes(b"\0asm\x0d\0\x01\0");
        // A custom section of 25 bytes: format 4, strings in UTF-8.
        self.bytes(b"\0\x19\x16wit-component-encoding\x04\0");
        self.byte(0x07);
        let content = self.room();
        self.world(interface, role);
        self.fill_len(content);
        self.world_export();
    }

    /// Writes the content of the type section: one component type, which declares the world's type and exports it.
    #[track_caller]
    const fn world(&mut self, interface: &Interface, role: Role) {
        // One type: a component type of two declarations. The first declares another component type, the world.
        self.bytes(&[0x01, 0x41, 0x02, 0x01, 0x41]);
        let decls = self.room();
        self.use_all(interface);
        self.instance(interface);
        self.bytes(match role {
            Role::Import => &[0x03, 0x00],
            Role::Export => &[0x04, 0x00],
        });
        self.str(interface.id);
        self.byte(0x05);
        self.u32(self.world_types - 1);
        // Each interface has a type and an import or export. Each type of a used interface has an alias.
        self.fill(decls, 2 + 2 * self.used_len as u32 + self.used_types_len as u32);
        self.bytes(&[0x04, 0x00]);
        self.world_id(interface, role);
        self.bytes(&[0x04, 0x00]);
    }

    /// Writes the interfaces whose types `interface` uses. Each is written once, after those that it uses itself.
    #[track_caller]
    const fn use_all(&mut self, interface: &Interface) {
        let mut i = 0;
        while i < interface.uses.len() {
            self.use_types(interface.uses[i]);
            i += 1;
        }
    }

    /// Writes one used interface, and an alias of each of its types.
    #[track_caller]
    const fn use_types(&mut self, interface: &'static Interface) {
        let mut i = 0;
        while i < self.used_len {
            if let Some(used) = self.used[i]
                && same(used.id, interface.id)
            {
                return;
            }
            i += 1;
        }
        self.use_all(interface);
        if self.used_len == MAX_USED {
            fail(&["interface `", interface.id, "` cannot be used: an interface uses types of 64 others at most"]);
        }
        self.instance(interface);
        let role = interface.role_of_used();
        if matches!((role, self.role), (Role::Export, Role::Import)) {
            fail(&[
                "interface `",
                interface.id,
                "` has a resource of the guest's, and the host cannot have it before there is a guest: use it in an interface \
                 that the guest exports",
            ]);
        }
        self.bytes(match role {
            Role::Import => &[0x03, 0x00],
            Role::Export => &[0x04, 0x00],
        });
        self.str(interface.id);
        self.byte(0x05);
        self.u32(self.world_types - 1);
        let mut i = 0;
        while i < interface.types.len() {
            let ty = &interface.types[i];
            if let Some(name) = ty.name() {
                self.use_type(interface, name, ty.hash());
            }
            i += 1;
        }
        if let Some(resource) = interface.resource {
            self.use_type(interface, resource.name, resource.hash());
        }
        self.used[self.used_len] = Some(interface);
        self.used_len += 1;
    }

    /// Writes an alias of a type that the current used interface exports. The alias is a type of the world.
    #[track_caller]
    const fn use_type(&mut self, interface: &Interface, name: &str, hash: u64) {
        if self.used_types_len == MAX_USED_TYPES {
            fail(&["interface `", interface.id, "` cannot be used: an interface uses 512 types of others at most"]);
        }
        // An alias of the instance's export.
        self.bytes(&[0x02, 0x03, 0x00]);
        self.u32(self.used_len as u32);
        self.str(name);
        self.used_types[self.used_types_len] = (hash, self.world_types);
        self.used_types_len += 1;
        self.world_types += 1;
    }

    /// Writes the instance type of an interface, as a type of the world.
    #[track_caller]
    const fn instance(&mut self, interface: &Interface) {
        self.scope = Scope::EMPTY;
        self.bytes(&[0x01, 0x42]);
        let decls = self.room();
        self.interface(interface);
        self.fill(decls, self.scope.decls);
        self.world_types += 1;
    }

    /// Writes the export section: the world's type, under a short name. The tools take the world's name from its id.
    const fn world_export(&mut self) {
        self.bytes(b"\x0b\x07\x01\0\x01w\x03\0\0");
    }

    /// Writes the id of the world. The world is in the interface's package. Its name is that of the interface with a
    /// prefix, since worlds and interfaces of a package share one space of names.
    #[track_caller]
    const fn world_id(&mut self, interface: &Interface, role: Role) {
        let id = parse_id(interface);
        let (whole, own) = (interface.id.as_bytes(), id.interface.len());
        let (package, _) = whole.split_at(id.name_without_version().len() - own);
        let (_, name_and_version) = whole.split_at(package.len());
        let prefix = world_prefix(role).as_bytes();
        self.u32((whole.len() + prefix.len()) as u32);
        self.bytes(package);
        self.bytes(prefix);
        self.bytes(name_and_version);
    }
}

impl Interface {
    /// Which way an interface crosses when another interface uses its types.
    ///
    /// Normally the guest imports it, since the guest need not implement it. But if a resource of the guest's own is in it,
    /// the guest exports it, since the resource would be another type in an import.
    const fn role_of_used(&self) -> Role {
        if let Some(Resource { role: Role::Export, .. }) = self.resource {
            return Role::Export;
        }
        let mut i = 0;
        while i < self.uses.len() {
            if let Role::Export = self.uses[i].role_of_used() {
                return Role::Export;
            }
            i += 1;
        }
        Role::Import
    }
}

const fn world_prefix(role: Role) -> &'static str {
    match role {
        Role::Import => "tairitsu-import-",
        Role::Export => "tairitsu-export-",
    }
}

/// The parts of the interface's id.
#[track_caller]
const fn parse_id<'a>(interface: &Interface) -> InterfaceId<'a> {
    match InterfaceId::parse(interface.id) {
        Some(id) => id,
        None => fail(&[
            "`",
            interface.id,
            "` is no id of an interface: write `namespace:package/interface` or `namespace:package/interface@version`",
        ]),
    }
}
