use tairitsu::{Container, Error, Image};

#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

#[tairitsu::host]
pub trait Clock {
    fn now(&self) -> u64;
}

pub struct Services;

#[tairitsu::host]
impl Journal for Services {
    fn record(&mut self, _: &str) {}
}

#[tairitsu::host]
impl Clock for Services {
    fn now(&self) -> u64 {
        0
    }
}

pub fn build(image: &Image) -> Result<Container, Error> {
    Container::builder(image).provide(Services).build()
}

fn main() {}
