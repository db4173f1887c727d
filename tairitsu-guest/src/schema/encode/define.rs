//! The types of one interface. Each is declared once, before its first use.

use super::super::{Field, Interface, Resource, Type};
use super::encoder::{Encoder, MAX_TYPES, Ref};
use super::{fail, same};

impl Encoder<'_> {
    /// Declares a type at a place where WIT requires a value, so that `()` is an error.
    #[track_caller]
    pub(super) const fn value(&mut self, interface: &Interface, ty: &Type, at: &str) -> Ref {
        if let Type::Unit = ty {
            fail(&[
                "`()` at `",
                at,
                "` of interface `",
                interface.id,
                "` is no value: WIT has it only as a function's result and inside `Result`",
            ]);
        }
        self.define(interface, ty)
    }

    /// Declares `ty` and the types that it is made of, once each, and returns the reference to it.
    #[track_caller]
    pub(super) const fn define(&mut self, interface: &Interface, ty: &Type) -> Ref {
        if let Type::Unit = ty {
            return Ref::None;
        }
        let code = primitive(ty);
        if code != 0 {
            return Ref::Primitive(code);
        }
        let hash = ty.hash();
        if let Some(index) = self.known(hash) {
            return Ref::Index(index);
        }
        if let Type::Own(resource) | Type::Borrow(resource) = ty {
            let index = self.resource(interface, resource);
            self.start(if let Type::Own(_) = ty { 0x69 } else { 0x68 });
            self.u32(index);
            return self.keep(interface, hash);
        }
        if let Some(name) = ty.name() {
            self.claim(interface, name, false);
        }

        let home = ty.home();
        match ty {
            _ if !home.is_empty() && !same(home, interface.id) => {
                let name = ty.name();
                self.alias(interface, if let Some(name) = name { name } else { "" }, home, hash);
            }
            Type::List(item) => {
                let item = self.value(interface, item, "list");
                self.start(0x70);
                self.reference(item);
            }
            Type::Option(some) => {
                let some = self.value(interface, some, "option");
                self.start(0x6b);
                self.reference(some);
            }
            Type::Result([ok, err]) => {
                let (ok, err) = (self.define(interface, ok), self.define(interface, err));
                self.start(0x6a);
                self.optional(ok);
                self.optional(err);
            }
            Type::Tuple(types) => {
                let mut refs = [Ref::None; 64];
                if types.len() > refs.len() {
                    fail(&["interface `", interface.id, "` uses a tuple of more than 64 elements: make it a record"]);
                }
                let mut i = 0;
                while i < types.len() {
                    refs[i] = self.value(interface, &types[i], "tuple");
                    i += 1;
                }
                self.start(0x6f);
                self.u32(types.len() as u32);
                let mut i = 0;
                while i < types.len() {
                    self.reference(refs[i]);
                    i += 1;
                }
            }
            Type::Record(record) => {
                self.define_all(interface, record.fields, true);
                self.start(0x72);
                self.u32(record.fields.len() as u32);
                let mut i = 0;
                while i < record.fields.len() {
                    self.str(record.fields[i].name);
                    let ty = self.define(interface, &record.fields[i].ty);
                    self.reference(ty);
                    i += 1;
                }
                self.export_type(record.name);
            }
            Type::Variant(variant) => {
                self.define_all(interface, variant.cases, false);
                self.start(0x71);
                self.u32(variant.cases.len() as u32);
                let mut i = 0;
                while i < variant.cases.len() {
                    self.str(variant.cases[i].name);
                    let ty = self.define(interface, &variant.cases[i].ty);
                    self.optional(ty);
                    self.byte(0x00);
                    i += 1;
                }
                self.export_type(variant.name);
            }
            Type::Enum(cases) => self.names_only(0x6d, cases.name, cases.cases),
            Type::Flags(flags) => self.names_only(0x6e, flags.name, flags.flags),
            _ => unreachable!(),
        }

        self.keep(interface, hash)
    }

    /// The index of a type, if it is declared already.
    pub(super) const fn known(&self, hash: u64) -> Option<u32> {
        let mut slot = hash as usize % (MAX_TYPES * 2);
        while self.scope.types[slot].0 != 0 {
            if self.scope.types[slot].0 == hash {
                return Some(self.scope.types[slot].1);
            }
            slot = (slot + 1) % (MAX_TYPES * 2);
        }
        None
    }

    /// Remembers the index of the type that was just declared.
    #[track_caller]
    pub(super) const fn keep(&mut self, interface: &Interface, hash: u64) -> Ref {
        let index = self.scope.next_type - 1;
        if index as usize >= MAX_TYPES {
            fail(&["interface `", interface.id, "` uses more than 1024 compound types: split it"]);
        }
        let mut slot = hash as usize % (MAX_TYPES * 2);
        while self.scope.types[slot].0 != 0 {
            slot = (slot + 1) % (MAX_TYPES * 2);
        }
        self.scope.types[slot] = (hash, index);
        Ref::Index(index)
    }

    /// The index of a resource. The resource's own interface has declared it, and every other interface has an alias.
    #[track_caller]
    const fn resource(&mut self, interface: &Interface, resource: &Resource) -> u32 {
        let hash = resource.hash();
        if let Some(index) = self.known(hash) {
            return index;
        }
        self.claim(interface, resource.name, false);
        self.alias(interface, resource.name, resource.home, hash);
        self.keep(interface, hash);
        self.scope.next_type - 1
    }

    /// Declares a type of another interface, as an alias of a type of the world.
    #[track_caller]
    const fn alias(&mut self, interface: &Interface, name: &str, home: &str, hash: u64) {
        let mut i = 0;
        while i < self.used_types_len {
            if self.used_types[i].0 == hash {
                // An alias of a type of the enclosing component type, one level out.
                self.bytes(&[0x02, 0x03, 0x02, 0x01]);
                self.u32(self.used_types[i].1);
                self.scope.decls += 1;
                self.scope.next_type += 1;
                return self.export_type(name);
            }
            i += 1;
        }
        fail(&[
            "interface `",
            interface.id,
            "` uses the type `",
            name,
            "` of `",
            home,
            "`: add `uses = path` to its attribute, the path of the module that declares the type, or of the resource's trait",
        ])
    }

    /// Declares the types of all fields. A later `define` of the same types then writes nothing, and returns the reference.
    #[track_caller]
    const fn define_all(&mut self, interface: &Interface, fields: &[Field], values: bool) {
        let mut i = 0;
        while i < fields.len() {
            if values {
                self.value(interface, &fields[i].ty, fields[i].name);
            } else {
                self.define(interface, &fields[i].ty);
            }
            i += 1;
        }
    }

    /// Declares a type that consists of names only.
    const fn names_only(&mut self, code: u8, name: &str, fields: &[Field]) {
        self.start(code);
        self.u32(fields.len() as u32);
        let mut i = 0;
        while i < fields.len() {
            self.str(fields[i].name);
            i += 1;
        }
        self.export_type(name);
    }

    /// Exports the type that was just declared under its name. The export has an index of its own.
    const fn export_type(&mut self, name: &str) {
        let index = self.scope.next_type - 1;
        self.bytes(&[0x04, 0x00]);
        self.str(name);
        self.bytes(&[0x03, 0x00]);
        self.u32(index);
        self.scope.decls += 1;
        self.scope.next_type += 1;
    }
}

/// The code of a primitive type, or 0.
pub(in crate::schema) const fn primitive(ty: &Type) -> u8 {
    match ty {
        Type::Bool => 0x7f,
        Type::S8 => 0x7e,
        Type::U8 => 0x7d,
        Type::S16 => 0x7c,
        Type::U16 => 0x7b,
        Type::S32 => 0x7a,
        Type::U32 => 0x79,
        Type::S64 => 0x78,
        Type::U64 => 0x77,
        Type::F32 => 0x76,
        Type::F64 => 0x75,
        Type::Char => 0x74,
        Type::String => 0x73,
        _ => 0,
    }
}
