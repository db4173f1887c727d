// A type that contains itself crosses as a list of nodes.

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Number(f64),
    Sum(Vec<Expr>),
    Product(Box<Expr>, Box<Self>),
    Negated(Option<Box<Expr>>),
    Call { name: String, arguments: Vec<Expr> },
}

#[tairitsu::wit(rename = "folder")]
pub struct Node {
    pub name: String,
    pub children: Vec<Node>,
}

#[tairitsu::wit]
pub struct Tree<T>(T, Vec<Tree<T>>);

#[tairitsu::wit]
pub struct Chain<T> {
    pub value: T,
    pub next: Option<Box<Chain<T>>>,
}

macro_rules! with_types {
    ($($name:ident: $ty:ty),*) => {
        #[tairitsu::wit]
        pub struct Grouped { $(pub $name: $ty),* }
    };
}

with_types!(of: Vec<Grouped>, with: Option<u8>);

#[tairitsu::guest(package = "acme:math@1.0.0")]
pub trait Math {
    fn value(&self, expr: &Expr) -> Expr;
    fn folder(&self, folder: Node, tree: Tree<u8>) -> Option<Chain<char>>;
    fn grouped(&self, grouped: Vec<Grouped>);
}

fn main() {
    let wit = Math.wit();
    for text in [
        "variant expr-node {\n    number(f64),\n    sum(list<u32>),\n    product(tuple<u32, u32>),\n    negated(option<u32>),\n    \
         call(expr-node-call),\n  }",
        "record folder-node {\n    name: string,\n    children: list<u32>,\n  }",
        "value: func(expr: list<expr-node>) -> list<expr-node>;",
        "tree: list<tuple<u8, list<u32>>>",
        "option<list<chain-node-of-char>>",
        "grouped: func(grouped: list<list<grouped-node>>);",
    ] {
        assert!(wit.contains(text), "{text}\n{wit}");
    }
}
