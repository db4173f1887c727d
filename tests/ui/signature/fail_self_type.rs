#[tairitsu::guest]
pub trait Twin {
    fn twin(&self) -> Option<Self>;
}

fn main() {}
