#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

struct Log;

#[tairitsu::host]
impl Journal for Log {
    async fn record(&mut self, _entry: &str) {}
}

fn main() {}
