#[tairitsu::wit(as = String)]
#[derive(Clone)]
pub struct Version(u32);

fn main() {}
