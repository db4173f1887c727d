#[tairitsu::guest(package = "acme:shop@1.0.0-01")]
pub trait Shop {
    fn open(&mut self);
}

fn main() {}
