#[tairitsu::guest]
pub trait Files {
    fn count(&self) -> Result<u32, Box<dyn std::error::Error>>;
}

fn main() {}
