#[tairitsu::wit]
pub struct Nothing;

fn main() {}
