#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

#[derive(Default)]
pub struct Hello;

#[tairitsu::guest]
impl Journal for Hello {
    fn record(&mut self, _: &str) {}
}

fn main() {}
