#[tairitsu::wit]
pub struct Port(#[wit(since = "1.1.0")] pub u16);

#[tairitsu::wit]
pub struct Pair(pub u8, #[wit(since = "1.1.0")] pub Option<u8>);

#[tairitsu::wit]
pub enum Shape {
    Circle(#[wit(since = "1.1.0")] f64),
    Empty,
}

#[tairitsu::guest(package = "acme:x@1.1.0", since = "1.1.0")]
pub trait Greeter {
    fn greet(&self, name: &str);
}

#[tairitsu::host(package = "acme:x@1.1.0")]
pub trait Journal {
    fn record(&self, #[wit(since = "1.1.0")] entry: Option<String>);
}

#[tairitsu::wit(package = "acme:x@1.1.0", since = "1.1.0")]
pub mod types {
    #[tairitsu::wit]
    pub struct Point {
        pub x: u32,
    }
}

fn main() {}
