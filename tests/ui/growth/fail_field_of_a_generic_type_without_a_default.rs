#[tairitsu::wit]
pub struct Page<T> {
    pub first: u32,
    #[wit(since = "0.0.0")]
    pub last: T,
}

#[tairitsu::guest]
pub trait Reader {
    fn read(&self, page: Page<Option<u8>>);
}

#[tairitsu::guest]
pub trait Writer {
    fn write(&self, page: Page<u8>);
}

fn main() {}
