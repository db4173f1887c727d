#[tairitsu::wit(as = u32)]
#[derive(Clone)]
pub struct Version(String);

fn main() {}
