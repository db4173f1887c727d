//! The `component-type` custom section of an interface, written by const evaluation.
//!
//! The section is itself a component in the binary format. It has a custom section that names the encoding, a
//! component type, and an export of the world's name. The component type holds a world that imports or exports the one
//! interface. `wit-component`, `wasm-tools component new` and the wasip2 linker read the section, and merge the
//! sections of one core module.
//!
//! - `encoder`: the state, and how numbers and strings are written.
//! - `world`: the section, its world, and the interfaces that the world has for their types.
//! - `instance`: the functions and names of one interface.
//! - `define`: the types of one interface.
//! - `docs`: the doc comments.
//!
//! Functions that can fail are `#[track_caller]`, so that rustc shows the user's interface and no line of these files.
//!
//! Sources: the component model's binary format
//! (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md>) and the module
//! documentation of `wit_component::metadata`.

mod define;
mod docs;
mod encoder;
mod instance;
mod world;

pub(super) use define::primitive;

use super::{Interface, Role};
use encoder::Encoder;

/// The length in bytes of the encoding of `interface`.
///
/// This also checks the interface, since only the compiler knows every type. It is a compile-time error here if names
/// collide, if a type belongs to an interface that is not used, or if `()` stands where WIT has no such type.
#[track_caller]
pub const fn measure(interface: &Interface, role: Role) -> usize {
    let mut encoder = Encoder::new(None);
    encoder.section(interface, role);
    encoder.at
}

/// Checks the interface as [`measure`] does, and leaves out the doc comments, which cannot be wrong.
#[track_caller]
pub const fn check(interface: &Interface, role: Role) {
    Encoder::new(None).contract(interface, role);
}

/// Encodes `interface` as the data of a `component-type` section. `N` is the length that [`measure`] returns.
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
    assert!(encoder.at == len, "the section's length differs from the measured length");
}

impl Interface {
    /// The data of the interface's `component-type` section, as [`encode`] writes it in a guest, with the doc comments.
    ///
    /// # Panics
    ///
    /// If names collide, if a type belongs to an interface that is not used, if `()` stands where WIT has no such type, or
    /// if the interface's id is malformed. An interface that an attribute declares cannot panic here: it was measured when
    /// it was compiled.
    pub fn section(&self, role: Role) -> Vec<u8> {
        let mut bytes = vec![0; measure(self, role)];
        write(self, role, &mut bytes);
        bytes
    }
}

pub(super) const fn same(a: &str, b: &str) -> bool {
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
pub(super) const fn fail(parts: &[&str]) -> ! {
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
