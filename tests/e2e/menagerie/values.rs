//! Which values are sent there and back, and when two values are the same.

use arbitrary::Unstructured;
use std::any::Any;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use tairitsu_guest::abi::{Buffer, Lift, Lower, Shape, Sink};
use tairitsu_test_menagerie::*;

/// Draws a value from random bytes.
pub(super) type Draw<T> = fn(&mut Unstructured<'_>) -> arbitrary::Result<T>;

/// The traits of every type in the table.
pub(super) trait Echoed: Lift + Lower + Clone + 'static {}

impl<T: Lift + Lower + Clone + 'static> Echoed for T {}

/// How many random values of each type are sent.
const RANDOM: u64 = 100;

/// The values of one row.
pub(super) struct Values<T> {
    pub(super) row: &'static str,
    draw: Draw<T>,
    looks: Looks<T>,
    seed: u64,
}

/// How to compare and print values. std can do both for most types.
pub(super) struct Looks<T> {
    equal: fn(&T, &T) -> bool,
    text: fn(&T) -> String,
}

impl<T: Debug + PartialEq> Looks<T> {
    pub(super) fn new() -> Self {
        // A value that is not equal to itself has a NaN in it. Its bits are compared instead.
        #[allow(clippy::eq_op)]
        Self { equal: |a, b| a == b || a != a, text: |value| format!("{value:?}") }
    }
}

/// `Looks::<T>::new()` for tuples of more than 12 elements. std neither compares nor prints them, so their bits are
/// compared.
pub(super) trait Bare<T> {
    #[expect(clippy::new_ret_no_self, reason = "it stands in for the type's own")]
    fn new() -> Looks<T> {
        Looks { equal: |_, _| true, text: |_| "a tuple of more than 12".into() }
    }
}

impl<T> Bare<T> for Looks<T> {}

impl<T: Echoed> Values<T> {
    /// The seed is the number in `TAIRITSU_SEED`, or a fixed number. Each row derives its own seed from it.
    pub(super) fn new(row: &'static str, looks: Looks<T>, draw: Draw<T>) -> Self {
        let seed = std::env::var("TAIRITSU_SEED").map_or(0, |seed| seed.parse().expect("TAIRITSU_SEED is a number"));
        Self { row, draw, looks, seed }
    }

    /// Sends the values at the type's limits and random values by `trip`, and compares the answers.
    pub(super) fn check(&self, pairing: &str, mut trip: impl FnMut(&T) -> Result<T, String>) {
        let mut check = |sent: &T| {
            let found = match trip(sent) {
                Ok(back) if self.same(sent, &back) => return,
                Ok(back) => format!("back: {}", self.text(&back)),
                Err(error) => format!("found: {error}"),
            };
            let (row, ty, seed) = (self.row, std::any::type_name::<T>(), self.seed);
            panic!(
                "{pairing}: `{row}`, TAIRITSU_SEED={seed}: a `{ty}` did not come back as it was\nsent: {}\n{found}",
                self.text(sent)
            );
        };
        at_the_limits().iter().for_each(&mut check);
        (0..RANDOM).for_each(|n| check(&self.random(n, 512)));
    }

    /// The `n`th random value, drawn from at most this many bytes.
    pub(super) fn random(&self, n: u64, bytes: usize) -> T {
        let mut hasher = DefaultHasher::new();
        (self.seed, self.row, n).hash(&mut hasher);
        let data = random_bytes(hasher.finish(), bytes);
        (self.draw)(&mut Unstructured::new(&data)).expect("where the bytes end, the value is one of zeros")
    }

    /// Whether two values are the same to the last bit, including the payload of a NaN.
    fn same(&self, a: &T, b: &T) -> bool {
        (self.looks.equal)(a, b) && (is_unordered::<T>() || bits(a) == bits(b))
    }

    /// The value and its bits as text, cut to a readable length.
    fn text(&self, value: &T) -> String {
        let cut = |text: String| match text.char_indices().nth(2_000) {
            Some((end, _)) => format!("{}.. ({} bytes)", &text[..end], text.len()),
            None => text,
        };
        let bits: String = bits(value).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}\n      lowered: {}", cut((self.looks.text)(value)), cut(bits))
    }
}

/// Random bytes of three kinds, in turns: any bytes; text in UTF-8, because few random bytes are a string; and a mix
/// of both.
fn random_bytes(mut state: u64, len: usize) -> Vec<u8> {
    // SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>), because it is short.
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let kind = next() % 3;
    let len = 1 + next() as usize % len;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        let word = next();
        let is_text = kind == 1 || kind == 2 && next() % 2 == 0;
        let scalar = (word >> 32) as u32 % [0x80, 0x800, 0x1_0000, 0x11_0000][(word % 4) as usize];
        match char::from_u32(scalar) {
            Some(c) if is_text => bytes.extend(c.to_string().bytes()),
            _ => bytes.extend(word.to_le_bytes()),
        }
    }
    bytes.truncate(len);
    bytes
}

/// The values at the limits of a type.
fn at_the_limits<T: 'static>() -> Vec<T> {
    /// Adds values of type `U` if `T` is `U`.
    #[expect(clippy::ptr_arg, reason = "it is the vector that is told by its type")]
    fn offer<T: 'static, U: 'static>(found: &mut Vec<T>, values: impl FnOnce() -> Vec<U>) {
        if let Some(found) = (found as &mut dyn Any).downcast_mut::<Vec<U>>() {
            found.extend(values());
        }
    }

    const MEGABYTES: usize = 4 << 20;
    let mut found = Vec::new();
    let f = &mut found;

    offer(f, || vec![false, true]);
    offer(f, || vec![0, 1, u8::MAX]);
    offer(f, || vec![0, -1, i8::MIN, i8::MAX]);
    offer(f, || vec![0, 1, u16::MAX]);
    offer(f, || vec![0, -1, i16::MIN, i16::MAX]);
    offer(f, || vec![0, 1, u32::MAX]);
    offer(f, || vec![0, -1, i32::MIN, i32::MAX]);
    offer(f, || vec![0, 1, u64::MAX]);
    offer(f, || vec![0, -1, i64::MIN, i64::MAX]);
    offer(f, || F32S.map(f32::from_bits).to_vec());
    offer(f, || F64S.map(f64::from_bits).to_vec());
    offer(f, || CHARS.to_vec());
    offer(f, strings);

    offer(f, || vec![vec![], vec![true; MEGABYTES / 8]]);
    offer(f, || vec![vec![], (0..MEGABYTES).map(|i| i as u8).collect()]);
    offer(f, || vec![vec![], vec![u64::MAX; MEGABYTES / 8]]);
    offer(f, || vec![vec![], F32S.map(f32::from_bits).repeat(MEGABYTES / 64)]);
    offer(f, || vec![vec![], F64S.map(f64::from_bits).to_vec()]);
    offer(f, || vec![vec![], CHARS.to_vec()]);
    offer(f, || vec![vec![], strings(), vec!["text".to_string(); MEGABYTES / 64]]);
    offer(f, || vec![vec![], vec![vec![]; MEGABYTES / 64], vec![vec![vec![u16::MAX; 10]; 10]; 10]]);

    offer(f, || strings().into_iter().map(Some).chain([None]).collect());
    offer(f, || strings().into_iter().map(Err).chain([Ok(u32::MAX)]).collect());
    offer(f, || strings().into_iter().map(|text| (text,)).collect());
    offer(f, || strings().into_iter().map(Value::Text).collect());
    offer(f, || strings().into_iter().map(Cow::<'static, str>::Owned).collect());
    offer(f, || strings().into_iter().map(Arc::<str>::from).collect());
    offer(f, || strings().into_iter().map(Box::<str>::from).collect());

    offer(f, || F32S.map(|bits| Tiny { value: f32::from_bits(bits) }).to_vec());
    offer(f, || F32S.map(|bits| Ok::<_, Result<f64, char>>(Some(f32::from_bits(bits)))).to_vec());
    offer(f, || F32S.map(|bits| Forth::Left((1, 2, 3, u64::MAX, 5, f32::from_bits(bits)))).to_vec());
    offer(f, || F32S.map(f32::from_bits).map(|f| Back::Right((1, f, 2.0, f, 3.0, 4.0))).to_vec());
    offer(f, || F64S.map(f64::from_bits).map(|d| Back::Right((1, 2.0, d, 3.0, d, d))).to_vec());

    offer(f, || Enum1::ALL.to_vec());
    offer(f, || Enum2::ALL.to_vec());
    offer(f, || Enum255::ALL.to_vec());
    offer(f, || Enum256::ALL.to_vec());
    offer(f, || Enum257::ALL.to_vec());
    offer(f, || Enum300::ALL.to_vec());
    offer(f, || vec![Variant257::C0, Variant257::C255, Variant257::Payload(u8::MAX)]);
    offer(f, || vec![Flags1::empty(), Flags1::all()]);
    offer(f, || vec![Flags8::empty(), Flags8::all(), Flags8::F7]);
    offer(f, || vec![Flags9::empty(), Flags9::all(), Flags9::F8]);
    offer(f, || vec![Flags16::empty(), Flags16::all(), Flags16::F15]);
    offer(f, || vec![Flags17::empty(), Flags17::all(), Flags17::F16]);
    offer(f, || vec![Flags33::empty(), Flags33::all(), Flags33::F31, Flags33::F32]);
    offer(f, || vec![Flags64::empty(), Flags64::all(), Flags64::F31, Flags64::F32, Flags64::F63]);
    offer(f, || vec![Flags65::empty(), Flags65::all(), Flags65::F0, Flags65::F32, Flags65::F63, Flags65::F64]);
    offer(f, || vec![DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH]);
    offer(f, || vec![NaiveDate::MIN, NaiveDate::MAX]);
    offer(f, || vec![TimeDelta::MIN, TimeDelta::MAX, TimeDelta::zero()]);
    offer(f, || vec![Bytes::new(), Bytes::from_static(b"static"), vec![7; MEGABYTES].into()]);
    offer(f, || vec![Uuid::nil(), Uuid::max()]);
    offer(f, || vec![Flags32::empty(), Flags32::all(), Flags32::F31]);
    offer(f, || vec![Duration::ZERO, Duration::MAX]);
    offer(f, || vec![SystemTime::UNIX_EPOCH, SystemTime::now()]);
    found
}

/// Zeros, limits and NaNs. The NaNs are quiet and signalling, of either sign, with the first or the last bit of the
/// payload.
const F32S: [u32; 14] = [
    0,
    0x8000_0000,
    1,
    0x0080_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0x7fc0_0001,
    0x7f80_0001,
    0xff80_0001,
    0x7fbf_ffff,
    0xffff_ffff,
];

/// The same values for 64 bits.
const F64S: [u64; 14] = [
    0,
    1 << 63,
    1,
    0x0010_0000_0000_0000,
    0x7fef_ffff_ffff_ffff,
    0xffef_ffff_ffff_ffff,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
    0x7ff8_0000_0000_0001,
    0x7ff0_0000_0000_0001,
    0xfff0_0000_0000_0001,
    0x7ff7_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// The first and the last character for one, two, three and four bytes of UTF-8, and the characters on both sides of
/// the surrogates.
const CHARS: [char; 9] =
    ['\0', '\u{7f}', '\u{80}', '\u{7ff}', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{10ffff}'];

/// Empty strings, and strings of four megabytes.
fn strings() -> Vec<String> {
    const BYTES: usize = 4 << 20;
    let chars = CHARS.iter().collect();
    vec![
        String::new(),
        "\0".into(),
        chars,
        "x".repeat(BYTES),
        "日本語".repeat(BYTES / 9),
        "\u{10ffff}".repeat(BYTES / 4),
    ]
}

/// Whether equal values may be lowered in different orders.
fn is_unordered<T: 'static>() -> bool {
    use std::any::TypeId;
    [TypeId::of::<HashMap<u32, String>>(), TypeId::of::<HashSet<i64>>()].contains(&TypeId::of::<T>())
}

/// The bytes of the value, lowered to memory.
pub(super) fn bits<T: Lower>(value: &T) -> Vec<u8> {
    let mut memory = Buffer::new();
    let address = memory.allocate(T::LAYOUT).unwrap();
    value.store(&mut memory, address).unwrap();
    memory.bytes().to_vec()
}

#[test]
fn what_is_the_same() {
    let floats = Values::<Vec<f32>>::new("", Looks::<Vec<f32>>::new(), |_| Ok(Vec::new()));
    let [quiet, other, signalling] = [0x7fc0_0000, 0x7fc0_0001, 0x7f80_0001].map(f32::from_bits);
    assert!(floats.same(&vec![1.0, quiet], &vec![1.0, quiet]));
    assert!(!floats.same(&vec![1.0, quiet], &vec![1.0, other]));
    assert!(!floats.same(&vec![quiet], &vec![signalling]));
    assert!(!floats.same(&vec![0.0], &vec![-0.0]));

    // The comparison also sees parts that the lowered form leaves out.
    let addresses = Values::<SocketAddr>::new("", Looks::<SocketAddr>::new(), address);
    let with_flow = |flow| SocketAddr::V6(std::net::SocketAddrV6::new(Ipv6Addr::LOCALHOST, 1, flow, 0));
    assert!(addresses.same(&with_flow(0), &with_flow(0)));
    assert!(!addresses.same(&with_flow(0), &with_flow(1)));

    let maps = Values::<HashMap<u32, String>>::new("", Looks::<HashMap<u32, String>>::new(), |_| Ok(HashMap::new()));
    let map = |keys: [u32; 3]| HashMap::from(keys.map(|key| (key, key.to_string())));
    assert!(maps.same(&map([1, 2, 3]), &map([3, 2, 1])));
    assert!(!maps.same(&map([1, 2, 3]), &map([1, 2, 4])));
}
