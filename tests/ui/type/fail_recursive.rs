#[tairitsu::wit]
pub struct Node {
    pub value: u32,
    pub next: Option<Box<Node>>,
}

fn main() {}
