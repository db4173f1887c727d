#[tairitsu::wit]
pub enum Never {}

fn main() {}
