//! A compiled image as sealed bytes. The cache stores these.
//!
//! ```text
//! magic 16 | digest of the wasm 32 | engine hash 32 | length 8 | component | code | keyed BLAKE3 of all before it 32
//! ```
//!
//! The numbers are bytes. `length` is the length of `component`, which is the component that was made from a core
//! module. `length` is 0 if the wasm was a component already.

use crate::runtime::base::reference::Digest;
use sha2::Sha256;
use std::fmt;
use std::hash::Hasher;
use wasmtime::Engine;

/// The format's name and version. It also separates these seals from other uses of the key.
const MAGIC: &[u8; 16] = b"tairitsu-aot-002";
const HEADER: usize = MAGIC.len() + 32 + 32 + 8;
const MAC: usize = 32;

/// The key that seals artefacts.
#[derive(Clone)]
pub(crate) struct Key([u8; 32]);

/// A hash of everything that compiled code depends on, besides the wasm: the engine and its settings, the processor's
/// features, and the crate that makes a component from a core module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct EngineHash([u8; 32]);

/// Which artefact is meant: of which wasm, for which engine.
#[derive(Clone, Copy)]
pub(crate) struct Id<'a> {
    pub(crate) digest: &'a Digest,
    pub(crate) engine: &'a EngineHash,
}

/// The bytes of an artefact. They carry the key's seal, and they are the artefact that was asked for.
pub(crate) struct Opened<'b> {
    bytes: &'b [u8],
    /// Where the component ends and the code begins.
    code: usize,
}

/// Why bytes are not the artefact that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Seal,
    Foreign,
}

impl Key {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(*key)
    }

    pub(crate) fn seal(&self, id: Id<'_>, component: &[u8], code: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + component.len() + code.len() + MAC);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(id.digest.bytes());
        bytes.extend_from_slice(&id.engine.0);
        bytes.extend_from_slice(&(component.len() as u64).to_le_bytes());
        bytes.extend_from_slice(component);
        bytes.extend_from_slice(code);
        let mac = self.mac(&bytes);
        bytes.extend_from_slice(mac.as_bytes());
        bytes
    }

    fn mac(&self, bytes: &[u8]) -> blake3::Hash {
        blake3::keyed_hash(&self.0, bytes)
    }

    /// Opens an artefact. Checks the seal before it reads anything else in the bytes.
    pub(crate) fn open<'b>(&self, id: Id<'_>, bytes: &'b [u8]) -> Result<Opened<'b>, Flaw> {
        let (body, mac) = bytes.split_last_chunk::<MAC>().ok_or(Flaw::Seal)?;
        // This comparison takes the same time, wherever the two seals differ.
        if self.mac(body) != *mac {
            return Err(Flaw::Seal);
        }
        let code = code_of(id, body).ok_or(Flaw::Foreign)?;
        Ok(Opened { bytes: body, code })
    }
}

/// Where the code begins, if the body belongs to `id`.
fn code_of(id: Id<'_>, body: &[u8]) -> Option<usize> {
    let rest = body.strip_prefix(MAGIC)?;
    let rest = rest.strip_prefix(id.digest.bytes())?;
    let rest = rest.strip_prefix(&id.engine.0)?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    (length <= rest.len()).then(|| HEADER + length)
}

impl<'b> Opened<'b> {
    /// The component that was made from a core module. `None` if the wasm was a component already.
    pub(crate) fn component(&self) -> Option<&'b [u8]> {
        Some(&self.bytes[HEADER..self.code]).filter(|component| !component.is_empty())
    }

    /// The bytes that `Component::serialize` returned.
    pub(crate) fn code(&self) -> &'b [u8] {
        &self.bytes[self.code..]
    }
}

impl EngineHash {
    pub(crate) fn of(engine: &Engine) -> Self {
        use sha2::Digest;
        let mut hasher = Sha(Sha256::new());
        // Making a component from a core module depends on these two.
        hasher.0.update(concat!(env!("CARGO_PKG_VERSION"), "\0"));
        hasher.0.update([u8::from(cfg!(feature = "wasi"))]);
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut hasher);
        Self(hasher.0.finalize().into())
    }

    /// The first 64 bits of the hash, which tell files apart. To tell artefacts apart, each artefact contains the whole
    /// hash.
    pub(crate) fn short(&self) -> impl fmt::Display {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }
}

/// A hasher that keeps all 256 bits of what `Hash` writes.
struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.0, bytes);
    }

    fn finish(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(sha2::Digest::finalize(self.0.clone()));
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flaw::Seal => "it is cut off, changed, or sealed with another key",
            Flaw::Foreign => "it is the artefact of another image or another engine",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: EngineHash = EngineHash([8; 32]);

    fn sealed() -> (Key, Digest, EngineHash, Vec<u8>) {
        let (key, digest, engine) = (Key::new(&[1; 32]), Digest::of(b"wasm"), EngineHash([7; 32]));
        let id = Id { digest: &digest, engine: &engine };
        let bytes = key.seal(id, &[0x55; 300], &[0xaa; 700]);
        (key, digest, engine, bytes)
    }

    #[test]
    fn what_was_sealed_is_opened() {
        let (key, digest, engine, bytes) = sealed();
        let id = Id { digest: &digest, engine: &engine };
        let opened = key.open(id, &bytes).ok().unwrap();
        assert_eq!(opened.component(), Some(&[0x55; 300][..]));
        assert_eq!(opened.code(), [0xaa; 700]);
        let plain = key.seal(id, &[], b"code");
        let opened = key.open(id, &plain).ok().unwrap();
        assert_eq!((opened.component(), opened.code()), (None, &b"code"[..]));
    }

    /// Changes every bit and every byte, cuts the bytes at every length, and adds a byte.
    #[test]
    fn what_was_changed_is_not_opened() {
        let (key, digest, engine, bytes) = sealed();
        let id = Id { digest: &digest, engine: &engine };
        for i in 0..bytes.len() {
            for mask in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                let mut bytes = bytes.clone();
                bytes[i] ^= mask;
                assert_eq!(key.open(id, &bytes).err(), Some(Flaw::Seal), "byte {i}, mask {mask}");
            }
        }
        for length in 0..bytes.len() {
            assert_eq!(key.open(id, &bytes[..length]).err(), Some(Flaw::Seal), "length {length}");
        }
        assert_eq!(key.open(id, &[&bytes[..], &[0]].concat()).err(), Some(Flaw::Seal));
    }

    #[test]
    fn what_is_for_another_is_not_opened() {
        let (key, digest, engine, bytes) = sealed();
        let (engine, other) = (&engine, &Digest::of(b"other"));
        let of = |digest, engine| Id { digest, engine };
        assert_eq!(key.open(of(other, engine), &bytes).err(), Some(Flaw::Foreign));
        assert_eq!(key.open(of(&digest, &OTHER), &bytes).err(), Some(Flaw::Foreign));
        let id = of(&digest, engine);
        assert_eq!(Key::new(&[2; 32]).open(id, &bytes).err(), Some(Flaw::Seal));
        // These bytes carry the key's own seal: another version of the format, and a length beyond the end.
        for (at, value) in [(15, b'9'), (HEADER - 1, 0xff)] {
            let mut bytes = bytes[..bytes.len() - MAC].to_vec();
            bytes[at] = value;
            let mac = key.mac(&bytes);
            bytes.extend_from_slice(mac.as_bytes());
            assert_eq!(key.open(id, &bytes).err(), Some(Flaw::Foreign), "byte {at}");
        }
    }
}
