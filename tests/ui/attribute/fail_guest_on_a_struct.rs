#[tairitsu::guest]
pub struct Hello;

fn main() {}
