#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

pub struct Log;

#[tairitsu::host]
impl Journal for Log {
    fn record(&mut self, _: &str) {}
}

tairitsu::export!(impl Journal for Log);

fn main() {}
