#[tairitsu::wit]
pub enum Outer {
    Nothing,
    Since(std::time::Instant),
}

fn main() {}
