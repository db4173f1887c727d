#[tairitsu::host]
pub trait Journal {
    async fn record(&mut self, entry: &str);
}

fn main() {}
