#[tairitsu::wit]
pub enum Tree<T> {
    Leaf(T),
    Branch(Box<Tree<u8>>),
}

fn main() {}
