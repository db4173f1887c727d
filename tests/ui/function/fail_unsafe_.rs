#[tairitsu::host]
pub trait Journal {
    unsafe fn record(&mut self, entry: &str);
}

fn main() {}
