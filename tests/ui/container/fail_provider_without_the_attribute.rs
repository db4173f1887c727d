#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

pub struct Log;

impl Journal for Log {
    fn record(&mut self, _: &str) {}
}

fn build(image: &tairitsu::Image) -> Result<tairitsu::Container, tairitsu::Error> {
    tairitsu::Container::builder(image).provide(Log).build()
}

fn main() {}
