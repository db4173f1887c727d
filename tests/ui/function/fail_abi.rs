#[tairitsu::host]
pub trait Journal {
    extern "C" fn record(&mut self, entry: &str);
}

fn main() {}
