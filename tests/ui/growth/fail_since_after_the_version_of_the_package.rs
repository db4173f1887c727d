#[tairitsu::guest(package = "acme:x@1.1.0")]
pub trait Greeter {
    #[wit(since = "1.2.0")]
    fn greet(&self, name: &str) {
        let _ = name;
    }
    #[wit(since = "1.1.0")]
    fn leave(&self);
}

#[tairitsu::host(package = "acme:x")]
pub trait Journal {
    #[wit(since = "1.1.0")]
    fn record(&self, entry: &str);
}

fn main() {}
