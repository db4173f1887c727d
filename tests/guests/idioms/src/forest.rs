//! Types that contain themselves.

use crate::Guest;

/// An expression.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A leaf.
    Number(f64),
    /// A list of its own type.
    Sum(Vec<Expr>),
    /// A tuple of its own type.
    Product(Box<Expr>, Box<Expr>),
    /// One of its own type, perhaps.
    Negated(Option<Box<Expr>>),
    /// A record in a node.
    Named {
        /// A leaf in a node.
        name: String,
        /// The value.
        value: Box<Self>,
    },
}

/// A chain, which may be deep.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// How many follow.
    pub rest: u32,
    /// The next one.
    pub next: Option<Box<Chain>>,
}

/// A chain of so many links.
pub fn deep(len: u32) -> Chain {
    (1..len).fold(Chain { rest: 0, next: None }, |next, rest| Chain { rest, next: Some(Box::new(next)) })
}

/// Trees there and back.
#[tairitsu::guest(package = "test:idioms@1.0.0")]
pub trait Forest {
    /// The value of an expression.
    fn value(&self, expr: &Expr) -> f64;
    /// The same trees, in reverse order.
    fn reversed(&self, trees: Vec<Expr>) -> Vec<Expr>;
    /// A chain that is longer by one link.
    fn longer(&self, chain: Chain) -> Chain;
    /// A chain of so many links.
    fn chain(&self, len: u32) -> Chain;
}

fn value(expr: &Expr) -> f64 {
    match expr {
        Expr::Number(number) => *number,
        Expr::Sum(exprs) => exprs.iter().map(value).sum(),
        Expr::Product(a, b) => value(a) * value(b),
        Expr::Negated(expr) => -expr.as_deref().map_or(0.0, value),
        Expr::Named { name, value: expr } => name.len() as f64 + value(expr),
    }
}

#[tairitsu::guest]
impl Forest for Guest {
    fn value(&self, expr: &Expr) -> f64 {
        value(expr)
    }

    fn reversed(&self, trees: Vec<Expr>) -> Vec<Expr> {
        trees.into_iter().rev().collect()
    }

    fn longer(&self, chain: Chain) -> Chain {
        Chain { rest: chain.rest + 1, next: Some(Box::new(chain)) }
    }

    fn chain(&self, len: u32) -> Chain {
        deep(len)
    }
}

/// What the host expects of a guest that returns lists which are no tree.
#[tairitsu::guest(package = "test:idioms@1.0.0")]
pub trait Hostile {
    /// A list of nodes.
    fn chain(&self, kind: u32) -> Chain;
}

/// What the guest makes of the trait above: the same in WIT, and no tree in Rust.
#[allow(missing_docs)]
mod raw {
    #[tairitsu::wit]
    pub struct ChainNode {
        pub rest: u32,
        pub next: Option<u32>,
    }

    #[tairitsu::guest(package = "test:idioms@1.0.0", rename = "hostile")]
    pub trait NoTree {
        fn chain(&self, kind: u32) -> Vec<ChainNode>;
    }

    #[tairitsu::guest]
    impl NoTree for crate::Guest {
        fn chain(&self, kind: u32) -> Vec<ChainNode> {
            let node = |next| ChainNode { rest: 0, next };
            match kind {
                0 => vec![],
                1 => vec![node(Some(0))],
                2 => vec![node(Some(1)), node(None)],
                3 => vec![node(None), node(Some(0)), node(Some(0))],
                4 => vec![node(None), node(None)],
                _ => (0..kind).map(|i| node(i.checked_sub(1))).collect(),
            }
        }
    }
}
