//! The instance type of one interface: its resource, its functions, and the names of all that it has.

use super::super::hash::Hash;
use super::super::{Function, Interface};
use super::encoder::{Encoder, MAX_NAMES, Ref};
use super::{fail, same};

impl Encoder<'_> {
    /// Writes the declarations of an interface.
    #[track_caller]
    pub(super) const fn interface(&mut self, interface: &Interface) {
        if let Some(resource) = interface.resource {
            self.claim(interface, resource.name, false);
            // An export of a type about which nothing else is known: a resource.
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

    /// Takes a name. Functions and types of an interface share one space of names, so no other may have it.
    ///
    /// Only measuring checks this: a section is measured before it is written.
    #[track_caller]
    pub(super) const fn claim(&mut self, interface: &Interface, name: &'static str, function: bool) {
        if self.out.is_some() {
            return;
        }
        let hash = Hash::new().str(name).0;
        let mut slot = hash as usize % (MAX_NAMES * 2);
        while self.scope.names[slot].0 != 0 {
            let (known, other, other_function) = self.scope.names[slot];
            if known == hash && same(other, name) {
                let (what, way_out) = match (function, other_function) {
                    (true, true) => {
                        ("` has two functions named `", "`\nhelp: add `#[wit(rename = \"name\")]` to one of them")
                    }
                    (false, false) => (
                        "` uses two different types named `",
                        "`\nhelp: write `#[tairitsu::wit(rename = \"name\")]` on one of them",
                    ),
                    _ => (
                        "` has a function and a type, which share one space of names, both named `",
                        "`\nhelp: add `#[wit(rename = \"name\")]` to the function, or write `#[tairitsu::wit(rename = \"name\")]` on the type",
                    ),
                };
                fail(&["interface `", interface.id, what, name, way_out]);
            }
            slot = (slot + 1) % (MAX_NAMES * 2);
        }
        if self.scope.names_len == MAX_NAMES {
            fail(&["interface `", interface.id, "` has more than 1024 functions and types with names: split it"]);
        }
        self.scope.names[slot] = (hash, name, function);
        self.scope.names_len += 1;
    }
}
