#![forbid(unsafe_code)]
#![deny(warnings)]

use std::collections::BTreeMap;

type Maybe<T> = Option<T>;
type Number = u32;

#[tairitsu::wit]
#[derive(Debug, Clone, PartialEq)]
pub enum Color {
    Red,
    DarkGreen,
    #[wit(since = "1.1.0")]
    Blue,
    #[wit(other)]
    Unknown,
}

#[tairitsu::wit]
pub struct Person {
    pub name: String,
    #[wit(since = "1.1.0")]
    pub nickname: Option<String>,
    #[wit(since = "1.1.0")]
    pub alias: Maybe<u8>,
    #[wit(since = "1.1.0", lossy)]
    pub lost: std::option::Option<Vec<u8>>,
    #[wit(since = "1.1.0", default = 5)]
    pub retries: u32,
    #[wit(since = "1.1.0", default = 5)]
    pub number: Number,
    #[wit(since = "1.2.0", default = Color::Red, lossy)]
    pub color: Color,
    #[wit(default = self::Color::DarkGreen, since = "1.2.0-rc.1",)]
    pub other_color: Color,
    #[wit(since = "1.1.0", default = true)]
    pub flag: bool,
    #[wit(since = "1.1.0", default = -128)]
    pub least: i8,
    #[wit(since = "1.1.0", default = 0xffff_ffff_ffff_ffffu64)]
    pub most: u64,
    #[wit(since = "1.1.0", default = b'a')]
    pub byte: u8,
    #[wit(since = "1.1.0", default = -1.5e3)]
    pub float: f32,
    #[wit(since = "1.1.0", default = 1f64)]
    pub double: f64,
    #[wit(since = "1.1.0", default = '`')]
    pub char: char,
    #[wit(since = "1.1.0", default = r#"a "text" in `marks`"#)]
    pub text: String,
    #[wit(since = "1.1.0", default = [])]
    pub list: Vec<Shape>,
    #[wit(since = "1.1.0", default = [])]
    pub map: BTreeMap<String, u32>,
    #[wit(since = "1.1.0", default = Shape::Empty)]
    pub shape: Shape,
    #[wit(since = "1.1.0", default = "80", as = String, to = |port| port.to_string(), from = |text| text.parse::<u16>())]
    pub port: u16,
    #[wit(since = "1.1.0")]
    #[wit(rename = "of-two-attributes")]
    pub attributes: Option<u32>,
}

#[tairitsu::wit]
pub enum Shape {
    Circle(f64),
    #[wit(since = "1.1.0")]
    Square(f64),
    #[wit(since = "1.1.0", rename = "box")]
    Cuboid {
        a: f64,
        #[wit(since = "1.2.0", default = 0.0)]
        b: f64,
        #[wit(since = "1.2.0")]
        c: Option<f64>,
    },
    Empty,
    #[wit(other, since = "1.2.0")]
    Unknown(String),
}

#[tairitsu::wit(since = "0.0.0")]
pub struct Page<T> {
    pub first: T,
    #[wit(since = "0.0.0", default = 5)]
    pub count: u32,
    #[wit(since = "0.0.0")]
    pub second: Option<T>,
}

#[tairitsu::wit(since = "0.0.0")]
pub enum Answer<T> {
    Known(T),
    #[wit(other)]
    Unknown(String),
}

#[tairitsu::wit]
pub struct Tree {
    pub value: u32,
    #[wit(since = "1.1.0")]
    pub left: Option<Box<Tree>>,
    #[wit(since = "1.1.0", default = [])]
    pub children: Vec<Tree>,
}

tairitsu::flags! {
    #[wit(since = "0.0.0")]
    pub struct Rights {
        const READ;
        /// Writes.
        #[wit(since = "1.1.0")]
        const WRITE;
        #[wit(since = "1.2.0", lossy, rename = "run")]
        const EXECUTE;
    }
}

#[tairitsu::wit(package = "acme:x@1.1.0")]
pub mod types {
    #[tairitsu::wit(since = "1.1.0")]
    pub struct New {
        pub number: u32,
    }
}

macro_rules! declare {
    ($ty:ty, $default:expr, $since:literal) => {
        #[tairitsu::wit]
        pub struct Declared {
            #[wit(since = $since, default = $default)]
            pub number: $ty,
        }
    };
}

declare!(i32, -7, "1.1.0");

#[tairitsu::guest(package = "acme:x@1.1.0", uses = types)]
pub trait Later {
    #[wit(since = "1.1.0")]
    fn later(&self) -> u32 {
        0
    }
    #[wit(since = "1.0.0-rc.1")]
    fn page(&self, page: Page<u8>, answer: Answer<u8>) -> types::New;
    fn first(&self, person: Person, tree: Tree, declared: Declared) -> Rights;
}

fn main() {
    let wit = Later.wit();
    for text in [
        "    /// Since 1.2.0. Default: `red`. Lossy.\n    color: color,\n",
        "    /// Since 1.1.0. Default: `-7`.\n    number: s32,\n",
        "    /// Since 1.1.0. Default: `\"a \\\"text\\\" in \\u{60}marks\\u{60}\"`.\n",
        "    /// Since 1.2.0.\n    /// Any later case.\n    unknown(string),\n",
        "    /// Writes.\n    ///\n    /// Since 1.1.0.\n    write,\n",
        "  @since(version = 1.1.0)\n  later: func() -> u32;\n",
    ] {
        assert!(wit.contains(text), "{text}\n{wit}");
    }
}
