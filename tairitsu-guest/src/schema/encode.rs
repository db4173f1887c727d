//! The `component-type` custom section of an interface, written by const evaluation.
//!
//! The section is itself a component in the binary format: a custom section that names the encoding, a
//! component type that holds a world with the one interface imported or exported, and an export of the
//! world's name. `wit-component`, `wasm-tools component new` and the wasip2 linker read
//! it, and merge the sections of one core module.
//!
//! Sources: the component model's binary format
//! (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md>) and the module
//! documentation of `wit_component::metadata`.

use super::{Field, Function, Hash, Interface, InterfaceId, Resource, Type};

/// Which way the interface crosses: out of the guest, or into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The guest imports the interface, and the host provides it.
    Import,
    /// The guest exports the interface, and the host calls it.
    Export,
}

/// The length in bytes of the encoding of `interface`. This also checks it: names that collide, a type of an interface
/// that is not used, and `()` where WIT has no such type, are compile-time errors here, since only the compiler knows
/// every type.
#[track_caller]
pub const fn measure(interface: &Interface, role: Role) -> usize {
    let mut encoder = Encoder::new(None);
    encoder.section(interface, role);
    encoder.at
}

/// Encodes `interface` as the data of a `component-type` section. `N` is what [`measure`] says.
#[track_caller]
pub const fn encode<const N: usize>(interface: &Interface, role: Role) -> [u8; N] {
    let mut bytes = [0; N];
    write(interface, role, &mut bytes);
    bytes
}

#[track_caller]
const fn write(interface: &Interface, role: Role, bytes: &mut [u8]) {
    let len = bytes.len();
    let mut encoder = Encoder::new(Some(bytes));
    encoder.section(interface, role);
    assert!(encoder.at == len, "the section's length differs from what was measured");
}

impl Interface {
    /// The data of the interface's `component-type` section, as [`encode`] writes it in a guest.
    ///
    /// # Panics
    ///
    /// Where [`measure`] does: on names that collide, on a type of an interface that is not used, and on `()` where WIT
    /// has no such type. An interface that an attribute declared was measured when it was compiled.
    pub fn section(&self, role: Role) -> Vec<u8> {
        let mut bytes = vec![0; measure(self, role)];
        write(self, role, &mut bytes);
        bytes
    }
}

impl Interface {
    /// The role of an interface that another one uses. A guest imports it, since it need not export it, except where a resource
    /// of the guest's own is in it: an import of that name would be another type.
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

/// Distinct compound types that one interface may use: half of the table.
const MAX_TYPES: usize = 1024;

/// Types with names and functions that one interface may have: half of the table.
const MAX_NAMES: usize = 1024;

/// Interfaces whose types one interface may use, and types that they may have together.
const MAX_USED: usize = 64;
const MAX_USED_TYPES: usize = 512;

struct Encoder<'o> {
    /// Where the bytes go, or nothing while measuring.
    out: Option<&'o mut [u8]>,
    at: usize,
    /// The types of the world: an instance type for each interface, and one for each type of a used interface.
    world_types: u32,
    /// Which way the interface at hand crosses.
    role: Role,
    /// The interfaces that are there for their types, by id.
    used: [&'static str; MAX_USED],
    used_len: usize,
    /// Their types: hash and index among the world's types.
    used_types: [(u64, u32); MAX_USED_TYPES],
    used_types_len: usize,
    /// What is declared so far of the interface at hand.
    scope: Scope,
}

/// One instance type.
struct Scope {
    decls: u32,
    /// The next type index.
    next_type: u32,
    /// An open-addressed table from a type's hash to its index.
    types: [(u64, u32); MAX_TYPES * 2],
    /// An open-addressed table of the names so far: hash, name, and whether it is a function's.
    names: [(u64, &'static str, bool); MAX_NAMES * 2],
    names_len: usize,
}

impl Scope {
    const EMPTY: Self = Self {
        decls: 0,
        next_type: 0,
        types: [(0, 0); MAX_TYPES * 2],
        names: [(0, "", false); MAX_NAMES * 2],
        names_len: 0,
    };
}

/// The code of a primitive type, or 0.
pub(super) const fn primitive(ty: &Type) -> u8 {
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

/// A type as it is referred to: nothing, a primitive's code, or an index.
#[derive(Clone, Copy)]
enum Ref {
    None,
    Primitive(u8),
    Index(u32),
}

// What can fail is `#[track_caller]`, so that rustc shows the user's interface and no line of this file.
impl<'o> Encoder<'o> {
    const fn new(out: Option<&'o mut [u8]>) -> Self {
        Self {
            out,
            at: 0,
            world_types: 0,
            role: Role::Import,
            used: [""; MAX_USED],
            used_len: 0,
            used_types: [(0, 0); MAX_USED_TYPES],
            used_types_len: 0,
            scope: Scope::EMPTY,
        }
    }

    const fn byte(&mut self, byte: u8) {
        if let Some(out) = &mut self.out {
            out[self.at] = byte;
        }
        self.at += 1;
    }

    const fn bytes(&mut self, bytes: &[u8]) {
        if let Some(out) = &mut self.out {
            out.split_at_mut(self.at).1.split_at_mut(bytes.len()).0.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }

    const fn u32(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    const fn str(&mut self, s: &str) {
        self.u32(s.len() as u32);
        self.bytes(s.as_bytes());
    }

    /// Leaves room for a number that is known later. It is five bytes long whatever it is, which the format allows.
    const fn room(&mut self) -> usize {
        let at = self.at;
        self.bytes(&[0; 5]);
        at
    }

    const fn fill(&mut self, room: usize, value: u32) {
        if let Some(out) = &mut self.out {
            let mut i = 0;
            while i < 5 {
                let more = if i < 4 { 0x80 } else { 0 };
                out[room + i] = (value >> (7 * i)) as u8 & 0x7f | more;
                i += 1;
            }
        }
    }

    #[track_caller]
    const fn section(&mut self, interface: &Interface, role: Role) {
        self.role = role;
        self.bytes(b"\0asm\x0d\0\x01\0");
        // A custom section of 25 bytes: format 4, strings in UTF-8.
        self.bytes(b"\0\x19\x16wit-component-encoding\x04\0");
        self.byte(0x07);
        let content = self.room();
        self.world(interface, role);
        self.fill(content, (self.at - content - 5) as u32);
        self.world_export(interface, role);
    }

    /// The content of the type section: one component type, which declares the world's type and exports it.
    #[track_caller]
    const fn world(&mut self, interface: &Interface, role: Role) {
        // One type, a component type of two declarations, the first of them a component type: the world.
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
        // A type and an import or export for each interface, and an alias for each type of one that is used.
        self.fill(decls, 2 + 2 * self.used_len as u32 + self.used_types_len as u32);
        self.bytes(&[0x04, 0x00]);
        self.world_id(interface, role);
        self.bytes(&[0x04, 0x00]);
    }

    /// Imports the interfaces of which `interface` uses types, each once and after those that it uses itself.
    #[track_caller]
    const fn use_all(&mut self, interface: &Interface) {
        let mut i = 0;
        while i < interface.uses.len() {
            self.use_types(interface.uses[i]);
            i += 1;
        }
    }

    #[track_caller]
    const fn use_types(&mut self, interface: &'static Interface) {
        let mut i = 0;
        while i < self.used_len {
            if same(self.used[i], interface.id) {
                return;
            }
            i += 1;
        }
        self.use_all(interface);
        if self.used_len == MAX_USED {
            fail(&["interface `", interface.id, "` is one too many to use types of: 64 is the most"]);
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
        self.used[self.used_len] = interface.id;
        self.used_len += 1;
    }

    /// Makes a type that the used interface at hand exports one of the world's types.
    #[track_caller]
    const fn use_type(&mut self, interface: &Interface, name: &str, hash: u64) {
        if self.used_types_len == MAX_USED_TYPES {
            fail(&["interface `", interface.id, "` has one type too many to be used: 512 is the most"]);
        }
        // An alias of the instance's export.
        self.bytes(&[0x02, 0x03, 0x00]);
        self.u32(self.used_len as u32);
        self.str(name);
        self.used_types[self.used_types_len] = (hash, self.world_types);
        self.used_types_len += 1;
        self.world_types += 1;
    }

    /// The instance type of an interface, as one of the world's types.
    #[track_caller]
    const fn instance(&mut self, interface: &Interface) {
        self.scope = Scope::EMPTY;
        self.bytes(&[0x01, 0x42]);
        let decls = self.room();
        self.interface(interface);
        self.fill(decls, self.scope.decls);
        self.world_types += 1;
    }

    /// The export section: the world's type, under the world's name.
    #[track_caller]
    const fn world_export(&mut self, interface: &Interface, role: Role) {
        let InterfaceId { interface: name, .. } = parse_id(interface);
        let prefix = world_prefix(role);
        self.byte(0x0b);
        let len = (prefix.len() + name.len()) as u32;
        let len_size = if len < 0x80 { 1 } else { 2 };
        self.u32(len + len_size + 5);
        self.bytes(&[0x01, 0x00]);
        self.u32(len);
        self.bytes(prefix.as_bytes());
        self.bytes(name.as_bytes());
        self.bytes(&[0x03, 0x00, 0x00]);
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

    #[track_caller]
    const fn interface(&mut self, interface: &Interface) {
        if let Some(resource) = interface.resource {
            self.claim(interface, resource.name, false);
            // It is exported as a type of its own, of which nothing more is known.
            self.bytes(&[0x04, 0x00]);
            self.str(resource.name);
            self.bytes(&[0x03, 0x01]);
            self.scope.decls += 1;
            self.scope.next_type += 1;
            self.keep(interface, resource.hash());
        }
        let mut i = 0;
        while i < interface.types.len() {
            self.define(interface, &interface.types[i]);
            i += 1;
        }
        let mut i = 0;
        while i < interface.functions.len() {
            let function = &interface.functions[i];
            self.claim(interface, function.name, true);
            self.function(interface, function);
            i += 1;
        }
    }

    #[track_caller]
    const fn function(&mut self, interface: &Interface, function: &Function) {
        let mut refs = [Ref::None; 64];
        if function.params.len() > refs.len() {
            fail(&["function `", function.name, "` has more than 64 parameters: put them in a record"]);
        }
        let mut i = 0;
        while i < function.params.len() {
            refs[i] = self.value(interface, &function.params[i].ty, function.params[i].name);
            i += 1;
        }
        let result = self.define(interface, &function.result);

        self.scope.decls += 2;
        let index = self.scope.next_type;
        self.scope.next_type += 1;
        self.bytes(&[0x01, 0x40]);
        self.u32(function.params.len() as u32);
        let mut i = 0;
        while i < function.params.len() {
            self.str(function.params[i].name);
            self.reference(refs[i]);
            i += 1;
        }
        match result {
            Ref::None => self.bytes(&[0x01, 0x00]),
            result => {
                self.byte(0x00);
                self.reference(result);
            }
        }
        self.bytes(&[0x04, 0x00]);
        self.str(function.name);
        self.byte(0x01);
        self.u32(index);
    }

    /// Defines a type that stands where WIT wants a value: `()` will not do.
    #[track_caller]
    const fn value(&mut self, interface: &Interface, ty: &Type, at: &str) -> Ref {
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

    /// Declares `ty` and all that it is made of, once each, and returns how to refer to it.
    #[track_caller]
    const fn define(&mut self, interface: &Interface, ty: &Type) -> Ref {
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

    /// The index of a type that is declared.
    const fn known(&self, hash: u64) -> Option<u32> {
        let mut slot = hash as usize % (MAX_TYPES * 2);
        while self.scope.types[slot].0 != 0 {
            if self.scope.types[slot].0 == hash {
                return Some(self.scope.types[slot].1);
            }
            slot = (slot + 1) % (MAX_TYPES * 2);
        }
        None
    }

    /// Keeps the index of the type just declared.
    #[track_caller]
    const fn keep(&mut self, interface: &Interface, hash: u64) -> Ref {
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

    /// The index of a resource: its own interface has declared it, any other takes it from there.
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

    /// Declares a type of another interface, which is among the world's types.
    #[track_caller]
    const fn alias(&mut self, interface: &Interface, name: &str, home: &str, hash: u64) {
        let mut i = 0;
        while i < self.used_types_len {
            if self.used_types[i].0 == hash {
                // An alias of a type one level further out.
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

    /// Declares the types of all fields, so that the second look at each writes nothing.
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

    /// Declares a type that is made of names.
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

    /// Begins a type declaration.
    const fn start(&mut self, code: u8) {
        self.bytes(&[0x01, code]);
        self.scope.decls += 1;
        self.scope.next_type += 1;
    }

    /// Exports the type just declared under its name, which makes a new index for it.
    const fn export_type(&mut self, name: &str) {
        let index = self.scope.next_type - 1;
        self.bytes(&[0x04, 0x00]);
        self.str(name);
        self.bytes(&[0x03, 0x00]);
        self.u32(index);
        self.scope.decls += 1;
        self.scope.next_type += 1;
    }

    /// Takes a name, which no other function or type of the interface may have: they share one space of names. Whoever
    /// writes has measured before, which is when this is checked.
    #[track_caller]
    const fn claim(&mut self, interface: &Interface, name: &'static str, function: bool) {
        if self.out.is_some() {
            return;
        }
        let hash = Hash::new().str(name).0;
        let mut slot = hash as usize % (MAX_NAMES * 2);
        while self.scope.names[slot].0 != 0 {
            let (known, other, other_function) = self.scope.names[slot];
            if known == hash && same(other, name) {
                let what = match (function, other_function) {
                    (true, true) => "` has two functions named `",
                    (false, false) => "` uses two different types named `",
                    _ => "` has a function and a type, which share one space of names, both named `",
                };
                fail(&["interface `", interface.id, what, name, "`: rename one of them"]);
            }
            slot = (slot + 1) % (MAX_NAMES * 2);
        }
        if self.scope.names_len == MAX_NAMES {
            fail(&["interface `", interface.id, "` has more than 1024 functions and types with names: split it"]);
        }
        self.scope.names[slot] = (hash, name, function);
        self.scope.names_len += 1;
    }

    /// A value type: a primitive's code, or an index as a signed LEB128 number of 33 bits.
    const fn reference(&mut self, ty: Ref) {
        match ty {
            Ref::None => unreachable!(),
            Ref::Primitive(code) => self.byte(code),
            Ref::Index(mut index) => {
                while index >= 0x40 {
                    self.byte(index as u8 | 0x80);
                    index >>= 7;
                }
                self.byte(index as u8);
            }
        }
    }

    const fn optional(&mut self, ty: Ref) {
        match ty {
            Ref::None => self.byte(0x00),
            ty => {
                self.byte(0x01);
                self.reference(ty);
            }
        }
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

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Fails the compilation with the parts joined: `panic!` in a `const fn` takes one string.
#[track_caller]
const fn fail(parts: &[&str]) -> ! {
    let mut message = [0; 512];
    let mut len = 0;
    let mut i = 0;
    while i < parts.len() {
        let part = parts[i].as_bytes();
        let mut j = 0;
        while j < part.len() && len < message.len() {
            message[len] = part[j];
            len += 1;
            j += 1;
        }
        i += 1;
    }
    match std::str::from_utf8(message.split_at(len).0) {
        Ok(message) => panic!("{}", message),
        Err(_) => panic!("an interface is not valid WIT"),
    }
}
