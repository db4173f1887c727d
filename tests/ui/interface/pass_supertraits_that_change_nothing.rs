// `Send`, `Sync` and `'static` say nothing about an interface, and everything about the types that implement it.

#![deny(warnings)]

use tairitsu::Container;

#[tairitsu::guest(package = "acme:bounds@1.0.0")]
pub trait Greeter: Send + ::core::marker::Sync + 'static {
    fn name(&self) -> String;
    fn greet(&self) -> String {
        format!("{} {}", self.name(), self.last())
    }
    fn last(&self) -> String {
        self.name() + "!"
    }
}

#[tairitsu::host(package = "acme:bounds@1.0.0")]
pub trait Journal: std::marker::Send + Sync {
    fn record(&self, text: &str);
    async fn flush(&mut self, text: &str) -> u32;
}

#[tairitsu::resource(host, package = "acme:bounds@1.0.0")]
pub trait Document: Send + Sync + 'static {
    fn new() -> Self;
    fn len(&self) -> u32;
}

#[derive(Default)]
pub struct Guest;

#[tairitsu::guest]
impl Greeter for Guest {
    fn name(&self) -> String {
        tairitsu::Host.record("name");
        "Ibis".into()
    }
}

pub struct Log;

#[tairitsu::host]
impl Journal for Log {
    fn record(&self, _: &str) {}

    async fn flush(&mut self, text: &str) -> u32 {
        text.len() as u32
    }
}

pub struct Text;

#[tairitsu::resource]
impl Document for Text {
    fn new() -> Self {
        Text
    }

    fn len(&self) -> u32 {
        0
    }
}

fn on_another_thread<T: Greeter>(greeter: T) -> String {
    std::thread::spawn(move || greeter.name().len().to_string()).join().unwrap_or_default()
}

fn main() {
    let mut container = Container::native::<Guest>().provide(Log).build().unwrap();
    assert_eq!(container.guest(Greeter).unwrap().greet().unwrap(), "Ibis Ibis!");
    let _ = on_another_thread::<Guest>;
}
