// A case with several fields carries a tuple. A case with named fields carries a record, which has the case's name.

#[tairitsu::wit]
pub enum Shape<T> {
    Empty,
    Dot(T),
    Line(i32, Vec<T>),
    /// Its own docs.
    Circle {
        /// How far.
        radius: f64,
        #[wit(rename = "middle")]
        center: (i32, i32),
        #[wit(as = String, to = |n| n.to_string(), from = |text| text.parse())]
        weight: u64,
        label: T,
    },
}

#[tairitsu::wit(package = "acme:draw@1.0.0")]
pub mod moves {
    #[tairitsu::wit(rename = "step")]
    pub enum Command {
        Move { x: i32, y: i32 },
        Turn(#[wit(as = u8)] Side, bool),
    }

    #[derive(Clone)]
    pub struct Side(pub u8);

    impl From<Side> for u8 {
        fn from(side: Side) -> u8 {
            side.0
        }
    }

    impl From<u8> for Side {
        fn from(side: u8) -> Side {
            Side(side)
        }
    }
}

#[tairitsu::guest(package = "acme:draw@1.0.0", uses = moves)]
pub trait Draw {
    fn run(&mut self, command: moves::Command, shape: &Shape<String>) -> Shape<u8>;
}

fn main() {
    let wit = Draw.wit();
    for text in [
        "record step-move {\n    x: s32,\n    y: s32,\n  }",
        "variant step {\n    move(step-move),\n    turn(tuple<u8, bool>),\n  }",
        "use moves.{step};",
        "    /// How far.\n    radius: f64,\n    middle: tuple<s32, s32>,\n    weight: string,\n    label: string,\n",
        "record shape-circle-of-string {",
        "circle(shape-circle-of-u8),",
        "line(tuple<s32, list<u8>>),",
    ] {
        assert!(wit.contains(text), "{text}\n{wit}");
    }
}
