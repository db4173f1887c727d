//! Data as Rust people write it: newtypes, cases with fields, references in parameters, types that contain themselves.

use crate::image;
use tairitsu::{CallError, Container};
use tairitsu_test_idioms::ways::{Steps, Way};
use tairitsu_test_idioms::{
    Block, Chain, Expr, Forest, Guest, Hostile, Hue, Pair, Port, Shape, Shapes, Turner, Walk, Wrapper, deep,
};

struct Mirror;

#[tairitsu::host]
impl Turner for Mirror {
    fn back(&self, steps: &Steps) -> Steps {
        let back = |way: &Way| match way {
            Way::Go { x, y } => Way::Go { x: -x, y: -y },
            Way::Turn(right, port) => Way::Turn(!right, *port),
        };
        Steps(steps.0.iter().rev().map(back).collect())
    }
}

/// The guest in wasm, and the guest without wasm.
fn containers() -> [Container; 2] {
    let wasm = Container::builder(&image("idioms")).provide(Mirror).build().unwrap();
    [wasm, Container::native::<Guest>().provide(Mirror).build().unwrap()]
}

#[test]
fn newtypes_and_tuple_structs() {
    for mut container in containers() {
        let mut shapes = container.guest(Shapes).unwrap();
        assert_eq!(shapes.next(Port(79), &Port(90)).unwrap(), Port(80));
        assert_eq!(shapes.next(Port(90), &Port(90)).unwrap(), Port(0));
        let pairs = [Pair(1, "one".into()), Pair(2, String::new())];
        let (pair, back) = shapes.pair(Pair(-1, "minus".into()), &pairs).unwrap();
        assert_eq!((pair, &back[0], &back[1]), (Pair(-1, "minus".into()), &pairs[1], &pairs[0]));
        let wrapped = shapes.wrapped(Wrapper(vec![Port(0), Port(7)])).unwrap();
        assert_eq!(wrapped, Wrapper(vec![None, Some(Port(7))]));
        assert_eq!(shapes.block(Block([1, 2, 3])).unwrap(), Block([3, 2, 1]));
        assert_eq!(shapes.hue(&Hue(0xff_00_01)).unwrap(), Hue(0x00_ff_fe));
    }
}

#[test]
fn cases_with_several_or_named_fields() {
    for mut container in containers() {
        let mut shapes = container.guest(Shapes).unwrap();
        let there = [
            Shape::Circle { radius: 0.5, port: Port(9), label: String::from("four") },
            Shape::Line(-1, 2.5, vec!["a".into(), String::new()]),
            Shape::Empty,
            Shape::Dot("two".into()),
        ];
        let back = [
            Shape::Circle { radius: 0.5, port: Port(9), label: 4 },
            Shape::Line(-1, 2.5, vec![1, 0]),
            Shape::Empty,
            Shape::Dot(3),
        ];
        assert_eq!(shapes.shapes(&there).unwrap(), back);
        let mut walk = container.guest(Walk).unwrap();
        let steps = Steps(vec![Way::Go { x: 1, y: -2 }, Way::Turn(true, Port(3))]);
        let back = Steps(vec![Way::Turn(false, Port(3)), Way::Go { x: -1, y: 2 }]);
        assert_eq!(walk.walk(steps).unwrap(), back);
    }
}

#[test]
fn the_text_names_what_has_a_name() {
    let wit = image("idioms").wit();
    for text in [
        "record way-go {",
        "use ways.{way};",
        "record shape-circle-of-string {",
        "line(tuple<s32, f64, list<string>>),",
        "circle(shape-circle-of-u64),",
        "next: func(port: u16, last: u16) -> u16;",
        "block: func(block: list<u8>) -> list<u8>;",
        "hue: func(hue: string) -> string;",
        "record expr-node-named {",
        "value: func(expr: list<expr-node>) -> f64;",
    ] {
        assert!(wit.contains(text), "{text}\n{wit}");
    }
}

fn expr() -> Expr {
    let number = |number| Box::new(Expr::Number(number));
    Expr::Sum(vec![
        Expr::Product(number(2.0), Box::new(Expr::Sum(vec![*number(3.0), *number(4.0)]))),
        Expr::Negated(Some(Box::new(Expr::Named { name: "five".into(), value: number(1.0) }))),
        Expr::Negated(None),
    ])
}

#[test]
fn types_that_contain_themselves() {
    for mut container in containers() {
        let mut forest = container.guest(Forest).unwrap();
        assert_eq!(forest.value(&expr()).unwrap(), 9.0);
        let trees = vec![expr(), Expr::Number(1.0), Expr::Sum(vec![])];
        assert_eq!(forest.reversed(trees.clone()).unwrap(), trees.into_iter().rev().collect::<Vec<_>>());
        let wide = Expr::Sum((0..10_000).map(|i| Expr::Sum(vec![Expr::Number(i.into())])).collect());
        assert_eq!(forest.value(&wide).unwrap(), f64::from((0..10_000).sum::<u32>()));
    }
}

/// The guest has the deepest tree on its stack, and the host on a thread of the usual size.
#[test]
fn the_deepest_tree_crosses() {
    let mut container = Container::builder(&image("idioms")).provide(Mirror).build().unwrap();
    let mut forest = container.guest(Forest).unwrap();
    assert_eq!(forest.longer(deep(999)).unwrap(), deep(1000));
    assert_eq!(forest.chain(1000).unwrap(), deep(1000));

    let error = forest.longer(deep(1001)).unwrap_err();
    let too_deep = "expected a value that converts to `Chain`: it is more than 1000 nodes deep";
    assert!(error.to_string().contains(too_deep), "{error}");
}

#[test]
fn a_guest_that_returns_a_tree_that_is_too_deep() {
    let mut container = Container::builder(&image("idioms")).provide(Mirror).build().unwrap();
    let error = container.guest(Forest).unwrap().longer(deep(1000)).unwrap_err();
    assert!(matches!(error, CallError::Trap(_)), "{error:?}");
    assert!(error.to_string().contains("it is more than 1000 nodes deep"), "{error}");
}

#[test]
fn a_list_that_is_no_tree_is_an_error() {
    for (kind, message) in [
        (0, "there is no node"),
        (1, "node 0 refers to node 0, and a child comes before its parent"),
        (2, "node 0 refers to node 1, and a child comes before its parent"),
        (3, "node 2 refers to node 0, which has a parent already"),
        (4, "node 0 has no parent, and is not the last node"),
        (1001, "it is more than 1000 nodes deep"),
        (1_000_000, "it is more than 1000 nodes deep"),
    ] {
        let mut container = Container::builder(&image("idioms")).provide(Mirror).build().unwrap();
        let error = container.guest(Hostile).unwrap().chain(kind).unwrap_err();
        assert!(
            error.to_string().contains(&format!("expected a value that converts to `Chain`: {message}")),
            "{error}"
        );
    }
    let mut container = Container::builder(&image("idioms")).provide(Mirror).build().unwrap();
    let chain: Chain = container.guest(Hostile).unwrap().chain(1000).unwrap();
    assert_eq!(chain.rest, 0);
}
