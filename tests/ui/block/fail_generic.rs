#[derive(Default)]
pub struct Calculator<T>(T);

#[tairitsu::guest]
impl<T: Copy> Calculator<T> {
    pub fn add(&self, a: u32, b: u32) -> u32 {
        a + b
    }
}

fn main() {}
