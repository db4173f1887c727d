//! Every kind of type there and back, with trait and impl in one crate.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A record with a field of every kind that has a shape of its own.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Animal {
    /// The name.
    pub name: String,
    /// Years.
    pub age: u8,
    /// A keyword of WIT and of Rust.
    pub r#type: Kind,
    /// Kilograms.
    pub weight: f64,
    /// Words it answers to.
    pub words: Vec<String>,
    /// Another record, perhaps.
    pub home: Option<Place>,
    /// A tuple.
    pub legs_and_wings: (u16, u16),
}

/// A record without a pointer in it.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees.
    pub latitude: f32,
    /// Degrees.
    pub longitude: f32,
}

/// An enum.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With fur.
    Mammal,
    /// With feathers.
    Bird,
    /// With scales.
    #[wit(rename = "other-kind")]
    Other,
}

/// A variant whose payloads join into every core type.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Nothing,
    /// `i32` joined with what follows.
    Small(i8),
    /// `i64`
    Large(i64),
    /// `f32`
    Single(f32),
    /// `f64`
    Double(f64),
    /// Two slots.
    Text(String),
    /// A character.
    Letter(char),
    /// A tuple of a list and a flag.
    Many((Vec<u32>, bool)),
    /// A record.
    Beast(Animal),
}

/// Every type there and back.
#[tairitsu::guest(package = "test:zoo@0.3.0")]
pub trait Zoo {
    /// No parameters, no result.
    fn nothing(&mut self);
    /// Adds, by value.
    fn add(&self, a: u32, b: u32) -> u32;
    /// Booleans.
    fn echo_bool(&self, value: bool) -> bool;
    /// The smallest integers.
    fn echo_bytes(&self, unsigned: u8, signed: i8) -> (u8, i8);
    /// Integers of 16 bits.
    fn echo_shorts(&self, unsigned: u16, signed: i16) -> (u16, i16);
    /// Integers of 32 bits.
    fn echo_words(&self, unsigned: u32, signed: i32) -> (u32, i32);
    /// Integers of 64 bits.
    fn echo_longs(&self, unsigned: u64, signed: i64) -> (u64, i64);
    /// Floats.
    fn echo_floats(&self, single: f32, double: f64) -> (f32, f64);
    /// Characters.
    fn echo_char(&self, value: char) -> char;
    /// Strings.
    fn echo_string(&self, value: String) -> String;
    /// Borrowed strings.
    fn echo_str(&self, value: &str) -> String;
    /// Lists of bytes.
    fn echo_blob(&self, value: &[u8]) -> Vec<u8>;
    /// Lists of lists.
    fn echo_lists(&self, value: Vec<Vec<String>>) -> Vec<Vec<String>>;
    /// Lists of what is not its own lowered form.
    fn echo_flags_and_letters(&self, flags: &[bool], letters: Vec<char>) -> (Vec<bool>, Vec<char>);
    /// Options in options.
    fn echo_option(&self, value: Option<Option<u32>>) -> Option<Option<u32>>;
    /// A `Result` as a parameter, and one without payloads as a result.
    #[allow(clippy::result_unit_err)]
    fn echo_result(&self, value: Result<u64, String>) -> Result<(), ()>;
    /// Enums.
    fn echo_kind(&self, value: Kind) -> Kind;
    /// Records, borrowed.
    fn echo_animal(&self, value: &Animal) -> Animal;
    /// Lists of records.
    fn echo_animals(&self, value: Vec<Animal>) -> Vec<Animal>;
    /// Records that are their own lowered form but for the order of bytes.
    fn echo_places(&self, value: &[Place]) -> Vec<Place>;
    /// Variants: the joined slots.
    fn echo_value(&self, value: Value) -> Value;
    /// Lists of variants.
    fn echo_values(&self, value: &[Value]) -> Vec<Value>;
    /// 16 parameters, which is 17 flat ones: they go through memory.
    #[allow(clippy::too_many_arguments)]
    fn many(
        &self,
        a: u8,
        b: u64,
        c: u8,
        d: f32,
        e: u8,
        f: f64,
        g: u16,
        h: i64,
        i: u8,
        j: char,
        k: bool,
        l: u8,
        m: u8,
        n: u8,
        o: u8,
        p: &str,
    ) -> String;
    /// 16 flat parameters exactly.
    #[allow(clippy::too_many_arguments)]
    fn sixteen(
        &self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
        f: u64,
        g: u64,
        h: u64,
        i: f32,
        j: f64,
        k: f32,
        l: f64,
        m: u8,
        n: u8,
        text: &str,
    ) -> f64;
    /// A renamed function with a renamed parameter.
    #[wit(rename = "list")]
    fn keyword(&self, #[wit(rename = "record")] value: u32) -> u32;
    /// Asks the host for everything, and compares.
    fn ask_host(&mut self, value: Value) -> Result<Value, String>;
    /// How many bytes of memory the guest has.
    fn memory(&self) -> u64;
}

/// A record of types of std that go as another WIT type.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Chest {
    /// A pointer to a scalar.
    pub boxed: Box<u64>,
    /// A pointer to a record.
    pub place: Option<Box<Place>>,
    /// A shared string.
    pub shared: Arc<str>,
    /// A string that may be borrowed.
    pub cow: Cow<'static, str>,
    /// A list of fixed length.
    pub key: [u8; 32],
    /// A map.
    pub ages: BTreeMap<String, u8>,
    /// A map that hashes.
    pub by_id: HashMap<u32, Kind>,
    /// A set.
    pub tags: BTreeSet<String>,
    /// A queue.
    pub queue: VecDeque<u16>,
    /// A span of time.
    pub timeout: Duration,
    /// A point in time.
    pub since: SystemTime,
    /// An address.
    pub address: IpAddr,
    /// A path.
    pub path: PathBuf,
}

tairitsu::flags! {
    /// A set of two flags: a byte.
    pub struct Access {
        /// To look.
        const READ;
        /// To change.
        #[wit(rename = "modify")]
        const WRITE;
    }
}

tairitsu::flags! {
    /// A set of nine flags: two bytes.
    pub struct Nine {
        /// Flag A.
        const A;
        /// Flag B.
        const B;
        /// Flag C.
        const C;
        /// Flag D.
        const D;
        /// Flag E.
        const E;
        /// Flag F.
        const F;
        /// Flag G.
        const G;
        /// Flag H.
        const H;
        /// Flag I.
        const I;
    }
}

/// Types of std there and back.
#[tairitsu::guest(package = "test:zoo@0.3.0")]
pub trait Attic {
    /// All in one record.
    fn echo_chest(&self, value: &Chest) -> Chest;
    /// Each by itself, flat.
    fn echo_each(
        &self,
        timeout: Duration,
        key: [u16; 3],
        shared: Arc<str>,
        tags: HashSet<i64>,
    ) -> (Duration, [u16; 3], Arc<str>, HashSet<i64>);
    /// A borrowed map.
    fn echo_map(&self, value: &HashMap<String, Vec<Animal>>) -> HashMap<String, Vec<Animal>>;
    /// Flags, flat and in memory.
    fn echo_flags(&self, access: Access, nine: Nine, all: Vec<(Access, Nine)>) -> (Access, Nine, Vec<(Access, Nine)>);
    /// Two addresses that the guest makes up: the text of each is made when it is lowered.
    fn localhost(&self) -> (IpAddr, IpAddr);
}

#[tairitsu::guest]
impl Attic for Guest {
    fn echo_chest(&self, value: &Chest) -> Chest {
        value.clone()
    }

    fn echo_each(
        &self,
        timeout: Duration,
        key: [u16; 3],
        shared: Arc<str>,
        tags: HashSet<i64>,
    ) -> (Duration, [u16; 3], Arc<str>, HashSet<i64>) {
        (timeout, key, shared, tags)
    }

    fn echo_map(&self, value: &HashMap<String, Vec<Animal>>) -> HashMap<String, Vec<Animal>> {
        value.clone()
    }

    fn echo_flags(&self, access: Access, nine: Nine, all: Vec<(Access, Nine)>) -> (Access, Nine, Vec<(Access, Nine)>) {
        (access, nine, all)
    }

    fn localhost(&self) -> (IpAddr, IpAddr) {
        (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]))
    }
}

/// The other direction.
#[tairitsu::host(package = "test:zoo@0.3.0")]
pub trait Keeper {
    /// No parameters, no result.
    fn nothing(&mut self);
    /// A scalar.
    fn add(&self, a: u32, b: u32) -> u32;
    /// A string, borrowed.
    fn echo_str(&mut self, value: &str) -> String;
    /// A list, borrowed.
    fn echo_list(&mut self, value: &[u64]) -> Vec<u64>;
    /// A record, borrowed.
    fn echo_animal(&mut self, value: &Animal) -> Animal;
    /// A variant, owned.
    fn echo_value(&mut self, value: Value) -> Value;
    /// 18 flat parameters, and a result through memory.
    #[allow(clippy::too_many_arguments)]
    fn many(
        &mut self,
        a: u8,
        b: u64,
        c: &str,
        d: &str,
        e: &str,
        f: &str,
        g: &str,
        h: Option<u64>,
        i: f64,
        j: bool,
        k: i16,
    ) -> (u64, String);
    /// 16 flat parameters, and a result through memory: the 17th is its address.
    #[allow(clippy::too_many_arguments)]
    fn sixteen(
        &mut self,
        a: u64,
        b: &[u8],
        c: &[u8],
        d: &[u8],
        e: &[u8],
        f: &[u8],
        g: &[u8],
        h: &[u8],
        i: f32,
    ) -> Vec<u8>;
    /// An error.
    fn refuse(&mut self) -> Result<u32, Kind>;
}

/// The guest.
#[derive(Default)]
pub struct Guest {
    calls: u32,
}

#[tairitsu::guest]
impl Zoo for Guest {
    fn nothing(&mut self) {
        self.calls += 1;
    }

    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn echo_bool(&self, value: bool) -> bool {
        value
    }

    fn echo_bytes(&self, unsigned: u8, signed: i8) -> (u8, i8) {
        (unsigned, signed)
    }

    fn echo_shorts(&self, unsigned: u16, signed: i16) -> (u16, i16) {
        (unsigned, signed)
    }

    fn echo_words(&self, unsigned: u32, signed: i32) -> (u32, i32) {
        (unsigned, signed)
    }

    fn echo_longs(&self, unsigned: u64, signed: i64) -> (u64, i64) {
        (unsigned, signed)
    }

    fn echo_floats(&self, single: f32, double: f64) -> (f32, f64) {
        (single, double)
    }

    fn echo_char(&self, value: char) -> char {
        value
    }

    fn echo_string(&self, value: String) -> String {
        value
    }

    fn echo_str(&self, value: &str) -> String {
        value.into()
    }

    fn echo_blob(&self, value: &[u8]) -> Vec<u8> {
        value.into()
    }

    fn echo_lists(&self, value: Vec<Vec<String>>) -> Vec<Vec<String>> {
        value
    }

    fn echo_flags_and_letters(&self, flags: &[bool], letters: Vec<char>) -> (Vec<bool>, Vec<char>) {
        (flags.into(), letters)
    }

    fn echo_option(&self, value: Option<Option<u32>>) -> Option<Option<u32>> {
        value
    }

    fn echo_result(&self, value: Result<u64, String>) -> Result<(), ()> {
        value.map(|_| ()).map_err(|_| ())
    }

    fn echo_kind(&self, value: Kind) -> Kind {
        value
    }

    fn echo_animal(&self, value: &Animal) -> Animal {
        value.clone()
    }

    fn echo_animals(&self, value: Vec<Animal>) -> Vec<Animal> {
        value
    }

    fn echo_places(&self, value: &[Place]) -> Vec<Place> {
        value.into()
    }

    fn echo_value(&self, value: Value) -> Value {
        value
    }

    fn echo_values(&self, value: &[Value]) -> Vec<Value> {
        value.into()
    }

    fn many(
        &self,
        a: u8,
        b: u64,
        c: u8,
        d: f32,
        e: u8,
        f: f64,
        g: u16,
        h: i64,
        i: u8,
        j: char,
        k: bool,
        l: u8,
        m: u8,
        n: u8,
        o: u8,
        p: &str,
    ) -> String {
        format!("{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k} {l} {m} {n} {o} {p}")
    }

    fn sixteen(
        &self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
        f: u64,
        g: u64,
        h: u64,
        i: f32,
        j: f64,
        k: f32,
        l: f64,
        m: u8,
        n: u8,
        text: &str,
    ) -> f64 {
        [a, b, c, d, e, f, g, h].iter().sum::<u64>() as f64
            + f64::from(i)
            + j
            + f64::from(k)
            + l
            + f64::from(m)
            + f64::from(n)
            + text.len() as f64
    }

    fn keyword(&self, value: u32) -> u32 {
        value + 1
    }

    fn ask_host(&mut self, value: Value) -> Result<Value, String> {
        let mut host = tairitsu::Host;
        host.nothing();
        let check = |name: &str, is: bool| if is { Ok(()) } else { Err(format!("`{name}` came back different")) };
        check("add", host.add(u32::MAX, 2) == 1)?;
        for text in ["", "a", "δοκιμή", &"long ".repeat(10_000)] {
            check("echo_str", host.echo_str(text) == text)?;
        }
        for list in [&[][..], &[1, u64::MAX]] {
            check("echo_list", host.echo_list(list) == list)?;
        }
        let animal = Animal {
            name: "Wal".into(),
            age: 3,
            r#type: Kind::Other,
            weight: 1e5,
            words: vec!["a".into(), String::new()],
            home: Some(Place { latitude: -1.5, longitude: 0.25 }),
            legs_and_wings: (0, 2),
        };
        check("echo_animal", host.echo_animal(&animal) == animal)?;
        let many = host.many(1, 2, "c", "d", "", "f", "g", Some(8), 9.5, true, -11);
        check("many", many == (2, "1cdfgSome(8)9.5true-11".into()))?;
        let sixteen = host.sixteen(1, b"b", b"c", b"d", b"e", b"f", b"g", b"", 9.0);
        check("sixteen", sixteen == b"1bcdefg9")?;
        check("refuse", host.refuse() == Err(Kind::Bird))?;
        Ok(host.echo_value(value))
    }

    fn memory(&self) -> u64 {
        #[cfg(target_family = "wasm")]
        return core::arch::wasm32::memory_size(0) as u64 * 65_536;
        #[cfg(not(target_family = "wasm"))]
        return 0;
    }
}
