//! Strings in the encodings of the canonical ABI that Rust has not.
//!
//! wasmtime has functions for them too. Those decode a string at one go, and let it grow as it comes: to three times the
//! bytes that are counted. Here the host knows what it allocates before it does, and may stop in between.

use super::memory::LiftMemory;
use tairitsu_guest::abi::{self, AbiError, BATCH, Memory};
use wasmtime::Result;
use wasmtime::component::__internal::wasmtime_environ::component::StringEncoding;

/// Tells in the length of a compact string that its units are those of UTF-16, and not of Latin-1.
const UTF16_TAG: usize = 1 << 31;

impl<'a> LiftMemory<'_, 'a> {
    /// Takes a string of `len` units of any encoding.
    pub(super) fn take_encoded(&mut self, address: usize, len: usize) -> Result<String> {
        match self.encoding() {
            StringEncoding::Utf8 => self.take_utf8(address, len),
            StringEncoding::Utf16 => self.take_utf16(address, len),
            StringEncoding::CompactUtf16 if len & UTF16_TAG != 0 => self.take_utf16(address, len ^ UTF16_TAG),
            StringEncoding::CompactUtf16 => self.take_latin1(address, len),
        }
    }

    fn take_latin1(&mut self, address: usize, len: usize) -> Result<String> {
        let bytes = self.aligned(address, len)?;
        let mut size = 0;
        for batch in bytes.chunks(BATCH) {
            self.pace(batch.len())?;
            size += batch.iter().map(|byte| if byte.is_ascii() { 1 } else { 2 }).sum::<usize>();
        }
        let mut string = self.string(size, bytes.len())?;
        for batch in bytes.chunks(BATCH) {
            self.pace(batch.len())?;
            string.extend(batch.iter().map(|byte| char::from(*byte)));
        }
        Ok(string)
    }

    fn take_utf16(&mut self, address: usize, len: usize) -> Result<String> {
        let bytes = self.aligned(address, len.saturating_mul(2))?;
        let (units, _) = bytes.as_chunks::<2>();
        let mut size = 0;
        for batch in units.chunks(BATCH) {
            self.pace(batch.len())?;
            size += batch.iter().map(|unit| utf8_len(u16::from_le_bytes(*unit))).sum::<usize>();
        }
        let mut string = self.string(size, bytes.len())?;
        let mut chars = char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)));
        loop {
            self.pace(BATCH)?;
            for _ in 0..BATCH {
                match chars.next() {
                    Some(Ok(char)) => string.push(char),
                    Some(Err(unpaired)) => {
                        return Err(self.fail(AbiError::Utf16 { found: unpaired.unpaired_surrogate() }));
                    }
                    None => return Ok(string),
                }
            }
        }
    }

    /// The bytes at an address. The canonical ABI aligns both encodings like UTF-16.
    fn aligned(&self, address: usize, len: usize) -> Result<&'a [u8]> {
        if !address.is_multiple_of(2) {
            return Err(self.fail(AbiError::Unaligned { address, align: 2 }));
        }
        Ok(abi::range(self.bytes(), address, len)?)
    }

    /// An empty string with room for `size` bytes. It costs no less than the bytes that it is made of.
    fn string(&mut self, size: usize, bytes: usize) -> Result<String> {
        self.consume(size.max(bytes))?;
        Ok(String::with_capacity(size))
    }
}

/// How many bytes of UTF-8 a unit of UTF-16 takes. A pair of surrogates takes four.
fn utf8_len(unit: u16) -> usize {
    match unit {
        0..0x80 => 1,
        0x80..0x800 | 0xd800..0xe000 => 2,
        _ => 3,
    }
}
