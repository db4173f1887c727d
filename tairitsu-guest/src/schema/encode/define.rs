//! The types of one interface. Each is declared once, before its first use.

use super::super::growth::is_newer;
use super::super::{Field, Interface, InterfaceId, Resource, Type};
use super::encoder::{Encoder, MAX_DEPTH, MAX_TYPES, Ref};
use super::{fail, same};

/// In the place of the next part of a type that has no parts to declare.
const ALIAS: usize = usize::MAX;

impl Encoder<'_> {
    /// Declares a type at a place where WIT requires a value, so that `()` is an error.
    #[track_caller]
    pub(super) const fn value(&mut self, interface: &Interface, ty: &Type, at: &str) -> Ref {
        refuse_unit(interface, ty, at);
        self.define(interface, ty)
    }

    /// Declares `ty` and the types that it is made of, once each, and returns the reference to it.
    ///
    /// Const evaluation has few frames, so this is a loop: a type is open until all types that it is made of are declared.
    #[track_caller]
    pub(super) const fn define(&mut self, interface: &Interface, ty: &Type) -> Ref {
        if let Some(found) = self.declared(ty) {
            return found;
        }
        let mut len = 0;
        let mut next = *ty;
        loop {
            // A handle's name is that of its resource.
            if let Some(name) = next.name()
                && !matches!(next, Type::Own(_) | Type::Borrow(_))
            {
                self.claim(interface, name, false);
            }
            if len == MAX_DEPTH {
                fail(&[
                    "interface `",
                    interface.id,
                    "` has a type of more than 512 types inside each other: keep the parts in a list",
                ]);
            }
            // A type of another interface is an alias, and has no parts here.
            let home = next.home();
            let is_alias = !home.is_empty() && !same(home, interface.id);
            self.open[len] = (next, if is_alias { ALIAS } else { 0 });
            len += 1;
            // Closes every type that has no part left to declare.
            next = loop {
                let (ty, part) = self.open[len - 1];
                let undeclared = if part == ALIAS { None } else { self.undeclared_part(interface, &ty, part) };
                match undeclared {
                    Some((part, ty)) => {
                        self.open[len - 1].1 = part + 1;
                        break ty;
                    }
                    None => {
                        let declared = self.declare(interface, &ty, part == ALIAS);
                        len -= 1;
                        if len == 0 {
                            return declared;
                        }
                    }
                }
            };
        }
    }

    /// The reference to a type that needs no declaration, or has one.
    const fn declared(&self, ty: &Type) -> Option<Ref> {
        if let Type::Unit = ty {
            return Some(Ref::None);
        }
        match primitive(ty) {
            0 => match self.known(ty.hash()) {
                Some(index) => Some(Ref::Index(index)),
                None => None,
            },
            code => Some(Ref::Primitive(code)),
        }
    }

    /// The first of the parts from `part` on that has to be declared, and its place.
    #[track_caller]
    const fn undeclared_part(&self, interface: &Interface, ty: &Type, mut part: usize) -> Option<(usize, Type)> {
        // One loop for each kind of type: a `match` in a loop is slow in const evaluation.
        match ty {
            Type::Record(record) => {
                while part < record.fields.len() {
                    let field = &record.fields[part];
                    refuse_unit(interface, &field.ty, field.name);
                    if self.is_undeclared(&field.ty) {
                        return Some((part, field.ty));
                    }
                    part += 1;
                }
            }
            Type::Variant(variant) => {
                while part < variant.cases.len() {
                    if self.is_undeclared(&variant.cases[part].ty) {
                        return Some((part, variant.cases[part].ty));
                    }
                    part += 1;
                }
            }
            Type::Tuple(types) => {
                while part < types.len() {
                    refuse_unit(interface, &types[part], "tuple");
                    if self.is_undeclared(&types[part]) {
                        return Some((part, types[part]));
                    }
                    part += 1;
                }
            }
            Type::Result(sides) => {
                while part < 2 {
                    if self.is_undeclared(&sides[part]) {
                        return Some((part, sides[part]));
                    }
                    part += 1;
                }
            }
            Type::List(item) if part == 0 => {
                refuse_unit(interface, item, "list");
                if self.is_undeclared(item) {
                    return Some((part, **item));
                }
            }
            Type::Option(some) if part == 0 => {
                refuse_unit(interface, some, "option");
                if self.is_undeclared(some) {
                    return Some((part, **some));
                }
            }
            _ => {}
        }
        None
    }

    const fn is_undeclared(&self, ty: &Type) -> bool {
        match ty {
            Type::Unit => false,
            ty => primitive(ty) == 0 && self.known(ty.hash()).is_none(),
        }
    }

    /// Declares a type whose parts are declared.
    #[track_caller]
    const fn declare(&mut self, interface: &Interface, ty: &Type, is_alias: bool) -> Ref {
        let hash = ty.hash();
        if let Type::Own(resource) | Type::Borrow(resource) = ty {
            let index = self.resource(interface, resource);
            self.start(if let Type::Own(_) = ty { 0x69 } else { 0x68 });
            self.u32(index);
            return self.keep(interface, hash);
        }
        if !is_alias {
            check_since(interface, ty);
            self.note_docs(ty);
        }
        match ty {
            _ if is_alias => {
                let name = ty.name();
                self.alias(interface, if let Some(name) = name { name } else { "" }, ty.home(), hash);
            }
            Type::List(item) => {
                let item = self.part(item);
                self.start(0x70);
                self.reference(item);
            }
            Type::Option(some) => {
                let some = self.part(some);
                self.start(0x6b);
                self.reference(some);
            }
            Type::Result([ok, err]) => {
                let (ok, err) = (self.part(ok), self.part(err));
                self.start(0x6a);
                self.optional(ok);
                self.optional(err);
            }
            Type::Tuple(types) => {
                self.start(0x6f);
                self.u32(types.len() as u32);
                let mut i = 0;
                while i < types.len() {
                    let item = self.part(&types[i]);
                    self.reference(item);
                    i += 1;
                }
            }
            Type::Record(record) => {
                self.start(0x72);
                self.u32(record.fields.len() as u32);
                let mut i = 0;
                while i < record.fields.len() {
                    self.str(record.fields[i].name);
                    let ty = self.part(&record.fields[i].ty);
                    self.reference(ty);
                    i += 1;
                }
                self.export_type(record.name);
            }
            Type::Variant(variant) => {
                self.start(0x71);
                self.u32(variant.cases.len() as u32);
                let mut i = 0;
                while i < variant.cases.len() {
                    self.str(variant.cases[i].name);
                    let ty = self.part(&variant.cases[i].ty);
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

    /// The reference to a part, which is declared.
    const fn part(&self, ty: &Type) -> Ref {
        match self.declared(ty) {
            Some(found) => found,
            None => unreachable!(),
        }
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

/// Reports `()` where WIT requires a value.
#[track_caller]
const fn refuse_unit(interface: &Interface, ty: &Type, at: &str) {
    if let Type::Unit = ty {
        fail(&[
            "`()` at `",
            at,
            "` of interface `",
            interface.id,
            "` is no value: WIT has it only as a function's result and inside `Result`",
        ]);
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

/// Reports a type that is younger than the interface. WIT's tools take no such type.
#[track_caller]
const fn check_since(interface: &Interface, ty: &Type) {
    let (since, name) = (ty.since(), ty.name());
    if since.is_empty() {
        return;
    }
    let name = if let Some(name) = name { name } else { "" };
    let version = match InterfaceId::parse(interface.id) {
        Some(id) => id.version,
        None => None,
    };
    match version {
        Some(version) if !is_newer(since, version) => {}
        Some(version) => fail(&[
            "type `",
            name,
            "` is there since ",
            since,
            ", and interface `",
            interface.id,
            "` has the version ",
            version,
            "\nhelp: raise the version of the package",
        ]),
        None => fail(&[
            "type `",
            name,
            "` is there since ",
            since,
            ", and interface `",
            interface.id,
            "` has no version\nhelp: give its package a version, as in `package = \"acme:hello@1.0.0\"`",
        ]),
    }
}
