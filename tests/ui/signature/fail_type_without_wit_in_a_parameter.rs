pub struct Name(String);

#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, name: &Name);
}

fn main() {}
