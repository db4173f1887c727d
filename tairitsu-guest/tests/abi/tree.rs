//! Newtypes, cases with several fields, and types that contain themselves.

use crate::round_trip;
use std::cell::Cell;
use tairitsu_guest::abi::{AbiError, Buffer, Lift, Lower, MAX_DEPTH, Shape, Sink, WitType};

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
struct Port(u16);

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
struct Pair(u8, String, u64);

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
struct Wrapper<T>(Option<T>);

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
enum Shape3<T> {
    Empty,
    Dot(T),
    Line(u8, u64, T),
    Circle { label: T, radius: f64, port: Port },
}

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Number(f64),
    Text(u8, String),
    Sum(Vec<Expr>),
    Product(Box<Expr>, Box<Expr>),
    Negated(Option<Box<Expr>>),
    Call { name: String, arguments: Vec<Expr>, rest: Option<Box<Self>> },
}

// A node of `Expr`, as a type that is not recursive.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
enum ExprNode {
    Number(f64),
    Text(u8, String),
    Sum(Vec<u32>),
    Product(u32, u32),
    Negated(Option<u32>),
    Call { name: String, arguments: Vec<u32>, rest: Option<u32> },
}

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
struct Tree<T>(T, Vec<Tree<T>>);

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
struct Chain {
    number: u8,
    next: Option<Box<Chain>>,
}

fn lift_as<T: Lift>(value: impl Lower) -> Result<T, AbiError> {
    let mut memory = Buffer::new();
    let address = memory.allocate(T::LAYOUT)?;
    value.store(&mut memory, address)?;
    T::load(&mut memory, address)
}

#[test]
fn newtypes_cross_as_what_they_hold() {
    round_trip(&Port(80));
    round_trip(&vec![Port(80), Port(443)]);
    round_trip(&Pair(1, "one".into(), u64::MAX));
    round_trip(&Wrapper(Some(Pair(1, "one".into(), 2))));
    assert_eq!(Port::TYPE, u16::TYPE);
    assert_eq!(Pair::TYPE, <(u8, String, u64)>::TYPE);
    assert_eq!(Wrapper::<Port>::TYPE, Option::<u16>::TYPE);
    assert_eq!(lift_as::<(u8, String, u64)>(Pair(1, "one".into(), 2)).unwrap(), (1, "one".into(), 2));
}

#[test]
fn cases_with_fields() {
    for shape in [
        Shape3::Empty,
        Shape3::Dot(String::from("dot")),
        Shape3::Line(1, u64::MAX, "line".into()),
        Shape3::Circle { label: "circle".into(), radius: 0.5, port: Port(7) },
    ] {
        round_trip(&shape);
        round_trip(&vec![shape.clone(), Shape3::Empty, shape]);
    }
}

fn number(number: f64) -> Box<Expr> {
    Box::new(Expr::Number(number))
}

fn expressions() -> Vec<Expr> {
    let product = Expr::Product(number(1.0), Box::new(Expr::Text(2, "two".into())));
    let sum = Expr::Sum(vec![*number(3.0), product.clone(), Expr::Sum(vec![])]);
    let call = Expr::Call { name: "f".into(), arguments: vec![product.clone(), *number(4.0)], rest: Some(number(5.0)) };
    let all =
        Expr::Sum(vec![sum.clone(), Expr::Negated(None), Expr::Negated(Some(Box::new(call.clone()))), sum.clone()]);
    vec![*number(0.0), product, sum, call, all]
}

#[test]
fn trees_there_and_back() {
    for expr in expressions() {
        round_trip(&expr);
    }
    round_trip(&expressions());
    round_trip(&Tree(
        String::from("a"),
        vec![Tree("b".into(), vec![Tree("c".into(), vec![])]), Tree("d".into(), vec![])],
    ));
    // Miri takes some milliseconds for each node.
    let wide = if cfg!(miri) { 20 } else { 5_000 };
    round_trip(&Tree(0u32, (0..wide).map(|i| Tree(i, vec![Tree(i, vec![])])).collect()));
    // The names of the records in a node are made of the name of the node.
    assert_eq!(Expr::TYPE, Vec::<ExprNode>::TYPE);
}

/// The nodes are in the order that the documentation promises: children first, in the order of the fields.
#[test]
fn the_order_of_nodes() {
    let [_, _, _, call, _] = &expressions()[..] else { unreachable!() };
    let nodes = lift_as::<Vec<ExprNode>>(call.clone()).unwrap();
    assert_eq!(
        nodes,
        [
            ExprNode::Number(1.0),
            ExprNode::Text(2, "two".into()),
            ExprNode::Product(0, 1),
            ExprNode::Number(4.0),
            ExprNode::Number(5.0),
            ExprNode::Call { name: "f".into(), arguments: vec![2, 3], rest: Some(4) },
        ]
    );
}

#[test]
fn lists_that_are_no_tree() {
    let leaf = || ExprNode::Number(0.0);
    for (nodes, message) in [
        (vec![], "there is no node"),
        (vec![ExprNode::Product(0, 1)], "node 0 refers to node 0, and a child comes before its parent"),
        (vec![leaf(), ExprNode::Sum(vec![2]), leaf()], "node 1 refers to node 2, and a child comes before its parent"),
        (
            vec![leaf(), ExprNode::Sum(vec![u32::MAX])],
            "node 1 refers to node 4294967295, and a child comes before its parent",
        ),
        (vec![leaf(), ExprNode::Product(0, 0)], "node 1 refers to node 0, which has a parent already"),
        (
            vec![leaf(), ExprNode::Sum(vec![0]), ExprNode::Sum(vec![1, 0])],
            "node 2 refers to node 0, which has a parent already",
        ),
        (vec![leaf(), leaf(), ExprNode::Negated(Some(0))], "node 1 has no parent, and is not the last node"),
        (vec![leaf(), ExprNode::Sum(vec![0; 5000])], "node 1 refers to node 0, which has a parent already"),
    ] {
        let error = lift_as::<Expr>(nodes).unwrap_err();
        assert_eq!(error.to_string(), format!("expected a value that converts to `Expr`: {message}"));
    }
}

/// A chain of so many nodes, made without recursion.
fn chain(len: usize) -> Chain {
    let mut chain = Chain { number: 0, next: None };
    for i in 1..len {
        chain = Chain { number: i as u8, next: Some(Box::new(chain)) };
    }
    chain
}

fn on_a_small_stack(test: fn()) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn the_deepest_tree() {
    on_a_small_stack(|| {
        let deepest = chain(MAX_DEPTH);
        assert_eq!(lift_as::<Chain>(deepest.clone()).unwrap(), deepest);
        let too_deep = "expected a value that converts to `Chain`: it is more than 1000 nodes deep";
        assert_eq!(lift_as::<Chain>(chain(MAX_DEPTH + 1)).unwrap_err().to_string(), too_deep);

        let node = |i: u32| (i as u8, i.checked_sub(1));
        let nodes = |len: u32| (0..len).map(node).collect::<Vec<_>>();
        assert_eq!(lift_as::<Link>(nodes(MAX_DEPTH as u32)).unwrap().0, (MAX_DEPTH - 1) as u8);
        let too_deep = too_deep.replace("Chain", "Link");
        assert_eq!(lift_as::<Link>(nodes(MAX_DEPTH as u32 + 1)).unwrap_err().to_string(), too_deep);
        assert_eq!(lift_as::<Link>(nodes(MANY as u32)).unwrap_err().to_string(), too_deep);
    });
}

/// A chain as a tuple.
#[tairitsu::wit]
#[derive(Debug)]
struct Link(u8, Option<Box<Link>>);

/// More nodes than a small stack has room for. Miri takes some milliseconds for each.
const MANY: usize = if cfg!(miri) { 1_500 } else { 1_000_000 };

/// A value may be deeper than a stack has room for.
#[test]
fn a_value_of_many_nodes_is_an_error() {
    on_a_small_stack(|| {
        let mut deep = chain(MANY);
        let error = Lower::store(&deep, &mut Buffer::new(), 0).unwrap_err();
        assert!(error.to_string().ends_with("it is more than 1000 nodes deep"), "{error}");
        while let Some(next) = deep.next.take() {
            deep = *next;
        }
    });
}

thread_local! {
    /// How many values of [`Counted`] there are.
    static ALIVE: Cell<isize> = const { Cell::new(0) };
}

#[tairitsu::wit(as = u8, to = |counted| *counted.0, from = Counted::new)]
#[derive(Debug)]
struct Counted(Box<u8>);

impl Counted {
    fn new(number: u8) -> Result<Self, String> {
        if number == 0 {
            return Err("a zero".into());
        }
        ALIVE.set(ALIVE.get() + 1);
        Ok(Counted(Box::new(number)))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

#[tairitsu::wit]
#[derive(Debug)]
struct Family(Counted, Vec<Family>, Option<Box<Family>>, Counted);

#[tairitsu::wit]
#[derive(Debug)]
enum Crew {
    Two(Counted, Counted),
    Named { first: Counted, second: Counted },
}

/// An error drops what was lifted, once.
#[test]
fn a_tree_that_is_lifted_in_part() {
    let node = |first: u8, children: &[u32], child: Option<u32>, second: u8| (first, children.to_vec(), child, second);
    for (nodes, good) in [
        (vec![node(1, &[], None, 2)], true),
        (vec![node(1, &[], None, 0)], false),
        (vec![node(1, &[], None, 2), node(0, &[0], None, 2)], false),
        (vec![node(1, &[], None, 2), node(1, &[0], None, 0)], false),
        (vec![node(1, &[], None, 2), node(1, &[], None, 2), node(1, &[0], Some(1), 2)], true),
        (vec![node(1, &[], None, 2), node(1, &[], None, 2), node(1, &[0], Some(0), 2)], false),
        (vec![node(1, &[], None, 2), node(1, &[], None, 2), node(1, &[0, 1, 2], None, 2)], false),
        (vec![node(1, &[], None, 2), node(1, &[], None, 2)], false),
    ] {
        let count = nodes.len() as isize * 2;
        let lifted = lift_as::<Family>(nodes);
        assert_eq!(lifted.is_ok(), good);
        assert_eq!(ALIVE.get(), if good { count } else { 0 });
        drop(lifted);
        assert_eq!(ALIVE.get(), 0);
    }
}

#[tairitsu::wit]
enum CrewInNumbers {
    Two(u8, u8),
    Named { first: u8, second: u8 },
}

#[test]
fn a_case_that_is_lifted_in_part() {
    for (crew, good) in [
        (CrewInNumbers::Two(1, 2), true),
        (CrewInNumbers::Two(1, 0), false),
        (CrewInNumbers::Named { first: 1, second: 2 }, true),
        (CrewInNumbers::Named { first: 1, second: 0 }, false),
        (CrewInNumbers::Named { first: 0, second: 1 }, false),
    ] {
        let lifted = lift_as::<Crew>(crew);
        assert_eq!(lifted.is_ok(), good);
        assert_eq!(ALIVE.get(), if good { 2 } else { 0 });
    }
}
