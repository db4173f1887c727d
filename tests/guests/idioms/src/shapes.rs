//! Newtypes, tuple structs, and cases with several or named fields.

use crate::Guest;

/// A newtype, which crosses as its number.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port(pub u16);

/// A tuple struct.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Pair(pub i32, pub String);

/// A generic newtype.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Wrapper<T>(pub Vec<T>);

/// A newtype that is generic over a constant.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Block<const N: usize>(pub [u8; N]);

/// A colour, which is text in WIT.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Hue(#[wit(as = String, to = |hue| format!("#{hue:06x}"), from = parse)] pub u32);

fn parse(text: String) -> Result<u32, String> {
    let digits = text.strip_prefix('#').ok_or_else(|| format!("`{text}` has no `#`"))?;
    u32::from_str_radix(digits, 16).map_err(|error| error.to_string())
}

/// A variant whose cases carry anything.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Shape<T> {
    /// Nothing.
    Empty,
    /// One value.
    Dot(T),
    /// A tuple.
    Line(i32, f64, Vec<T>),
    /// A record.
    Circle {
        /// How far.
        radius: f32,
        /// A newtype in a record.
        #[wit(rename = "door")]
        port: Port,
        /// A value of the type's argument.
        label: T,
    },
}

/// Types that an interface of their own declares.
#[tairitsu::wit(package = "test:idioms@1.0.0")]
pub mod ways {
    /// A way.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub enum Way {
        /// A record in the module's interface.
        Go {
            /// To the right.
            x: i32,
            /// Upwards.
            y: i32,
        },
        /// A tuple.
        Turn(bool, super::Port),
    }

    /// A recursive type in the module's interface.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Fork {
        /// Where it begins.
        pub way: Way,
        /// Where it goes on.
        pub next: Vec<Fork>,
    }

    /// It has no name in WIT.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Steps(pub Vec<Way>);
}

/// Each of them there and back.
#[tairitsu::guest(package = "test:idioms@1.0.0", uses = ways)]
pub trait Shapes {
    /// A newtype, owned and by reference.
    fn next(&self, port: Port, last: &Port) -> Port;
    /// A tuple struct.
    fn pair(&self, pair: Pair, pairs: &[Pair]) -> (Pair, Vec<Pair>);
    /// A generic newtype of a newtype.
    fn wrapped(&self, ports: Wrapper<Port>) -> Wrapper<Option<Port>>;
    /// A block of bytes.
    fn block(&self, block: Block<3>) -> Block<3>;
    /// A field that crosses as text.
    fn hue(&self, hue: &Hue) -> Hue;
    /// Cases, by reference.
    fn shapes(&self, shapes: &[Shape<String>]) -> Vec<Shape<u64>>;
}

/// The way back, which the host knows.
#[tairitsu::host(package = "test:idioms@1.0.0", uses = ways)]
pub trait Turner {
    /// The steps that were turned round.
    fn back(&self, steps: &ways::Steps) -> ways::Steps;
}

/// Calls of the host.
#[tairitsu::guest(package = "test:idioms@1.0.0", rename = "walk", uses = ways)]
pub trait Walk {
    /// The host's answer.
    fn walk(&self, steps: ways::Steps) -> ways::Steps;
    /// The same fork, as the only branch of another.
    fn fork(&self, fork: ways::Fork) -> ways::Fork;
}

#[tairitsu::guest]
impl Walk for Guest {
    fn walk(&self, steps: ways::Steps) -> ways::Steps {
        tairitsu::Host.back(&steps)
    }

    fn fork(&self, fork: ways::Fork) -> ways::Fork {
        ways::Fork { way: ways::Way::Turn(true, Port(1)), next: vec![fork] }
    }
}

#[tairitsu::guest]
impl Shapes for Guest {
    fn next(&self, port: Port, last: &Port) -> Port {
        Port(if port == *last { 0 } else { port.0 + 1 })
    }

    fn pair(&self, pair: Pair, pairs: &[Pair]) -> (Pair, Vec<Pair>) {
        (pair, pairs.iter().rev().cloned().collect())
    }

    fn wrapped(&self, ports: Wrapper<Port>) -> Wrapper<Option<Port>> {
        Wrapper(ports.0.into_iter().map(|port| (port.0 > 0).then_some(port)).collect())
    }

    fn block(&self, Block([a, b, c]): Block<3>) -> Block<3> {
        Block([c, b, a])
    }

    fn hue(&self, hue: &Hue) -> Hue {
        Hue(hue.0 ^ 0xff_ffff)
    }

    fn shapes(&self, shapes: &[Shape<String>]) -> Vec<Shape<u64>> {
        let len = |text: &String| text.len() as u64;
        let shape = |shape: &Shape<String>| match shape {
            Shape::Empty => Shape::Empty,
            Shape::Dot(text) => Shape::Dot(len(text)),
            Shape::Line(a, b, texts) => Shape::Line(*a, *b, texts.iter().map(len).collect()),
            Shape::Circle { radius, port, label } => Shape::Circle { radius: *radius, port: *port, label: len(label) },
        };
        shapes.iter().map(shape).collect()
    }
}
