pub trait Shape {}

#[tairitsu::host]
impl dyn Shape {
    pub fn corners(&self) -> u32 {
        4
    }
}

fn main() {}
