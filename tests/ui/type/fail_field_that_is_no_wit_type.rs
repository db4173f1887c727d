pub struct Inner;

#[tairitsu::wit]
pub struct Outer {
    pub number: u32,
    pub inner: Inner,
}

fn main() {}
