#[tairitsu::host]
pub trait Journal {
    fn entries(&self) -> Vec<&'static str>;
}

fn main() {}
