#[tairitsu::wit]
pub enum Expression {
    Number(f64),
    Sum(Option<Vec<Self>>),
}

fn main() {}
