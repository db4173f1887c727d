//! The doc comments, and since when items are there, in the custom section `package-docs`: a version, and then JSON.
//!
//! Const evaluation is slow, so text that needs no escapes is looked at eight bytes at a time, and copied at once. A section
//! without any of them is not there.
//!
//! Source: the module `metadata` of `wit-parser`
//! (<https://docs.rs/wit-parser/latest/src/wit_parser/metadata.rs.html>).

use super::super::{Field, Function, Interface, InterfaceId, Type};
use super::encoder::{Encoder, MAX_DOCUMENTED};
use super::same;

/// The version of the format.
const VERSION: u8 = 1;

impl Encoder<'_> {
    /// Notes a type that the current interface declares, if there is something to write about the type.
    pub(super) const fn note_docs(&mut self, ty: &Type) {
        if let Some(documented) = Documented::of(ty)
            && documented.has_any()
            && self.documented_len < MAX_DOCUMENTED
        {
            self.documented[self.documented_len] = (self.used_len, *ty);
            self.documented_len += 1;
        }
    }

    /// Writes the section: the doc comments of the interface, and of the interfaces of its package whose types it uses.
    pub(super) const fn docs(&mut self, interface: &Interface) {
        let mut room = 0;
        let mut place = 0;
        while place <= self.used_len {
            let current = match self.used[place] {
                Some(used) if place < self.used_len => used,
                _ => interface,
            };
            if same_package(current.id, interface.id) && self.has_docs(current, place) {
                if room == 0 {
                    self.byte(0x00);
                    room = self.room();
                    self.str("package-docs");
                    self.byte(VERSION);
                    self.bytes(b"{\"interfaces\":{");
                } else {
                    self.byte(b',');
                }
                self.interface_docs(current, place);
            }
            place += 1;
        }
        if room != 0 {
            self.bytes(b"}}");
            self.fill_len(room);
        }
    }

    const fn has_docs(&self, interface: &Interface, place: usize) -> bool {
        if !interface.docs.is_empty() {
            return true;
        }
        if let Some(resource) = interface.resource
            && !resource.docs.is_empty()
        {
            return true;
        }
        let mut i = 0;
        while i < interface.functions.len() {
            if has_any(&interface.functions[i]) {
                return true;
            }
            i += 1;
        }
        let mut i = 0;
        while i < self.documented_len {
            if self.documented[i].0 == place {
                return true;
            }
            i += 1;
        }
        false
    }

    const fn interface_docs(&mut self, interface: &Interface, place: usize) {
        if let Some(id) = InterfaceId::parse(interface.id) {
            self.name(id.interface);
        }
        self.byte(b'{');
        let mut separator = self.docs_member(interface.docs);

        let mut open = false;
        let mut i = 0;
        while i < interface.functions.len() {
            let function = &interface.functions[i];
            if has_any(function) {
                self.open(&mut open, &mut separator, b"\"funcs\":{");
                self.name(function.name);
                self.byte(b'{');
                let mut separator = self.docs_member(function.docs);
                self.since_member(function.since, &mut separator);
                self.byte(b'}');
            }
            i += 1;
        }
        self.close(open);

        let mut open = false;
        if let Some(resource) = interface.resource
            && !resource.docs.is_empty()
        {
            self.open(&mut open, &mut separator, b"\"types\":{");
            self.name(resource.name);
            self.byte(b'{');
            self.docs_member(resource.docs);
            self.byte(b'}');
        }
        let mut i = 0;
        while i < self.documented_len {
            let (of, ty) = self.documented[i];
            if of == place
                && let Some(documented) = Documented::of(&ty)
            {
                self.open(&mut open, &mut separator, b"\"types\":{");
                self.type_docs(&documented);
            }
            i += 1;
        }
        self.close(open);
        self.byte(b'}');
    }

    const fn type_docs(&mut self, ty: &Documented) {
        self.name(ty.name);
        self.byte(b'{');
        let mut separator = self.docs_member(ty.docs);
        self.since_member(ty.since, &mut separator);
        let mut open = false;
        let mut i = 0;
        while i < ty.items.len() {
            let item = &ty.items[i];
            if !item.docs.is_empty() {
                self.open(&mut open, &mut separator, b"\"items\":{");
                self.name(item.name);
                self.text(item.docs);
            }
            i += 1;
        }
        self.close(open);
        self.byte(b'}');
    }

    /// Writes `"docs":".."` if there are any. Returns whether a separator has to follow before the next member.
    const fn docs_member(&mut self, docs: &str) -> bool {
        if docs.is_empty() {
            return false;
        }
        self.bytes(b"\"docs\":");
        self.text(docs);
        true
    }

    /// Writes since when an item is there, as `wit-parser` writes the stability of an item.
    const fn since_member(&mut self, since: &str, separator: &mut bool) {
        if since.is_empty() {
            return;
        }
        if *separator {
            self.byte(b',');
        }
        self.bytes(b"\"stability\":{\"stable\":{\"since\":");
        self.text(since);
        self.bytes(b"}}");
        *separator = true;
    }

    /// Opens a member that is an object, or separates the next member in it from the one before.
    const fn open(&mut self, open: &mut bool, separator: &mut bool, start: &[u8]) {
        if *open {
            self.byte(b',');
            return;
        }
        if *separator {
            self.byte(b',');
        }
        self.bytes(start);
        (*open, *separator) = (true, true);
    }

    const fn close(&mut self, open: bool) {
        if open {
            self.byte(b'}');
        }
    }

    /// Writes the name of a member. A WIT name needs no escapes.
    const fn name(&mut self, name: &str) {
        self.byte(b'"');
        self.bytes(name.as_bytes());
        self.bytes(b"\":");
    }

    /// Writes a string.
    const fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.byte(b'"');
        // Where the text begins that is not written yet, and where it was not looked at yet.
        let (mut start, mut at) = (0, 0);
        while at < bytes.len() {
            if let Some(chunk) = bytes.split_at(at).1.first_chunk()
                && is_plain(u64::from_le_bytes(*chunk))
            {
                at += 8;
                continue;
            }
            let byte = bytes[at];
            if byte < 0x20 || byte == b'"' || byte == b'\\' {
                self.bytes(bytes.split_at(at).0.split_at(start).1);
                self.escape(byte);
                start = at + 1;
            }
            at += 1;
        }
        self.bytes(bytes.split_at(start).1);
        self.byte(b'"');
    }

    const fn escape(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        match byte {
            b'\n' => self.bytes(b"\\n"),
            b'"' | b'\\' => self.bytes(&[b'\\', byte]),
            _ => {
                self.bytes(b"\\u00");
                self.bytes(&[DIGITS[byte as usize >> 4], DIGITS[byte as usize & 15]]);
            }
        }
    }
}

/// A named type, as far as the section says something about it.
struct Documented {
    name: &'static str,
    docs: &'static str,
    since: &'static str,
    items: &'static [Field],
}

impl Documented {
    /// `None` for a type without a name. The interface of a resource has the resource's doc comment.
    const fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Record(record) => {
                Self { name: record.name, docs: record.docs, since: record.since, items: record.fields }
            }
            Type::Variant(variant) => {
                Self { name: variant.name, docs: variant.docs, since: variant.since, items: variant.cases }
            }
            Type::Enum(cases) => Self { name: cases.name, docs: cases.docs, since: cases.since, items: cases.cases },
            Type::Flags(flags) => Self { name: flags.name, docs: flags.docs, since: flags.since, items: flags.flags },
            _ => return None,
        })
    }

    const fn has_any(&self) -> bool {
        if !self.docs.is_empty() || !self.since.is_empty() {
            return true;
        }
        let mut i = 0;
        while i < self.items.len() {
            if !self.items[i].docs.is_empty() {
                return true;
            }
            i += 1;
        }
        false
    }
}

/// Whether the section says something about a function.
const fn has_any(function: &Function) -> bool {
    !function.docs.is_empty() || !function.since.is_empty()
}

/// Whether eight bytes stand in a string of JSON as they are. A `false` may be wrong if one of the eight bytes needs an
/// escape.
const fn is_plain(bytes: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (quote, backslash) = (bytes ^ (ONES * b'"' as u64), bytes ^ (ONES * b'\\' as u64));
    // The highest bit of a byte is set if the byte is below 0x20, or if it became zero.
    let control = bytes.wrapping_sub(ONES * 0x20) & !bytes;
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    (control | quote | backslash) & (ONES * 0x80) == 0
}

const fn same_package(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (InterfaceId::parse(one), InterfaceId::parse(other)) else { return false };
    let versions = match (one.version, other.version) {
        (Some(one), Some(other)) => same(one, other),
        (None, None) => true,
        _ => false,
    };
    versions && same(one.namespace, other.namespace) && same(one.package, other.package)
}
