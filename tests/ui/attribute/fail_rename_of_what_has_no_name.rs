#[tairitsu::wit(as = u32, rename = "size")]
#[derive(Clone)]
pub struct Size(u32);

impl From<Size> for u32 {
    fn from(size: Size) -> u32 {
        size.0
    }
}

impl From<u32> for Size {
    fn from(size: u32) -> Size {
        Size(size)
    }
}

fn main() {}
