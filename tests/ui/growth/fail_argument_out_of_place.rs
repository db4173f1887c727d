#[tairitsu::wit]
pub enum Shape {
    Circle(f64),
    #[wit(since = "1.1.0", lossy)]
    Square(f64),
    #[wit(since = "1.1.0", default = 5)]
    Other(u32),
}

tairitsu::flags! {
    pub struct Rights {
        const READ;
        #[wit(since = "1.1.0", default = true)]
        const WRITE;
        #[wit(other)]
        const OTHER;
    }
}

tairitsu::flags! {
    #[wit(other)]
    pub struct Marks {
        const ONE;
    }
}

#[tairitsu::wit]
pub struct Person {
    #[wit(other)]
    pub name: String,
}

#[tairitsu::guest(package = "acme:x@1.1.0")]
pub trait Greeter {
    #[wit(since = "1.1.0", lossy)]
    fn greet(&self);
}

fn main() {}
