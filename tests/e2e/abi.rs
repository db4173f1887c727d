//! Lift and lower over a buffer: there and back, and what a bad value becomes.

use std::fmt::Debug;
use tairitsu::schema::align_to;
use tairitsu_guest::abi::{AbiError, Buffer, Lift, Lower, Sink, WitType};
use tairitsu_test_zoo::{Animal, Kind, Place, Value};

/// Lifts what was lowered to memory. Does the same with flat values, if there are few enough.
fn round_trip<T: Lift + Lower + PartialEq + Debug>(value: &T) {
    let mut memory = Buffer::new();
    let address = memory.allocate(T::LAYOUT).unwrap();
    assert_eq!(address, align_to(address, T::LAYOUT.align));
    value.store(&mut memory, address).unwrap();
    assert_eq!(&T::load(&mut memory, address).unwrap(), value);
    if T::FLAT <= 16 {
        let mut flat = [0; 16];
        value.lower(&mut memory, &mut flat).unwrap();
        assert_eq!(&T::lift(&mut memory, &flat).unwrap(), value);
    }
}

fn animal() -> Animal {
    Animal {
        name: "Ibis".into(),
        age: 9,
        r#type: Kind::Bird,
        weight: 1.25,
        words: vec!["a".into(), String::new()],
        home: Some(Place { latitude: 1.0, longitude: -2.0 }),
        legs_and_wings: (2, 2),
    }
}

#[test]
fn there_and_back() {
    round_trip(&());
    round_trip(&true);
    round_trip(&(u8::MAX, i8::MIN));
    round_trip(&(u16::MAX, i16::MIN, u32::MAX, i32::MIN, u64::MAX, i64::MIN));
    round_trip(&(f32::MIN_POSITIVE, f64::NEG_INFINITY));
    round_trip(&('\0', char::MAX));
    round_trip(&String::from("日本語"));
    round_trip(&vec![1u64, u64::MAX]);
    round_trip(&vec![vec![String::from("a")], vec![]]);
    round_trip(&(Some(3u16), None::<u16>, Some(Some(()).is_some())));
    round_trip(&(Ok::<u8, String>(1), Err::<u64, f32>(0.5)));
    round_trip(&[Kind::Mammal, Kind::Bird, Kind::Other].to_vec());
    round_trip(&animal());
    for value in [Value::Nothing, Value::Small(-1), Value::Large(-1), Value::Single(1.5), Value::Double(-0.0)] {
        round_trip(&value);
    }
    for value in [Value::Text("text".into()), Value::Letter('x'), Value::Many((vec![7], true)), Value::Beast(animal())]
    {
        round_trip(&value);
    }
}

#[test]
fn a_float_keeps_its_bits() {
    for bits in [0x7fc0_0001_u32, 0xffbf_ffff] {
        let mut memory = Buffer::new();
        let mut flat = [0; 1];
        f32::from_bits(bits).lower(&mut memory, &mut flat).unwrap();
        assert_eq!(f32::lift(&mut memory, &flat).unwrap().to_bits(), bits);
    }
}

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

/// A type of another crate that crosses as its text.
#[tairitsu::wit(as = String, to = |version| version.0.to_string(), from = |text| text.parse().map(Version))]
#[derive(Clone, Debug, PartialEq)]
struct Version(semver::Version);

/// A type that crosses by `From` and `TryFrom`, because the attribute names no functions.
#[tairitsu::wit(as = u16)]
#[derive(Clone, Copy, Debug, PartialEq)]
enum Level {
    Low = 10,
    High = 300,
}

impl From<Level> for u16 {
    fn from(level: Level) -> u16 {
        level as u16
    }
}

impl TryFrom<u16> for Level {
    type Error = String;

    fn try_from(level: u16) -> Result<Self, String> {
        match level {
            10 => Ok(Level::Low),
            300 => Ok(Level::High),
            level => Err(format!("there is no level {level}")),
        }
    }
}

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
struct Package<T> {
    /// A converted type inside other types.
    versions: Vec<Option<Version>>,
    level: Level,
    #[wit(as = u32)]
    size: std::num::NonZeroU32,
    #[wit(as = Vec<String>, to = |path| path.segments.clone(), from = |segments| Ok::<_, String>(Path { segments }))]
    path: Path,
    rest: T,
}

/// This type is no WIT type.
#[derive(Clone, Debug, PartialEq)]
struct Path {
    segments: Vec<String>,
}

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
enum Source<A, B> {
    Nowhere,
    Here(A),
    There(B),
    Version(#[wit(as = String, to = ToString::to_string, from = |text| text.parse())] semver::Version),
}

fn version() -> Version {
    Version(semver::Version::new(1, 2, 3))
}

fn package<T>(rest: T) -> Package<T> {
    Package {
        versions: vec![Some(version()), None],
        level: Level::High,
        size: std::num::NonZeroU32::MIN,
        path: Path { segments: vec!["a".into(), "b".into()] },
        rest,
    }
}

#[test]
fn adapted_and_generic_types() {
    round_trip(&version());
    round_trip(&package(7u8));
    round_trip(&package(package(String::from("rest"))));
    for source in [Source::Nowhere, Source::Here(1u8), Source::There(vec!['a'])] {
        round_trip(&source);
    }
    round_trip(&Source::<u8, u8>::Version(version().0));
    let text = format!("{} {} {}", Package::<u8>::TYPE, Package::<Vec<Level>>::TYPE, Source::<(), Package<bool>>::TYPE);
    assert_eq!(text, "package-of-u8 package-of-list-of-u16 source-of-unit-and-package-of-bool");
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
