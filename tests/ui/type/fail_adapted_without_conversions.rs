#[tairitsu::wit(as = (u8, u8))]
#[derive(Clone)]
pub struct Version(String);

fn main() {}
