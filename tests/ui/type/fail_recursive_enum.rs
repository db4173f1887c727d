#[tairitsu::wit]
pub enum Expression {
    Number(f64),
    Sum(Vec<Self>),
}

fn main() {}
