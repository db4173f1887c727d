//! What a bad value becomes.

use crate::types::*;
use std::ptr::NonNull;
use std::sync::Arc;
use tairitsu::Own;
use tairitsu_guest::abi::{AbiError, Buffer, Lift, Lower, Shape, Sink};

fn load<T: Lift>(bytes: &[u8]) -> Result<T, AbiError> {
    T::load(&mut Buffer::from_bytes(bytes.to_vec()), 0)
}

#[test]
fn bad_values_are_errors() {
    assert_eq!(load::<u32>(&[1, 2]), Err(AbiError::OutOfBounds { address: 0, len: 4, memory: 2 }));
    assert_eq!(load::<char>(&0xd800_u32.to_le_bytes()), Err(AbiError::Char(0xd800)));
    assert_eq!(load::<char>(&0x11_0000_u32.to_le_bytes()), Err(AbiError::Char(0x11_0000)));
    assert!(matches!(load::<Kind>(&[3]), Err(AbiError::Discriminant { found: 3, .. })));
    assert!(matches!(load::<Option<u8>>(&[2, 0]), Err(AbiError::Discriminant { found: 2, .. })));
    assert!(matches!(load::<Result<u8, u8>>(&[255, 0]), Err(AbiError::Discriminant { found: 255, .. })));

    // The memory holds a pointer, a length, and the bytes that they refer to.
    let pointing = |pointer: u32, len: u32, rest: &[u8]| [&pointer.to_le_bytes(), &len.to_le_bytes(), rest].concat();
    assert_eq!(load::<String>(&pointing(8, 2, &[b'a', 0xff])), Err(AbiError::Utf8 { valid_up_to: 1 }));
    assert!(matches!(load::<String>(&pointing(8, 3, b"ab")), Err(AbiError::OutOfBounds { address: 8, len: 3, .. })));
    assert!(matches!(load::<String>(&pointing(u32::MAX, u32::MAX, b"")), Err(AbiError::OutOfBounds { .. })));
    assert_eq!(load::<Vec<u32>>(&pointing(9, 1, &[0; 8])), Err(AbiError::Unaligned { address: 9, align: 4 }));
    assert!(matches!(load::<Vec<u64>>(&pointing(8, u32::MAX, &[0; 8])), Err(AbiError::OutOfBounds { .. })));
    assert!(matches!(load::<Vec<String>>(&pointing(8, u32::MAX, &[0; 8])), Err(AbiError::OutOfBounds { .. })));

    let message = load::<Kind>(&[3]).unwrap_err().to_string();
    assert_eq!(message, "expected the discriminant of a case of `kind`, found 3");
}

#[test]
fn conversions_that_fail() {
    use std::net::IpAddr;
    use std::time::{Duration, SystemTime};

    /// Lowers one type, and lifts another of the same WIT type.
    fn through<A: Lower, B: Lift>(value: A) -> Result<B, String> {
        assert_eq!(A::TYPE, B::TYPE);
        let mut memory = Buffer::new();
        let address = memory.allocate(A::LAYOUT).unwrap();
        value.store(&mut memory, address).unwrap();
        B::load(&mut memory, address).map_err(|error| error.to_string())
    }

    let error = through::<_, [u8; 4]>(vec![1u8, 2, 3]).unwrap_err();
    assert_eq!(error, "expected a list of 4 items, found 3");
    let error = through::<_, IpAddr>("somewhere".to_string()).unwrap_err();
    assert_eq!(error, "expected an IP address, found `somewhere`");
    let error = through::<_, Duration>((1u64, 1_000_000_000u32)).unwrap_err();
    assert_eq!(error, "expected fewer than 1000000000 nanoseconds, found `1000000000`");
    let error = through::<_, SystemTime>((0i64, u32::MAX)).unwrap_err();
    assert_eq!(error, "expected fewer than 1000000000 nanoseconds, found `4294967295`");
    let before = SystemTime::UNIX_EPOCH - Duration::new(1, 1);
    assert_eq!(through::<_, (i64, u32)>(before).unwrap(), (-2, 999_999_999));
    assert_eq!(through::<_, SystemTime>((-2i64, 999_999_999u32)).unwrap(), before);
}

/// A list of `len` items at `address`, in a memory of 64 bytes.
fn list_at<T: Lift>(address: usize, len: usize) -> Result<Vec<T>, AbiError> {
    let mut bytes = vec![0; 64];
    bytes[..4].copy_from_slice(&(address as u32).to_le_bytes());
    bytes[4..8].copy_from_slice(&(len as u32).to_le_bytes());
    load(&bytes)
}

#[test]
fn unaligned_lists() {
    fn check<T: Lift>() {
        let align = T::LAYOUT.align;
        for address in 16..24 {
            match list_at::<T>(address, 1) {
                Ok(_) => assert_eq!(address % align, 0),
                Err(error) => {
                    assert_eq!(error, AbiError::Unaligned { address, align });
                    assert_ne!(address % align, 0);
                }
            }
        }
    }

    check::<u8>();
    check::<i16>();
    check::<char>();
    check::<u64>();
    check::<(u8, f64)>();
    check::<Option<u32>>();
    check::<Place>();
    check::<Vec<u64>>();
}

#[test]
fn lengths_that_no_memory_has() {
    fn check<T: Lift>() {
        for len in [9, 64, 1 << 29, 1 << 30, 1 << 31, u32::MAX as usize] {
            assert!(matches!(list_at::<T>(0, len), Err(AbiError::OutOfBounds { .. })), "{len}");
        }
        assert!(matches!(list_at::<T>(u32::MAX as usize & !7, 1), Err(AbiError::OutOfBounds { .. })));
    }

    check::<u64>();
    check::<String>();
    check::<Vec<u8>>();
    check::<(u64, u8)>();
    check::<Option<u64>>();
    check::<Animal>();
    assert!(matches!(list_at::<Two>(8, 29), Err(AbiError::OutOfBounds { .. })));
    assert_eq!(list_at::<Two>(8, 28).unwrap().len(), 28);
    // Items of no size fit anywhere inside the memory.
    assert_eq!(list_at::<()>(64, 1000).unwrap().len(), 1000);
    assert!(matches!(list_at::<()>(65, 1), Err(AbiError::OutOfBounds { .. })));
}

#[test]
fn lists_that_are_too_large_in_memory() {
    assert_eq!((size_of::<Two>(), Two::LAYOUT.size), (0, 2));
    // Twice the length is 0, 2, and more than the address space has.
    for len in [usize::MAX / 2 + 1, usize::MAX / 2 + 2, usize::MAX] {
        // SAFETY: the items have no size, so any aligned address has any number of them.
        let items = unsafe { std::slice::from_raw_parts(NonNull::<Two>::dangling().as_ptr(), len) };
        let error = items.lower(&mut Buffer::new(), &mut [0; 2]).unwrap_err();
        assert!(matches!(error, AbiError::OutOfBounds { .. }), "{error}");
    }
}

#[test]
fn bad_handles() {
    let mut memory = Buffer::new();
    let own: Own<dyn Document> = (Arc::new(Text(String::new())) as Arc<dyn Document>).into();
    let mut flat = [0];
    own.lower(&mut memory, &mut flat).unwrap();
    let error = Own::<dyn Connection>::lift(&mut memory, &flat).unwrap_err().to_string();
    assert_eq!(error, "expected a handle to a `connection`, found 0");
    let error = Own::<dyn Document>::lift(&mut memory, &[1]).unwrap_err().to_string();
    assert_eq!(error, "expected a handle to a `document`, found 1");
}

#[test]
fn adaptations_that_fail() {
    assert_eq!(
        load::<Level>(&[11, 0]).unwrap_err().to_string(),
        "expected a value that converts to `Level`: there is no level 11"
    );
    let error = load::<Version>(&[8, 0, 0, 0, 2, 0, 0, 0, b'1', b'.']).unwrap_err();
    assert!(error.to_string().starts_with("expected a value that converts to `Version`: "), "{error}");
    let mut bytes = vec![0; 64];
    bytes[8] = 10;
    let error = load::<Package<u8>>(&bytes).unwrap_err().to_string();
    assert!(error.starts_with("expected a value that converts to `std::num::NonZeroU32`"), "{error}");
}
