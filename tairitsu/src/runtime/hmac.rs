//! HMAC-SHA256, by RFC 2104.
//!
//! A dozen lines over the hash that is there already. The crate for it would switch on a feature of that hash, with
//! which wasmtime's compiler, which uses it too, is another build.

use sha2::{Digest, Sha256};

/// SHA-256 takes its input in blocks of as many bytes, and the key is one.
const BLOCK: usize = 64;

/// The hashes that have taken in the key, for inside and outside.
#[derive(Clone)]
pub(super) struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; BLOCK];
        block[..key.len()].copy_from_slice(key);
        let with = |pad: u8| Sha256::new().chain_update(block.map(|byte| byte ^ pad));
        Self { inner: with(0x36), outer: with(0x5c) }
    }

    pub(super) fn of(&self, bytes: &[u8]) -> [u8; 32] {
        let inner = self.inner.clone().chain_update(bytes).finalize();
        self.outer.clone().chain_update(inner).finalize().into()
    }

    /// Whether that is the MAC of the bytes. It takes as long for each that is not, so that nobody learns it by trying.
    pub(super) fn is(&self, bytes: &[u8], mac: &[u8; 32]) -> bool {
        let differing = self.of(bytes).iter().zip(mac).fold(0, |found, (a, b)| std::hint::black_box(found | (a ^ b)));
        differing == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &[u8], bytes: &[u8], expected: &str) {
        let digit = |at: usize| u8::from_str_radix(&expected[2 * at..2 * at + 2], 16).unwrap();
        let expected = std::array::from_fn::<u8, 32, _>(digit);
        // HMAC fills a short key up with zeros.
        let mut filled = [0; 32];
        filled[..key.len()].copy_from_slice(key);
        let hmac = Hmac::new(&filled);
        assert_eq!(hmac.of(bytes), expected);
        assert!(hmac.is(bytes, &expected));
        for bit in 0..256 {
            let mut other = expected;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!hmac.is(bytes, &other), "bit {bit}");
        }
    }

    /// RFC 4231, test cases 1 to 4.
    #[test]
    fn the_standard_s_values() {
        check(&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
        check(
            &std::array::from_fn::<u8, 25, _>(|i| i as u8 + 1),
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        );
    }
}
