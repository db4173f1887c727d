#[tairitsu::host]
pub trait Journal {
    const CAPACITY: usize;
    fn record(&mut self, entry: &str);
}

fn main() {}
