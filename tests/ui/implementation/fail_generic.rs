#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

pub struct Log<T>(T);

#[tairitsu::host]
impl<T> Journal for Log<T> {
    fn record(&mut self, _: &str) {}
}

fn main() {}
