#[tairitsu::wit(since = "1.2.0")]
pub struct New {
    pub name: String,
}

#[tairitsu::guest(package = "acme:x@1.2.0-rc.1")]
pub trait Greeter {
    fn greet(&self, new: New);
}

#[tairitsu::host(package = "acme:x")]
pub trait Journal {
    fn record(&self, new: New);
}

#[tairitsu::guest(package = "acme:x@1.2.0")]
pub trait Later {
    fn greet(&self, new: New);
}

fn main() {}
