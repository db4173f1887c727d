type Maybe<T> = Option<T>;

/// Only the name says `Option`.
pub mod other {
    #[tairitsu::wit]
    pub struct Option<T> {
        pub value: T,
    }
}

#[tairitsu::wit]
pub struct Person {
    pub name: String,
    #[wit(since = "1.1.0")]
    pub age: u32,
    #[wit(since = "1.1.0")]
    pub tags: Vec<String>,
    #[wit(since = "1.1.0")]
    pub alias: Maybe<String>,
    #[wit(since = "1.1.0")]
    pub wrong: other::Option<u8>,
}

#[tairitsu::wit]
pub enum Shape {
    Circle(f64),
    Move {
        x: u32,
        #[wit(since = "1.1.0")]
        y: u32,
    },
}

#[tairitsu::wit]
pub struct Tree {
    pub value: u32,
    #[wit(since = "1.1.0")]
    pub children: Vec<Tree>,
}

fn main() {}
