#[tairitsu::wit]
pub struct Buffer<const N: usize> {
    pub bytes: [u8; N],
}

fn main() {}
