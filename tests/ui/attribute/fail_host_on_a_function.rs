#[tairitsu::host]
pub fn record(_: &str) {}

fn main() {}
