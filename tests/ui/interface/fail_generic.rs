#[tairitsu::guest]
pub trait Store<T> {
    fn len(&self) -> u32;
}

fn main() {}
