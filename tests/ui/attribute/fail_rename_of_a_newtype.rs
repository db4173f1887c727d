#[tairitsu::wit(rename = "port")]
pub struct Port(u16);

#[tairitsu::wit(rename = "pair")]
pub struct Pair(u16, String);

#[tairitsu::wit]
pub struct Count(#[wit(rename = "count")] u64);

fn main() {}
