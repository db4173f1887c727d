//! Types as a user declares them.

use tairitsu::Own;

/// A record with a field of every kind that has a shape of its own.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Animal {
    /// The name.
    pub(crate) name: String,
    /// Years.
    pub(crate) age: u8,
    /// A keyword of WIT and of Rust.
    pub(crate) r#type: Kind,
    /// Kilograms.
    pub(crate) weight: f64,
    /// Words it answers to.
    pub(crate) words: Vec<String>,
    /// Another record, perhaps.
    pub(crate) home: Option<Place>,
    /// A tuple.
    pub(crate) legs_and_wings: (u16, u16),
}

/// A record without a pointer in it.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Degrees.
    pub(crate) latitude: f32,
    /// Degrees.
    pub(crate) longitude: f32,
}

/// An enum.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
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
pub(crate) enum Value {
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

/// A type of another crate that crosses as its text.
#[tairitsu::wit(as = String, to = |version| version.0.to_string(), from = |text| text.parse().map(Version))]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Version(pub(crate) semver::Version);

/// A type that crosses by `From` and `TryFrom`, because the attribute names no functions.
#[tairitsu::wit(as = u16)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Level {
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
pub(crate) struct Package<T> {
    /// A converted type inside other types.
    pub(crate) versions: Vec<Option<Version>>,
    pub(crate) level: Level,
    #[wit(as = u32)]
    pub(crate) size: std::num::NonZeroU32,
    #[wit(as = Vec<String>, to = |path| path.segments.clone(), from = |segments| Ok::<_, String>(Path { segments }))]
    pub(crate) path: Path,
    pub(crate) rest: T,
}

/// This type is no WIT type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
}

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source<A, B> {
    Nowhere,
    Here(A),
    There(B),
    Version(#[wit(as = String, to = ToString::to_string, from = |text| text.parse())] semver::Version),
}

tairitsu::flags! {
    /// A set of nine flags, which is two bytes.
    pub(crate) struct Parts {
        const A;
        const B;
        const C;
        const D;
        const E;
        const F;
        const G;
        const H;
        const I;
    }
}

/// An enum of one case, which has no size in Rust.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Only {
    /// The case.
    One,
}

/// A record without a size in Rust, and with one in memory.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Two {
    /// A byte in memory.
    pub(crate) first: Only,
    /// A byte in memory.
    pub(crate) second: Only,
}

/// A resource of the host.
#[tairitsu::resource(host, package = "test:abi@0.1.0")]
pub(crate) trait Document {
    /// Its text.
    fn text(&self) -> String;
}

/// Another resource of the host, which no test has a value of.
#[allow(dead_code)]
#[tairitsu::resource(host, package = "test:abi@0.1.0")]
pub(crate) trait Connection {
    /// Its state.
    fn is_open(&self) -> bool;
}

/// A text as a resource.
pub(crate) struct Text(pub(crate) String);

#[tairitsu::resource]
impl Document for Text {
    fn text(&self) -> String {
        self.0.clone()
    }
}

/// A record with a handle.
#[tairitsu::wit]
#[derive(Debug)]
pub(crate) struct Page {
    /// Its number.
    pub(crate) number: u8,
    /// The document.
    pub(crate) document: Option<Own<dyn Document>>,
}
